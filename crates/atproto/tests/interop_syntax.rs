//! The protocol's own syntax vectors. Each line of a file is one case, `#` starts a comment.

mod vectors;

use std::fmt::Debug;
use std::str::FromStr;

use atproto::data::Cid;
use atproto::syntax::{
    AtIdentifier, AtUri, CidText, Datetime, Did, Handle, Language, Nsid, RecordKey, Tid, Uri,
};

/// The cases of a file. Blanks at the ends of a line are part of the case.
fn cases(file: &str) -> Vec<String> {
    let text = vectors::read(&format!("syntax/{file}")).unwrap_or_default();
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn accepts_all<T: FromStr<Err: Debug>>(file: &str) {
    for case in cases(file) {
        if let Err(error) = case.parse::<T>() {
            panic!("{file}: refused {case:?}: {error:?}");
        }
    }
}

fn refuses_all<T: FromStr + Debug>(file: &str) {
    for case in cases(file) {
        if let Ok(value) = case.parse::<T>() {
            panic!("{file}: accepted {case:?} as {value:?}");
        }
    }
}

#[test]
fn dids() {
    accepts_all::<Did>("did_syntax_valid.txt");
    refuses_all::<Did>("did_syntax_invalid.txt");
}

#[test]
fn handles() {
    accepts_all::<Handle>("handle_syntax_valid.txt");
    refuses_all::<Handle>("handle_syntax_invalid.txt");
}

#[test]
fn at_identifiers() {
    accepts_all::<AtIdentifier>("atidentifier_syntax_valid.txt");
    refuses_all::<AtIdentifier>("atidentifier_syntax_invalid.txt");
}

#[test]
fn nsids() {
    accepts_all::<Nsid>("nsid_syntax_valid.txt");
    refuses_all::<Nsid>("nsid_syntax_invalid.txt");
}

#[test]
fn record_keys() {
    accepts_all::<RecordKey>("recordkey_syntax_valid.txt");
    refuses_all::<RecordKey>("recordkey_syntax_invalid.txt");
}

#[test]
fn tids() {
    accepts_all::<Tid>("tid_syntax_valid.txt");
    refuses_all::<Tid>("tid_syntax_invalid.txt");
}

#[test]
fn tids_are_written_as_they_were_read() {
    for case in cases("tid_syntax_valid.txt") {
        let tid: Tid = case.parse().expect("accepted above");
        assert_eq!(tid.to_string(), case);
    }
}

#[test]
fn at_uris() {
    accepts_all::<AtUri>("aturi_syntax_valid.txt");
    refuses_all::<AtUri>("aturi_syntax_invalid.txt");
}

#[test]
fn datetimes() {
    accepts_all::<Datetime>("datetime_syntax_valid.txt");
    refuses_all::<Datetime>("datetime_syntax_invalid.txt");
    refuses_all::<Datetime>("datetime_parse_invalid.txt");
}

#[test]
fn languages() {
    accepts_all::<Language>("language_syntax_valid.txt");
    refuses_all::<Language>("language_syntax_invalid.txt");
    refuses_all::<Language>("language_parse_invalid.txt");
}

#[test]
fn uris() {
    accepts_all::<Uri>("uri_syntax_valid.txt");
    refuses_all::<Uri>("uri_syntax_invalid.txt");
}

#[test]
fn cids() {
    accepts_all::<CidText>("cid_syntax_valid.txt");
    refuses_all::<CidText>("cid_syntax_invalid.txt");
    // Of the many bases, versions, codecs and hashes of the valid file, atproto blesses few.
    refuses_all::<Cid>("cid_syntax_invalid.txt");
}
