//! Moments, as people write and read them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::stop::stop;

/// How a moment is written.
pub(crate) const FORMS: &str = "write `now`, `in 30 days`, `2026-10-01`, or `2026-10-01T18:00:00Z`";
/// Characters of `2026-10-01`.
const DATE_LEN: usize = 10;

/// RFC 3339, UTC.
pub(crate) fn rfc3339(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(
            || format!("{seconds} s after 1970"),
            |moment| moment.to_string(),
        )
}

/// Unix seconds of `now`, `in 30 days`, `2026-10-01` (its first moment, UTC) or RFC 3339.
pub(crate) fn parse(text: &str, now: u64) -> anyhow::Result<u64> {
    let text = text.trim();
    let moment = if text == "now" {
        return Ok(now);
    } else if let Some(span) = text.strip_prefix("in ") {
        relative(span, now)
    } else if text.len() == DATE_LEN {
        // jiff would read a longer text as a date, too, and drop the rest.
        let date = text.parse::<Date>().ok();
        let day = date.and_then(|date| date.to_zoned_datetime(TimeZone::UTC).ok());
        day.map(|day| day.timestamp())
    } else {
        text.parse::<Timestamp>().ok()
    };
    moment
        .and_then(|moment| u64::try_from(moment.as_second()).ok())
        .ok_or_else(|| stop(format!("{text:?} is not a moment"), FORMS))
}

fn relative(span: &str, now: u64) -> Option<Timestamp> {
    let span: Span = span.parse().ok()?;
    let now = Timestamp::from_second(i64::try_from(now).ok()?).ok()?;
    let then = now
        .to_zoned_datetime(TimeZone::UTC)
        .checked_add(span)
        .ok()?;
    Some(then.timestamp())
}

/// For clap: a moment, kept as text until the time is known.
pub(crate) fn check(text: &str) -> Result<String, String> {
    match parse(text, 0) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(FORMS.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, rfc3339};

    const NOW: u64 = 1_764_000_000;

    #[test]
    fn moments_are_read_as_people_write_them() {
        assert_eq!(parse("now", NOW).expect("now"), NOW);
        assert_eq!(parse("in 30 days", NOW).expect("days"), NOW + 30 * 86_400);
        assert_eq!(parse("in 1h 30m", NOW).expect("hours"), NOW + 5400);
        assert_eq!(parse("2026-10-01", NOW).expect("a date"), 1_790_812_800);
        assert_eq!(
            parse("2026-10-01T02:00:00+02:00", NOW).expect("RFC 3339"),
            1_790_812_800
        );
        for refused in [
            "",
            "tomorrow",
            "in",
            "in many days",
            "2026-13-01",
            "2026-10-01T18:00:00",
        ] {
            assert!(parse(refused, NOW).is_err(), "{refused:?} was accepted");
        }
    }

    #[test]
    fn moments_are_printed_in_utc() {
        assert_eq!(rfc3339(1_790_812_800), "2026-10-01T00:00:00Z");
    }
}
