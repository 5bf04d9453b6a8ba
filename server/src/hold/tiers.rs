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

impl Tiers {
    /// Tiers in order; a member without one has the tier named `default`, or the first.
    pub fn new(tiers: Vec<Tier>, default: Option<&str>) -> Self {
        let named = |name| tiers.iter().position(|tier| tier.name == name);
        let default = default.and_then(named).unwrap_or(0);
        Self { tiers, default }
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

    fn tiers(default: Option<&str>) -> Tiers {
        let tier = |name: &str, bytes| Tier {
            name: name.to_owned(),
            bytes,
        };
        Tiers::new(vec![tier("deckhand", 5), tier("bosun", 50)], default)
    }

    #[test]
    fn an_unknown_or_missing_name_is_the_default() {
        let with_default = tiers(Some("bosun"));
        for (name, expected) in [
            (Some("deckhand"), "deckhand"),
            (Some("admiral"), "bosun"),
            (None, "bosun"),
        ] {
            assert_eq!(with_default.of(name).unwrap().name, expected);
        }
        assert_eq!(tiers(None).of(None).unwrap().name, "deckhand");
        assert_eq!(Tiers::default().of(Some("deckhand")), None);
    }
}
