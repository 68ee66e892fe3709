//! The organiser's list: sealed to its key, gone when the signer says so.

use undersigned::keys::envelope;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::Withdrawal;
use undersigned::protocol::list::{
    ADDRESS_INFO, ADDRESS_SEALED, RECORD_INFO, SharedRecord, pad_address, place, read_address,
};
use undersigned::protocol::manifest::ListKey;
use undersigned::registrar::{Opening, RegistrarError, Shared};
use undersigned::store::{Found, Store as _};
use undersigned::tlog::hash::Hash;

use crate::disclosures::copy;
use crate::store::{Fault, Meets};
use crate::world::{DAY, Setup, World};

/// The organiser's private list key.
const KEY: [u8; 32] = [21; 32];

pub(crate) fn list_key() -> ListKey {
    ListKey(envelope::public(&KEY).expect("a key"))
}

fn with_list() -> Setup {
    Setup {
        terms: |t| t.asks.share = Some(list_key()),
        ..Setup::default()
    }
}

impl World {
    /// An address as a signer's own device seals it.
    pub(crate) fn sealed_address(&self, leaf: &Hash, address: &str) -> Vec<u8> {
        let public = envelope::public(&KEY).expect("a key");
        let (aad, padded) = (place(self.id, leaf), pad_address(address).expect("fits"));
        envelope::seal_aes(&public, ADDRESS_INFO, &aad, &padded, &*self.clock).expect("sealed")
    }

    async fn share(&self, opening: &Opening, address: Option<&str>) -> Result<(), RegistrarError> {
        let address = address.map(|address| self.sealed_address(&opening.leaf, address));
        self.registrar.share(self.id, copy(opening), address).await
    }

    fn listed(&self) -> Vec<Shared> {
        let (entries, next) = self.registrar.shared(self.id, None, 10).expect("listed");
        assert_eq!(next, None);
        entries
    }

    fn published_at(&self, leaf: &Hash) -> u64 {
        let found = self.store.find_hash(self.id, Tree::Signatures, leaf);
        match found.expect("readable") {
            Some(Found::Published { index, .. }) => index,
            other => panic!("published: {other:?}"),
        }
    }
}

fn opened(p: PetitionId, entry: &Shared) -> (SharedRecord, Option<String>) {
    let aad = place(p, &entry.leaf);
    let plain = envelope::open_aes(&KEY, RECORD_INFO, &aad, &entry.envelope).expect("opens");
    let record = SharedRecord::parse(&plain).expect("a record");
    let address = record.address.as_ref().map(|sealed| {
        let padded = envelope::open_aes(&KEY, ADDRESS_INFO, &aad, &sealed.0).expect("opens");
        read_address(&padded).expect("an address")
    });
    (record, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_over_opens_for_the_organiser_until_it_is_taken_back() {
    let w = World::with(with_list()).await.running();
    let [ada, bob, cyd] = [
        w.disclosed(1, "Ada").await,
        w.disclosed(2, "Bob").await,
        w.disclosed(3, "Cyd").await,
    ];
    let unpublished = w.share(&ada, None).await;
    assert!(matches!(unpublished, Err(RegistrarError::UnknownSignature)));
    w.signatures_covered().await;
    w.share(&ada, Some("ada@example.org")).await.expect("taken");
    w.share(&bob, None).await.expect("taken");
    w.share(&cyd, None).await.expect("taken");
    let entries = w.listed();
    assert_eq!(entries.len(), 3);
    assert!(
        entries.is_sorted_by_key(|entry| entry.leaf.0),
        "by leaf hash"
    );
    let of = |opening: &Opening| {
        let entries = w.listed();
        let found = entries.into_iter().find(|e| e.leaf == opening.leaf);
        found.expect("on the list")
    };
    let (record, address) = opened(w.id, &of(&ada));
    assert_eq!(record.salt, ada.salt);
    assert_eq!(record.disclosure.as_bytes(), ada.disclosure.as_bytes());
    assert_eq!(address.as_deref(), Some("ada@example.org"));
    assert_eq!(of(&ada).index, w.published_at(&ada.leaf));
    // In no other place, and with no other key.
    let envelope = of(&ada).envelope;
    let elsewhere = place(w.id, &bob.leaf);
    assert!(envelope::open_aes(&KEY, RECORD_INFO, &elsewhere, &envelope).is_err());
    let here = place(w.id, &ada.leaf);
    assert!(envelope::open_aes(&[22; 32], RECORD_INFO, &here, &envelope).is_err());

    // Twice is once; the later word holds.
    w.share(&ada, None).await.expect("taken");
    assert_eq!(w.listed().len(), 3);
    assert_eq!(opened(w.id, &of(&ada)).1, None, "the address is gone");

    for _ in 0..2 {
        let back = w.registrar.unshare(w.id, copy(&bob)).await;
        back.expect("taken back");
    }
    assert_eq!(w.store.count("registrar/shares"), 2, "no record is left");
    assert_eq!(w.listed().len(), 2);

    // Page by page.
    let (first, next) = w.registrar.shared(w.id, None, 1).expect("listed");
    let (second, end) = w.registrar.shared(w.id, next, 1).expect("listed");
    assert_eq!((first.len(), second.len(), end), (1, 1, None));

    // A signature that was taken back is on no list.
    let withdrawal = Withdrawal {
        index: w.published_at(&cyd.leaf),
        signature: [1; 64],
    };
    w.accept(Tree::Withdrawals, withdrawal.to_bytes()).await;
    assert_eq!(w.listed().len(), 1);
    let again = w.share(&cyd, None).await;
    assert!(matches!(again, Err(RegistrarError::Withdrawn)));
    w.clock.advance(3600);
    w.until(|w| w.store.count("registrar/shares") == 1).await;

    // And all of it goes with the petition's data.
    w.clock.advance(124 * DAY);
    w.until(|w| w.store.count("registrar/shares") == 0).await;
    let late = w.share(&ada, None).await;
    assert!(matches!(late, Err(RegistrarError::Closed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_gets_onto_the_list() {
    let w = World::with(with_list()).await.running();
    let (ada, bob) = (w.disclosed(1, "Ada").await, w.disclosed(2, "Bob").await);
    w.signatures_covered().await;
    let wrong = |change: &dyn Fn(&mut Opening)| {
        let mut opening = copy(&ada);
        change(&mut opening);
        opening
    };
    for (opening, unknown) in [
        (wrong(&|o| o.salt[0] ^= 1), false),
        (wrong(&|o| o.disclosure = bob.disclosure.clone()), false),
        (wrong(&|o| o.leaf = bob.leaf), false),
        (wrong(&|o| o.leaf = Hash([9; 32])), true),
    ] {
        for refusal in [
            w.share(&opening, None).await,
            w.registrar.unshare(w.id, copy(&opening)).await,
        ] {
            match refusal {
                Err(RegistrarError::UnknownSignature) => assert!(unknown),
                Err(RegistrarError::Opening) => assert!(!unknown),
                other => panic!("{other:?}"),
            }
        }
    }
    for length in [0, ADDRESS_SEALED - 1, ADDRESS_SEALED + 1] {
        let long = w.registrar.share(w.id, copy(&ada), Some(vec![1; length]));
        assert!(matches!(long.await, Err(RegistrarError::SealedAddress)));
    }
    let elsewhere = PetitionId([3; 32]);
    let unknown = w.registrar.share(elsewhere, copy(&ada), None).await;
    assert!(matches!(unknown, Err(RegistrarError::UnknownPetition)));
    assert_eq!(w.store.count("registrar/shares"), 0);
    for fault in [Fault::Lost, Fault::Persisted] {
        w.store.fail(Meets::Put("registrar/shares"), fault);
        w.share(&ada, None).await.expect_err("planned");
        w.share(&ada, None).await.expect("the same again");
        assert_eq!(w.listed().len(), 1, "{fault:?}");
    }

    let without = World::new().await;
    let ada = without.disclosed(1, "Ada").await;
    let none = without.registrar.share(without.id, ada, None).await;
    assert!(matches!(none, Err(RegistrarError::NoList)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_shares_no_secret_takes_no_record() {
    let setup = Setup {
        terms: |t| t.asks.share = Some(ListKey([0; 32])),
        ..Setup::default()
    };
    let w = World::with(setup).await.running();
    let ada = w.disclosed(1, "Ada").await;
    w.signatures_covered().await;
    let refused = w.registrar.share(w.id, ada, None).await;
    assert!(matches!(refused, Err(RegistrarError::Sealed(_))));
    assert_eq!(w.store.count("registrar/shares"), 0);
}
