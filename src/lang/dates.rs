//! Days and moments as people write them. All of a petition's times are in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Language;

fn timestamp(seconds: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

fn utc(seconds: u64) -> Option<DateTime> {
    timestamp(seconds).map(|moment| TimeZone::UTC.to_datetime(moment))
}

/// As in `2026-10-01T18:00:00Z`, for machines.
pub fn rfc3339(seconds: u64) -> String {
    timestamp(seconds).map_or_else(String::new, |moment| moment.to_string())
}

impl Language {
    /// The day of a moment (Unix seconds), as in *1 October 2026*.
    pub fn date(&self, seconds: u64) -> String {
        let Some(moment) = utc(seconds) else {
            return String::new();
        };
        let month = self.text(&format!("month-{}", moment.month()));
        let arguments = [
            ("day", self.digits(&moment.day().to_string()).into()),
            ("month", month.as_ref().into()),
            ("year", self.digits(&moment.year().to_string()).into()),
        ];
        self.format("date", &arguments).into_owned()
    }

    /// A moment to the minute.
    pub fn moment(&self, seconds: u64) -> String {
        let Some(moment) = utc(seconds) else {
            return String::new();
        };
        let time = format!("{:02}:{:02}", moment.hour(), moment.minute());
        let arguments = [
            ("date", self.date(seconds).into()),
            ("time", self.digits(&time).into()),
        ];
        self.format("moment", &arguments).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::language;

    #[test]
    fn moments_read_as_in_each_language() {
        let seconds = 1_790_877_605; // date -u -d @1790877605
        assert_eq!(rfc3339(seconds), "2026-10-01T18:00:05Z");
        assert_eq!(language("en").moment(seconds), "1 October 2026, 18:00 UTC");
        assert_eq!(language("es").date(seconds), "1 de octubre de 2026");
        assert_eq!(language("ar").date(seconds), "١ أكتوبر ٢٠٢٦");
        assert_eq!(language("en").date(u64::MAX), "");
    }
}
