//! How many entries can be bad, given a sample (`spec/audit-sample.md`, "Bound").

/// P(a sample has at most `found` bad) is compared with α as exactly as this.
const TOLERANCE: f64 = 1e-9;

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(n: u64) -> f64 {
    n as f64
}

/// ln C(n, k), k ≤ n.
fn ln_choose(n: u64, k: u64) -> f64 {
    let k = k.min(n - k);
    (0..k).map(|i| real(n - i).ln() - real(i + 1).ln()).sum()
}

/// P(X ≤ found) for X hypergeometric: `sample` of `all`, `bad` of which are bad.
fn at_most(all: u64, bad: u64, sample: u64, found: u64, ln_samples: f64) -> f64 {
    let least = (sample + bad).saturating_sub(all);
    let most = found.min(bad).min(sample);
    if least > most {
        return 0.0;
    }
    let good = all - bad;
    let mut ln_p = ln_choose(bad, least) + ln_choose(good, sample - least) - ln_samples;
    let mut sum = ln_p.exp();
    for k in least..most {
        // P(k + 1) / P(k)
        ln_p += real(bad - k).ln() + real(sample - k).ln()
            - real(k + 1).ln()
            - real(good + k + 1 - sample).ln();
        sum += ln_p.exp();
    }
    sum
}

/// The upper confidence bound on how many of `all` entries are bad when `found` of a
/// `sample` drawn without replacement are: the largest F for which a sample with at most
/// `found` bad ones is at least as likely as `alpha`. Exact (hypergeometric), at confidence 1 − α.
///
/// # Panics
///
/// When `found` exceeds `sample`, or `sample` exceeds `all`.
pub fn most_bad(all: u64, sample: u64, found: u64, alpha: f64) -> u64 {
    assert!(found <= sample && sample <= all, "a sample is part of all");
    let ln_samples = ln_choose(all, sample);
    // More cannot be bad: the others of the sample are good.
    let (mut low, mut high) = (found, all - (sample - found));
    let threshold = alpha * (1.0 - TOLERANCE);
    // `low` is never excluded; everything above `high` is.
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if at_most(all, middle, sample, found, ln_samples) > threshold {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C(n, k) exactly, for small n.
    fn choose(n: u64, k: u64) -> u128 {
        if k > n {
            return 0;
        }
        (0..k).fold(1, |c, i| c * u128::from(n - i) / u128::from(i + 1))
    }

    /// The same from its definition, in whole numbers. α = `percent` / 100.
    fn by_definition(all: u64, sample: u64, found: u64, percent: u128) -> u64 {
        let holds = |bad: &u64| {
            let ways = |k: u64| choose(*bad, k) * choose(all - bad, sample - k);
            let sum: u128 = (0..=found).map(ways).sum();
            100 * sum >= percent * choose(all, sample)
        };
        (0..=all).filter(holds).max().expect("found is possible")
    }

    #[test]
    fn it_is_what_the_definition_says() {
        for all in 1..=24 {
            for sample in 0..=all {
                for found in 0..=sample {
                    for percent in [1_u8, 5, 10] {
                        let alpha = f64::from(percent) / 100.0;
                        assert_eq!(
                            most_bad(all, sample, found, alpha),
                            by_definition(all, sample, found, percent.into()),
                            "{all} {sample} {found} {percent}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn all_looked_at_is_all_known() {
        assert_eq!(most_bad(1000, 1000, 17, 0.05), 17);
        assert_eq!(most_bad(1000, 0, 0, 0.05), 1000);
        assert_eq!(most_bad(0, 0, 0, 0.05), 0);
    }

    #[test]
    fn two_hundred_and_ninety_nine_exclude_one_in_a_hundred() {
        assert!(most_bad(10_000_000, 299, 0, 0.05) < 100_000);
        assert!(most_bad(10_000_000, 298, 0, 0.05) >= 100_000);
    }
}
