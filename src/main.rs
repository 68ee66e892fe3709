//! The command line: parse, wire, dispatch.

use std::process::ExitCode;

fn main() -> ExitCode {
    undersigned::cli::main()
}
