//! The demo, small.

use crate::support::Home;

#[test]
fn forty_people_sign() {
    let home = Home::new();
    let ran = home.done(&["demo", "--signers", "40", "--data", "demo"]);
    for said in [
        "40 people sign a petition on this machine",
        "1 of them tried again under another spelling",
        "10 took their signatures back",
        "at least 29 signatures stand, at most 30 (R 40, S 40, W 10, X 1)",
        "VALID  signature #",
        "INVALID  receipt: token:",
        "has at least 29, at most 30 signatures",
        "no deviation",
        "All figures are what they have to be.",
    ] {
        assert!(
            ran.out.contains(said),
            "{said:?} is missing in\n{}",
            ran.out
        );
    }
    // What it leaves behind can be looked at.
    home.done(&[
        "verify",
        "demo/signer.receipt.json",
        "--policy",
        "demo/trusted.policy",
    ]);
    let tampered = home.run(&[
        "verify",
        "demo/tampered.receipt.json",
        "--policy",
        "demo/trusted.policy",
    ]);
    assert_eq!(tampered.code, 1);
    // A second demo does not touch the first.
    let again = home.run(&["demo", "--signers", "1", "--data", "demo"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("demo exists"), "{}", again.err);
}

#[test]
fn one_person_is_a_crowd() {
    let ran = Home::new().done(&["demo", "--signers", "1"]);
    assert!(
        ran.out.contains("at least 0 signatures stand, at most 1"),
        "{}",
        ran.out
    );
}
