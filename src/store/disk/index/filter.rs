//! A Bloom filter in blocks of one cache line: says at once that most keys are not in
//! a run.

/// Bytes of a block.
pub(super) const BLOCK_LEN: usize = 64;
const WORDS: usize = BLOCK_LEN / 8;
const PROBES: u32 = 6;

/// The filter of one run. Without blocks it says that everything may be there.
pub(super) struct Filter(Vec<[u64; WORDS]>);

/// Which of a block's 512 bits a fingerprint sets. Blocks go by the fingerprint's high
/// bits, so these are drawn from all of it.
fn probes(fingerprint: u64) -> impl Iterator<Item = (usize, u64)> {
    let bits = fingerprint.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..PROBES).map(move |probe| {
        let bit = bits >> (9 * probe) & 511;
        (usize::try_from(bit / 64).expect("below 8"), 1 << (bit % 64))
    })
}

impl Filter {
    /// A filter for `entries` fingerprints with this many bits for each.
    pub(super) fn new(entries: u64, bits: u64) -> Self {
        // Below two bits a filter keeps out next to nothing.
        let bits = if bits < 2 { 0 } else { bits };
        let blocks = (entries * bits).div_ceil(BLOCK_LEN as u64 * 8);
        let blocks = usize::try_from(blocks).expect("a filter is bounded");
        Self(vec![[0; WORDS]; blocks])
    }

    fn block(&self, fingerprint: u64) -> usize {
        let scaled = (u128::from(fingerprint) * self.0.len() as u128) >> 64;
        usize::try_from(scaled).expect("below the number of blocks")
    }

    pub(super) fn insert(&mut self, fingerprint: u64) {
        if self.0.is_empty() {
            return;
        }
        let block = self.block(fingerprint);
        for (word, bit) in probes(fingerprint) {
            self.0[block][word] |= bit;
        }
    }

    /// Whether the run may have this fingerprint.
    pub(super) fn may_have(&self, fingerprint: u64) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let block = &self.0[self.block(fingerprint)];
        probes(fingerprint).all(|(word, bit)| block[word] & bit != 0)
    }

    pub(super) fn blocks(&self) -> usize {
        self.0.len()
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let words = self.0.iter().flatten();
        words.flat_map(|word| word.to_be_bytes()).collect()
    }

    /// From whole blocks.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let word = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("exact chunks"));
        let block = |bytes: &[u8]| {
            let mut block = [0; WORDS];
            for (to, from) in block.iter_mut().zip(bytes.chunks_exact(8)) {
                *to = word(from);
            }
            block
        };
        Self(bytes.chunks_exact(BLOCK_LEN).map(block).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_denies_what_is_there_and_mostly_denies_the_rest() {
        let print = |n: u64| {
            u64::from_be_bytes(
                *blake3::hash(&n.to_be_bytes())
                    .as_bytes()
                    .first_chunk()
                    .expect("32"),
            )
        };
        let mut filter = Filter::new(10_000, 10);
        (0..10_000).for_each(|n| filter.insert(print(n)));
        let filter = Filter::from_bytes(&filter.to_bytes());
        assert!((0..10_000).all(|n| filter.may_have(print(n))));
        let wrong = (10_000..110_000)
            .filter(|n| filter.may_have(print(*n)))
            .count();
        assert!(wrong < 2_500, "{wrong} of 100,000");
        assert!(
            Filter::new(10_000, 1).may_have(7),
            "no filter denies nothing"
        );
    }
}
