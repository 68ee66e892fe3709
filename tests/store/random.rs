//! Random operations on the embedded engine and on the oracle.

use proptest::prelude::*;

use crate::engine::{Disk, Engine, Memory};
use crate::steps::{Seen, Session, Step};

fn begin(engine: &dyn Engine) -> Session {
    Session::begin(engine.store()).expect("a lease")
}

fn run(mut disk: Disk, steps: &[Step]) {
    let mut memory = Memory::new();
    let (mut on_disk, mut in_memory) = (begin(&disk), begin(&memory));
    for (n, step) in steps.iter().enumerate() {
        if *step == Step::Restart {
            drop((on_disk, in_memory));
            disk.restart();
            memory.restart();
            (on_disk, in_memory) = (begin(&disk), begin(&memory));
        }
        let expected = in_memory.step(*step).expect("memory does not fail");
        let answer = on_disk.step(*step).expect("the disk does not fail");
        assert_eq!(answer, expected, "step {n}, {step:?}");
    }
    let expected = Seen::of(&*in_memory.store).expect("memory does not fail");
    let seen = Seen::of(&*on_disk.store).expect("the disk does not fail");
    assert_eq!(seen, expected);
    drop((on_disk, in_memory));
    disk.restart();
    memory.restart();
    let expected = Seen::of(&*memory.store()).expect("memory does not fail");
    let seen = Seen::of(&*disk.store()).expect("the disk does not fail");
    assert_eq!(seen, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_disk_does_what_memory_does(
        bytes in prop::collection::vec(any::<[u8; 4]>(), 1..120),
        is_small in any::<bool>(),
    ) {
        let steps: Vec<Step> = bytes.into_iter().map(Step::of).collect();
        run(if is_small { Disk::small() } else { Disk::new() }, &steps);
    }
}
