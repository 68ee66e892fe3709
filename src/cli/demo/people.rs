//! Made-up signers, at domains that are reserved for examples. Only the few who show
//! that an alias is not a second mailbox are at a provider whose aliases are known;
//! their mails, too, go nowhere but to the postbox on this machine.

use crate::protocol::commitment::DisclosureFields;

/// One who signs.
pub(super) struct Person {
    /// The mailbox.
    pub(super) address: String,
    /// Another way to write the same mailbox, for those who try to sign twice.
    pub(super) alias: Option<String>,
    /// Whether the signer wants updates.
    pub(super) updates: bool,
    /// What the signer fills in.
    pub(super) fields: DisclosureFields,
}

/// One in so many asks for updates.
const UPDATES: u32 = 20;
/// One in so many tries to sign again under an alias.
const TWICE: u32 = 100;

/// Number `n` of a crowd.
fn person(n: u32) -> Person {
    let domain = ["example.org", "example.com", "example.net"][n as usize % 3];
    let (address, alias) = if n % TWICE == 1 {
        let address = format!("signer.{n:06}@gmail.com");
        (
            address,
            Some(format!("s.i.g.n.e.r{n:06}+again@googlemail.com")),
        )
    } else {
        (format!("signer{n:06}@{domain}"), None)
    };
    let fields = DisclosureFields {
        name: n.is_multiple_of(3).then(|| format!("Signer {n}")),
        region: None,
        comment: n.is_multiple_of(10).then(|| "Please.".to_owned()),
    };
    Person {
        address,
        alias,
        updates: n % UPDATES == 2,
        fields,
    }
}

/// A crowd of so many.
pub(super) fn crowd(signers: u32) -> Vec<Person> {
    (1..=signers).map(person).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn everybody_is_somebody_else() {
        let crowd = super::crowd(1000);
        let addresses: BTreeSet<_> = crowd.iter().map(|p| &p.address).collect();
        assert_eq!(addresses.len(), 1000);
        assert_eq!(crowd.iter().filter(|p| p.alias.is_some()).count(), 10);
    }
}
