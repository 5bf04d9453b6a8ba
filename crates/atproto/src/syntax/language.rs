//! Language tags.

use std::str::FromStr;

use super::{SyntaxError, string_type};

/// The longest tag in bytes: several times what registered tags need.
const MAX_LENGTH: usize = 255;
/// Tags from before the grammar, which do not follow it. RFC 5646 2.1, `irregular`
const IRREGULAR: [&str; 17] = [
    "en-GB-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-BE-FR",
    "sgn-BE-NL",
    "sgn-CH-DE",
];

/// A language tag, such as `pt-BR`. RFC 5646 (BCP 47), atproto.com/specs/lexicon#language
///
/// As atproto has it: the language itself is of two or three small letters. Whether anybody registered the parts is
/// not looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

string_type!(Language);

impl FromStr for Language {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("language tag", reason);
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 255 bytes"));
        }
        let subtags: Vec<&str> = text.split('-').collect();
        let is_subtag = |subtag: &&str| is_alphanumeric(subtag, 1, 8);
        if !subtags.iter().all(is_subtag) {
            return Err(error(
                "has a part that is not one to eight letters and digits",
            ));
        }
        if IRREGULAR.contains(&text) || is_private_use(&subtags) {
            return Ok(Self(text.to_owned()));
        }
        let (language, rest) = subtags.split_first().expect("a split text has a part");
        if !(2..=3).contains(&language.len())
            || !language.bytes().all(|byte| byte.is_ascii_lowercase())
        {
            return Err(error("does not begin with two or three small letters"));
        }
        if !are_subtags_in_order(rest) {
            return Err(error("its parts are out of order, or one is there twice"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// What may follow the language: up to three extended languages, a script, a region, variants, extensions, private
/// use; none of the variants and extensions twice.
fn are_subtags_in_order(mut rest: &[&str]) -> bool {
    for _ in 0..3 {
        skip(&mut rest, |subtag| is_alphabetic(subtag, 3));
    }
    skip(&mut rest, |subtag| is_alphabetic(subtag, 4));
    skip(&mut rest, is_region);
    let mut seen: Vec<String> = Vec::new();
    while let Some(variant) = skip(&mut rest, is_variant) {
        let variant = variant.to_ascii_lowercase();
        if seen.contains(&variant) {
            return false;
        }
        seen.push(variant);
    }
    while !rest.is_empty() && !is_private_use(rest) {
        let Some(singleton) = skip(&mut rest, |subtag| subtag.len() == 1) else {
            return false;
        };
        let singleton = singleton.to_ascii_lowercase();
        if seen.contains(&singleton)
            || skip(&mut rest, |subtag| is_alphanumeric(subtag, 2, 8)).is_none()
        {
            return false;
        }
        seen.push(singleton);
        while skip(&mut rest, |subtag| is_alphanumeric(subtag, 2, 8)).is_some() {}
    }
    true
}

/// Takes the first part if it is of that kind.
fn skip<'text>(rest: &mut &[&'text str], is_kind: impl Fn(&str) -> bool) -> Option<&'text str> {
    let (first, others) = rest.split_first()?;
    is_kind(first).then(|| {
        *rest = others;
        *first
    })
}

fn is_private_use(subtags: &[&str]) -> bool {
    subtags.len() > 1 && subtags[0].eq_ignore_ascii_case("x")
}

fn is_region(subtag: &str) -> bool {
    is_alphabetic(subtag, 2) || (subtag.len() == 3 && subtag.bytes().all(|b| b.is_ascii_digit()))
}

fn is_variant(subtag: &str) -> bool {
    is_alphanumeric(subtag, 5, 8)
        || (subtag.len() == 4 && subtag.starts_with(|first: char| first.is_ascii_digit()))
}

fn is_alphabetic(subtag: &str, length: usize) -> bool {
    subtag.len() == length && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_alphanumeric(subtag: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&subtag.len())
        && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_their_order_and_once() {
        for text in [
            "de",
            "gsw-CH",
            "zh-cmn-Hans-CN",
            "zh-min-nan",
            "es-005",
            "de-1996",
            "en-a-bbb-x-a-ccc",
            "x-whatever",
            "sgn-CH-DE",
        ] {
            assert_eq!(text.parse::<Language>().expect(text).as_str(), text);
        }
        for text in [
            "",
            "d",
            "DE",
            "deutsch",
            "de_DE",
            "de-",
            "-de",
            "de--DE",
            "de-DE-Latn",
            "de-DE-AT",
            "de-a",
            "de-x",
            "x",
            "i-unknown",
            "en-a-bbb-A-ccc",
            "de-1996-1996",
            "de-abcdefghi",
        ] {
            assert!(text.parse::<Language>().is_err(), "{text:?}");
        }
        let long = format!("de-x{}", "-a".repeat(126));
        assert!(long[..255].parse::<Language>().is_err());
        assert!(long[..254].parse::<Language>().is_ok());
        assert!(long.parse::<Language>().is_err());
    }
}
