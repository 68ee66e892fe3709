//! A moment as everybody can read it.

use jiff::Timestamp;

/// `2026-11-25 12:31`, UTC.
pub fn moment(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(
            || seconds.to_string(),
            |moment| moment.strftime("%Y-%m-%d %H:%M").to_string(),
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn minutes_are_enough() {
        assert_eq!(super::moment(1_767_571_259), "2026-01-05 00:00");
        assert_eq!(super::moment(u64::MAX), u64::MAX.to_string());
    }
}
