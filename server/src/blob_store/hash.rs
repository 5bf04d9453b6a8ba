//! The hash of a blob while it arrives.

use oci::{Digest, DigestAlgorithm, Digester};

/// A running hash over the first [`UploadHash::size`] bytes of a blob. Cloning it forks the hash.
#[derive(Debug, Clone)]
pub struct UploadHash {
    digester: Digester,
    size: u64,
}

impl UploadHash {
    /// The hash of nothing yet.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        Self {
            digester: Digester::new(algorithm),
            size: 0,
        }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.digester.update(bytes);
        self.size += bytes.len() as u64;
    }

    /// How many bytes were taken in.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Which kind of digest this will make.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.digester.algorithm()
    }

    /// What to go on with by [`UploadHash::restore`], in this process or another: a hundred bytes or two.
    pub fn save(&self) -> Vec<u8> {
        self.digester.save()
    }

    /// The hash of `size` bytes that was saved. `None` for what is none.
    pub fn restore(algorithm: DigestAlgorithm, size: u64, saved: &[u8]) -> Option<Self> {
        let digester = Digester::restore(algorithm, saved)?;
        Some(Self { digester, size })
    }

    /// The digest of all bytes taken in so far.
    pub fn digest(&self) -> Digest {
        self.digester.clone().finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_stays_where_it_was_taken() {
        let mut hash = UploadHash::new(DigestAlgorithm::Sha256);
        hash.update(b"a");
        let fork = hash.clone();
        hash.update(b"bc");
        assert_eq!(hash.digest(), Digest::sha256_of(b"abc"));
        assert_eq!(fork.digest(), Digest::sha256_of(b"a"));
        assert_eq!((hash.size(), fork.size()), (3, 1));
    }
}
