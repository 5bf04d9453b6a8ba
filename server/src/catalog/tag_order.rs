//! The order in which tags are read: `latest`, then versions with the newest first, then all others.

use std::cmp::Ordering;

/// In which order tags are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TagOrder {
    /// By version: 1.10 stands before 1.9.
    #[default]
    Version,
    /// The tag that moved last stands first.
    Newest,
}

/// Words behind a version that say it is not finished.
const UNFINISHED: [&str; 7] = ["alpha", "beta", "dev", "nightly", "pre", "rc", "snapshot"];

/// Where a tag stands: less stands further up. Taking a tag apart costs more than comparing, so it is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPlace {
    rank: u8,
    version: Option<Version>,
    tag: String,
}

/// A tag that reads as a version.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    numbers: Vec<u64>,
    is_unfinished: bool,
    rest: String,
}

impl TagPlace {
    /// The place of a tag.
    pub fn of(tag: &str) -> Self {
        let version = Version::parse(tag);
        Self {
            rank: match (tag, &version) {
                ("latest", _) => 0,
                (_, Some(_)) => 1,
                (_, None) => 2,
            },
            version,
            tag: tag.to_owned(),
        }
    }
}

impl Ord for TagPlace {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank
            .cmp(&other.rank)
            .then_with(|| match (&self.version, &other.version) {
                (Some(one), Some(other)) => one.compare(other),
                _ => compare_natural(&self.tag, &other.tag),
            })
            // Two spellings of one version still have an order.
            .then_with(|| self.tag.cmp(&other.tag))
    }
}

impl PartialOrd for TagPlace {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Version {
    /// `v1.10.0-rc.1`, `2024.05`, `3-alpine`. A commit such as `7f3a9c2` is none.
    fn parse(tag: &str) -> Option<Self> {
        let text = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
        let end = text
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(text.len());
        let (numbers, rest) = text.split_at(end);
        let numbers = numbers.trim_end_matches('.');
        let numbers: Vec<u64> = numbers
            .split('.')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let is_version = rest.is_empty()
            || rest.starts_with(['-', '_', '+'])
            || (numbers.len() > 1 && rest.len() < 12);
        let lower = rest.to_ascii_lowercase();
        let is_unfinished = lower
            .split(|character: char| !character.is_ascii_alphabetic())
            .any(|word| UNFINISHED.contains(&word));
        is_version.then(|| Self {
            numbers,
            is_unfinished,
            rest: rest.to_owned(),
        })
    }

    /// The newest stands first, and what is finished before what is not.
    fn compare(&self, other: &Self) -> Ordering {
        other
            .numbers
            .cmp(&self.numbers)
            .then_with(|| self.is_unfinished.cmp(&other.is_unfinished))
            .then_with(|| {
                if self.is_unfinished {
                    // rc.10 before rc.9, as with the versions themselves.
                    compare_natural(&other.rest, &self.rest)
                } else {
                    compare_natural(&self.rest, &other.rest)
                }
            })
    }
}

/// Runs of digits compare as numbers, everything else by character.
fn compare_natural(one: &str, other: &str) -> Ordering {
    let (mut first, mut second) = (one, other);
    loop {
        if first.is_empty() || second.is_empty() {
            return first.len().cmp(&second.len());
        }
        let (a, b) = (take_run(&mut first), take_run(&mut second));
        let is_number = |run: &str| run.starts_with(|character: char| character.is_ascii_digit());
        let order = if is_number(a) && is_number(b) {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        } else {
            a.cmp(b)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes the digits, or the others, at the beginning of `text`.
fn take_run<'text>(text: &mut &'text str) -> &'text str {
    let starts_with_digit = text.starts_with(|character: char| character.is_ascii_digit());
    let end = text
        .find(|character: char| character.is_ascii_digit() != starts_with_digit)
        .unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    run
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(one: &str, other: &str) -> Ordering {
        TagPlace::of(one).cmp(&TagPlace::of(other))
    }

    #[test]
    fn versions_stand_newest_first_between_latest_and_the_rest() {
        let wanted = [
            "latest",
            "v2.0.0",
            "1.10.0",
            "1.10.0-alpine",
            "1.10.0-rc.10",
            "1.10.0-rc.9",
            "1.10",
            "1.9.12",
            "1.9.2",
            "1",
            "7f3a9c2",
            "edge",
            "main",
            "pr-9",
            "pr-10",
            "sha-1",
        ];
        let mut tags = wanted;
        tags.reverse();
        tags.sort_by_key(|tag| TagPlace::of(tag));
        assert_eq!(tags, wanted);
    }

    #[test]
    fn numbers_longer_than_any_integer_still_have_an_order() {
        let (short, long) = ("9".repeat(40), "9".repeat(41));
        assert_eq!(compare_natural(&short, &long), Ordering::Less);
        assert_ne!(order(&short, &long), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn the_order_is_total(tags in proptest::collection::vec("[a-z0-9v._-]{1,12}", 3)) {
            let (a, b, c) = (&tags[0], &tags[1], &tags[2]);
            prop_assert_eq!(order(a, b), order(b, a).reverse());
            prop_assert_eq!(order(a, b) == Ordering::Equal, a == b);
            if order(a, b) != Ordering::Greater && order(b, c) != Ordering::Greater {
                prop_assert_ne!(order(a, c), Ordering::Greater);
            }
        }
    }
}
