//! The organiser's list.

use undersigned::client::list::Opener;
use undersigned::protocol::list::ListPage;
use zeroize::Zeroizing;

use super::text;
use crate::file::{Facts, Vector};

pub(super) fn list(vector: &Vector) -> Result<Facts, String> {
    let page = ListPage::parse(&vector.body).map_err(text)?;
    let page = page.verify(None).map_err(text)?;
    let mut opener = Opener::new(Zeroizing::new(vector.array("list-key")));
    let mut facts = vec![("petition", page.manifest().id().to_string())];
    for entry in page.entries() {
        let row = opener.open(&page, entry).map_err(text)?;
        facts.push(("leaf-hash", row.leaf.to_string()));
        let fields = [
            ("name", row.fields.name),
            ("region", row.fields.region),
            ("comment", row.fields.comment),
            ("address", row.address),
        ];
        facts.extend(
            fields
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?))),
        );
    }
    Ok(facts)
}
