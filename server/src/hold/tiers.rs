//! Tiers: the quotas that crew members can have, by name.

use super::human_bytes::human_bytes;

/// A quota with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its name, at most 32 bytes.
    pub name: String,
    /// In bytes.
    pub bytes: u64,
}

/// The tiers of a hold, from the first to the last. Without any, nobody has a limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tiers {
    tiers: Vec<Tier>,
    default: usize,
}

/// Tiers that make no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TiersError {
    /// A name twice.
    #[error("the tier {0} stands twice")]
    Repeated(String),
    /// The default is none of them.
    #[error("the default tier {0} is none of the tiers")]
    NoSuchDefault(String),
}

impl Tiers {
    /// Tiers in order; somebody new gets `default`, or the first.
    pub fn new(tiers: Vec<Tier>, default: Option<&str>) -> Result<Self, TiersError> {
        for (place, tier) in tiers.iter().enumerate() {
            if tiers[..place].iter().any(|other| other.name == tier.name) {
                return Err(TiersError::Repeated(tier.name.clone()));
            }
        }
        let default = match default {
            None => 0,
            Some(name) => tiers
                .iter()
                .position(|tier| tier.name == name)
                .ok_or_else(|| TiersError::NoSuchDefault(name.to_owned()))?,
        };
        Ok(Self { tiers, default })
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Tier] {
        &self.tiers
    }

    /// The tier of a crew record: by its name, or the default where it has none or one that is unknown. `None` where
    /// there are no tiers.
    pub fn of(&self, name: Option<&str>) -> Option<&Tier> {
        name.and_then(|name| self.tiers.iter().find(|tier| tier.name == name))
            .or_else(|| self.tiers.get(self.default))
    }

    /// The tier at a place in the list.
    pub fn at_rank(&self, rank: usize) -> Option<&Tier> {
        self.tiers.get(rank)
    }
}

impl Tier {
    /// Its size for people.
    pub fn formatted(&self) -> String {
        human_bytes(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiers(default: Option<&str>) -> Result<Tiers, TiersError> {
        let tier = |name: &str, bytes| Tier {
            name: name.to_owned(),
            bytes,
        };
        Tiers::new(vec![tier("deckhand", 5), tier("bosun", 50)], default)
    }

    #[test]
    fn an_unknown_or_missing_name_is_the_default() {
        let with_default = tiers(Some("bosun")).unwrap();
        for (name, expected) in [
            (Some("deckhand"), "deckhand"),
            (Some("admiral"), "bosun"),
            (None, "bosun"),
        ] {
            assert_eq!(with_default.of(name).unwrap().name, expected);
        }
        assert_eq!(tiers(None).unwrap().of(None).unwrap().name, "deckhand");
        assert_eq!(Tiers::default().of(Some("deckhand")), None);
        assert!(matches!(tiers(Some("admiral")), Err(TiersError::NoSuchDefault(_))));
    }
}
