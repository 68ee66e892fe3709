//! Numbers and moments, as the office writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::lang;

/// A moment, for people: to the minute, UTC.
pub(super) fn moment(seconds: u64) -> Markup {
    html! {
        time datetime=(lang::rfc3339(seconds)) { (lang::language("en").moment(seconds)) }
    }
}

/// A moment for a `datetime-local` field, UTC.
pub(super) fn field(seconds: u64) -> String {
    timestamp(seconds).map_or_else(String::new, |time| {
        let local = TimeZone::UTC.to_datetime(time);
        local.strftime("%Y-%m-%dT%H:%M").to_string()
    })
}

/// What such a field says; also a date alone.
pub(super) fn parse(text: &str) -> Option<u64> {
    let moment: jiff::civil::DateTime = text.parse().ok()?;
    let moment = TimeZone::UTC.to_timestamp(moment).ok()?;
    u64::try_from(moment.as_second()).ok()
}

fn timestamp(seconds: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

/// In groups of three digits.
pub(super) fn number(n: u64) -> String {
    lang::language("en").number(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_from_their_fields() {
        assert_eq!(field(1_800_000_060), "2027-01-15T08:01");
        assert_eq!(parse("2027-01-15T08:01"), Some(1_800_000_060));
        assert_eq!(parse("2027-01-15"), Some(1_799_971_200));
        assert_eq!(parse("soon"), None);
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(12), "12");
    }
}
