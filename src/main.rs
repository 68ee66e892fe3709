//! The command line: parse, wire, dispatch.
fn main() {}
