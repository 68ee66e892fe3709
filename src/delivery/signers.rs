//! `signers.csv`: those who chose to be shown to the recipients.

use super::DeliveryError;
use crate::lang::Language;

/// Somebody who chose to be shown, and what they chose to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signer {
    /// Their name.
    pub name: String,
    /// Where they live, as the form asked.
    pub region: String,
    /// What they have to say.
    pub comment: String,
}

/// A table that spreadsheets open as what it is: UTF-8 with a mark of it, CRLF, quoted.
pub(super) fn csv(signers: &[Signer], lang: &Language) -> Result<Vec<u8>, DeliveryError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let failed = |error: csv::Error| DeliveryError::Csv(error.to_string());
    let titles = [
        "delivery-csv-name",
        "delivery-csv-region",
        "delivery-csv-comment",
    ];
    writer
        .write_record(titles.map(|id| lang.text(id).into_owned()))
        .map_err(failed)?;
    for signer in signers {
        let cells = [&signer.name, &signer.region, &signer.comment].map(|text| plain(text));
        writer.write_record(cells).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| DeliveryError::Csv(error.to_string()))
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV injection"): an apostrophe
/// stands before what could begin one. Full-width signs count, as spreadsheets fold them.
pub(crate) fn plain(text: &str) -> String {
    let begins = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '|' | '%'
        )
    };
    let text: String = text.chars().filter(|c| !is_control(*c)).collect();
    if text.trim_start().starts_with(begins) {
        format!("'{text}")
    } else {
        text
    }
}

fn is_control(c: char) -> bool {
    c.is_control() && c != '\n'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang;

    #[test]
    fn formulas_stay_text() {
        let evil = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "  =HYPERLINK(\"http://x\")",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "\u{0}=1",
            "|cmd",
            "%0A=1",
        ];
        let signers: Vec<Signer> = evil
            .iter()
            .map(|text| Signer {
                name: (*text).to_owned(),
                region: (*text).to_owned(),
                comment: (*text).to_owned(),
            })
            .collect();
        let table = csv(&signers, lang::language("en")).expect("a table");
        let mut reader = csv::Reader::from_reader(&table[3..]);
        let mut rows = 0;
        for row in reader.records() {
            let row = row.expect("a row");
            assert!(row.iter().all(|cell| cell.starts_with('\'')), "{row:?}");
            rows += 1;
        }
        assert_eq!(rows, evil.len());
    }

    #[test]
    fn everything_else_comes_back() {
        let signer = Signer {
            name: "Ana \"Nita\" Ñandú, Dr.".to_owned(),
            region: "القاهرة".to_owned(),
            comment: "Two\nlines; 1-2".to_owned(),
        };
        let table = csv(std::slice::from_ref(&signer), lang::language("es")).expect("a table");
        assert_eq!(&table[..3], b"\xef\xbb\xbf");
        let mut reader = csv::Reader::from_reader(&table[3..]);
        let row = reader.records().next().expect("one").expect("a row");
        assert_eq!(
            row.iter().collect::<Vec<_>>(),
            [&signer.name, &signer.region, &signer.comment]
        );
    }
}
