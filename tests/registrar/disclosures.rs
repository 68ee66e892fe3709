//! What signers show of themselves.

use undersigned::protocol::commitment::{Disclosure, DisclosureFields, commit};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::{PetitionSignature, Withdrawal};
use undersigned::registrar::{Opening, RegistrarError};
use undersigned::store::{Change, Found, Store as _, Waiting};
use undersigned::tlog::hash::{Hash, leaf_hash};

use crate::store::{Fault, Meets};
use crate::world::{DAY, World};

fn disclosure(name: &str) -> Disclosure {
    let fields = DisclosureFields {
        name: Some(name.to_owned()),
        region: None,
        comment: Some(format!("{name} says")),
    };
    Disclosure::new(&fields).expect("short")
}

pub(crate) fn copy(opening: &Opening) -> Opening {
    Opening {
        leaf: opening.leaf,
        salt: opening.salt,
        disclosure: opening.disclosure.clone(),
    }
}

impl World {
    /// A signature on the ledger that commits to a name, as it would accept it.
    pub(crate) async fn disclosed(&self, number: u8, name: &str) -> Opening {
        let (salt, disclosure) = ([number; 32], disclosure(name));
        let leaf = PetitionSignature {
            pk: [number; 32],
            commitment: commit(self.id, &salt, &disclosure),
            authenticator: [number; 256],
        }
        .to_bytes();
        let hash = leaf_hash(&leaf);
        self.accept(Tree::Signatures, leaf).await;
        Opening {
            leaf: hash,
            salt,
            disclosure,
        }
    }

    pub(crate) async fn accept(&self, tree: Tree, leaf: Vec<u8>) {
        let change = Change {
            accept: vec![(self.id, tree, Waiting::new(leaf, 0))],
            ..Change::default()
        };
        let verdict = self.instance.committer.commit(change).await;
        verdict.expect("memory").expect("fresh");
    }

    /// What is shown: names, and whether to everybody.
    fn shown(&self) -> Vec<(String, bool)> {
        let shown = self.registrar.disclosures(self.id).expect("listed");
        let name = |d: undersigned::registrar::Disclosure| (d.name.expect("a name"), d.public);
        shown.into_iter().map(name).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_is_shown_to_whom_the_signer_says_until_it_is_taken_back() {
    let w = World::new().await.running();
    let mut openings = Vec::new();
    for (number, name) in (1..).zip(["Cyd", "Ada", "Bob"]) {
        openings.push(w.disclosed(number, name).await);
    }
    let [cyd, ada, bob] = &openings[..] else {
        unreachable!("three")
    };
    let show = async |opening, public| w.registrar.disclose(w.id, copy(opening), public).await;
    show(cyd, true).await.expect("shown while it waits");
    show(ada, false).await.expect("shown");
    show(bob, false).await.expect("shown");
    let named = |name: &str, public| (name.to_owned(), public);
    let all = [named("Ada", false), named("Bob", false), named("Cyd", true)];
    assert_eq!(w.shown(), all, "in the order of the names");
    // Another mind; and the same opening again is one entry.
    show(cyd, false).await.expect("for the recipient");
    show(bob, true).await.expect("for everybody");
    assert_eq!(w.shown()[1..], [named("Bob", true), named("Cyd", false)]);
    for _ in 0..2 {
        w.registrar.hide(w.id, copy(ada)).await.expect("hidden");
    }
    assert_eq!(w.shown().len(), 2);

    // What is published is shown, too, until it is withdrawn.
    w.signatures_covered().await;
    assert_eq!(w.shown().len(), 2);
    let found = w
        .store
        .find_hash(w.id, Tree::Signatures, &bob.leaf)
        .expect("readable");
    let Some(Found::Published { index, .. }) = found else {
        panic!("published: {found:?}")
    };
    let withdrawal = Withdrawal {
        index,
        signature: [1; 64],
    };
    w.accept(Tree::Withdrawals, withdrawal.to_bytes()).await;
    assert_eq!(w.shown(), [named("Cyd", false)]);
    assert!(matches!(
        show(bob, true).await,
        Err(RegistrarError::Withdrawn)
    ));
    w.clock.advance(3600);
    w.until(|w| w.store.count("registrar/disclosures") == 1)
        .await;

    // Until the petition's data go, and not after.
    w.clock.advance(124 * DAY);
    w.until(|w| w.store.count("registrar/disclosures") == 0)
        .await;
    assert!(matches!(show(cyd, true).await, Err(RegistrarError::Closed)));
    assert_eq!(w.shown(), []);
}

impl World {
    /// Publish all signatures: the roll has to cover them.
    pub(crate) async fn signatures_covered(&self) {
        for name in ["eve", "fay", "gus"] {
            self.sign(&format!("{name}@example.org")).await;
        }
        self.publish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_holder_of_the_salt_opens_a_signature() {
    let w = World::new().await;
    let good = w.disclosed(1, "Ada").await;
    let wrong = |change: fn(&mut Opening)| {
        let mut opening = copy(&good);
        change(&mut opening);
        opening
    };
    let other = w.disclosed(2, "Bob").await;
    let mut of_another = copy(&good);
    of_another.leaf = other.leaf;
    for (opening, unknown) in [
        (wrong(|o| o.salt[0] ^= 1), false),
        (wrong(|o| o.disclosure = disclosure("Eve")), false),
        (of_another, false),
        (wrong(|o| o.leaf = Hash([9; 32])), true),
    ] {
        for refusal in [
            w.registrar.disclose(w.id, copy(&opening), true).await,
            w.registrar.hide(w.id, copy(&opening)).await,
        ] {
            match refusal {
                Err(RegistrarError::UnknownSignature) => assert!(unknown),
                Err(RegistrarError::Opening) => assert!(!unknown),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(w.store.count("registrar/disclosures"), 0);
    w.registrar
        .disclose(w.id, good, false)
        .await
        .expect("shown");
    assert_eq!(w.store.keys("registrar/disclosures")[0].len(), 64);
    for fault in [Fault::Lost, Fault::Persisted] {
        w.store.fail(Meets::Put("registrar/disclosures"), fault);
        let failed = w.registrar.disclose(w.id, copy(&other), true).await;
        failed.expect_err("planned");
        let again = w.registrar.disclose(w.id, copy(&other), true).await;
        again.expect("the same again");
        assert_eq!(w.shown().len(), 2, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_to_everybody_is_looked_up_again_when_it_changes() {
    let w = World::new().await.running();
    let mut openings = Vec::new();
    for (number, name) in (1..).zip(["cyd", "Ada", "Bob"]) {
        openings.push(w.disclosed(number, name).await);
    }
    let show = async |n: usize, public| {
        let opening = copy(&openings[n]);
        let shown = w.registrar.disclose(w.id, opening, public).await;
        shown.expect("shown");
    };
    let names = || {
        let names = w.registrar.public_names(w.id).expect("listed");
        let name = |one: &undersigned::registrar::Disclosure| one.name.clone().expect("a name");
        names.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(), Vec::<String>::new());
    for n in 0..2 {
        show(n, true).await;
    }
    show(2, false).await;
    assert_eq!(names(), ["Ada", "cyd"], "Bob is for the recipients");
    // Something more may take five seconds; looked up in between, it is what it was.
    show(2, true).await;
    assert_eq!(names(), ["Ada", "cyd"]);
    w.clock.advance(5);
    assert_eq!(names(), ["Ada", "Bob", "cyd"], "in the order of the names");
    // Something less is gone at once.
    show(0, false).await;
    assert_eq!(names(), ["Ada", "Bob"]);
    let hidden = w.registrar.hide(w.id, copy(&openings[1])).await;
    hidden.expect("hidden");
    assert_eq!(names(), ["Bob"]);
    w.signatures_covered().await;
    let bob = w.store.find_hash(w.id, Tree::Signatures, &openings[2].leaf);
    let Some(Found::Published { index, .. }) = bob.expect("readable") else {
        panic!("not published")
    };
    let signature = [1; 64];
    let withdrawal = Withdrawal { index, signature };
    w.accept(Tree::Withdrawals, withdrawal.to_bytes()).await;
    assert_eq!(names(), Vec::<String>::new());
    w.clock.advance(124 * DAY);
    assert_eq!(names(), Vec::<String>::new());
}
