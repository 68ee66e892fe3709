//! Every `--help`, as snapshots.

use clap::CommandFactory as _;
use undersigned::cli::Cli;

use crate::support::Home;

/// Paths of all commands that do something, as clap knows them.
fn paths(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
    let below: Vec<_> = command
        .get_subcommands()
        .filter(|c| c.get_name() != "help")
        .collect();
    found.push(path.to_vec());
    for command in below {
        let path = [path, &[command.get_name().to_owned()]].concat();
        paths(command, &path, found);
    }
}

#[test]
fn every_command_explains_itself() {
    let mut found = Vec::new();
    paths(&Cli::command(), &[], &mut found);
    assert!(found.len() > 15, "the walk found the commands");
    let home = Home::new();
    for path in found {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let ran = home.done(&arguments);
        let has_commands = ran.out.contains("\nCommands:\n");
        assert!(
            has_commands || ran.out.contains("\nExample"),
            "{path:?} shows no example"
        );
        let name = if path.is_empty() {
            "undersigned".to_owned()
        } else {
            path.join("-")
        };
        insta::assert_snapshot!(format!("help-{name}"), ran.out);
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let home = Home::new();
    for arguments in [
        &["nonsense"][..],
        &["sign", "--resume", "a", "--name", "b"],
        &[],
    ] {
        assert_eq!(home.run(arguments).code, 2, "{arguments:?}");
    }
    let ran = home.run(&["sign"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.err,
        "error: no petition is named\n  next: give its address, `<service>/<petition id>`\n"
    );
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let home = Home::new();
    // Port 1 is reserved and nothing listens there.
    let ran = home.run(&["petition", "list", "--server", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .starts_with("error: http://127.0.0.1:1 cannot be reached"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("next: is it running"), "{}", ran.err);
}
