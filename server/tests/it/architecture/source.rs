//! Rust files as the rules see them: code without comments and texts, and the paths that it names.

use std::iter::Peekable;
use std::path::{Path, PathBuf};

/// A Rust file of the workspace.
pub struct SourceFile {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// As it is on disk.
    pub text: String,
    /// The same lines, with blanks for comments and for what is between quotes.
    pub code: String,
}

/// A path in the code, written out: `use crate::{a, b}` names two.
pub struct NamedPath {
    /// The line it ends in, from 1.
    pub line: usize,
    /// With `self` and `super` replaced by what they mean.
    pub path: String,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: code_of(text),
        }
    }

    /// Whether the file is one of these, or below one that ends in `/`.
    pub fn is_within(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            self.path == *place || (place.ends_with('/') && self.path.starts_with(place))
        })
    }

    /// Whether nothing in the file is shipped.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.contains("/tests/")
            || matches!(name, "tests.rs" | "testing.rs")
            || name.ends_with("_tests.rs")
    }

    /// Every path of two segments or more, and whatever `use` names.
    pub fn named_paths(&self) -> Vec<NamedPath> {
        let mut tokens = tokens(&self.code).into_iter().peekable();
        let mut found = Vec::new();
        while let Some((line, token)) = tokens.next() {
            let follows = tokens.peek().map_or("", |(_, token)| *token);
            if token == "use" && follows != "<" {
                expand_use(&mut tokens, &[], &mut found);
            } else if is_word(token) && follows == "::" {
                let mut path = vec![token];
                while tokens.next_if(|(_, token)| *token == "::").is_some() {
                    match tokens.next_if(|(_, token)| is_word(token)) {
                        Some((_, segment)) => path.push(segment),
                        None => break,
                    }
                }
                found.push((line, path));
            }
        }
        found
            .into_iter()
            .map(|(line, path)| NamedPath {
                line,
                path: self.resolve(&path),
            })
            .collect()
    }

    /// Writes `self::…` and `super::…` of the server out from `crate`.
    fn resolve(&self, path: &[&str]) -> String {
        let (Some(module), Some("self" | "super")) = (self.module(), path.first().copied()) else {
            return path.join("::");
        };
        let supers = path
            .iter()
            .filter(|segment| **segment == "super")
            .count()
            .min(module.len());
        let rest = path
            .iter()
            .skip_while(|segment| matches!(**segment, "self" | "super"));
        std::iter::once(&"crate")
            .chain(&module[..module.len() - supers])
            .chain(rest)
            .copied()
            .collect::<Vec<_>>()
            .join("::")
    }

    /// The module of a file of the server.
    fn module(&self) -> Option<Vec<&str>> {
        let path = self.path.strip_prefix("server/src/")?.strip_suffix(".rs")?;
        let mut module: Vec<&str> = path.split('/').collect();
        module.pop_if(|last| *last == "mod" || *last == "lib" || *last == "main");
        Some(module)
    }
}

/// Where crates of ours are.
pub const SOURCE_FOLDERS: [&str; 6] = [
    "app",
    "bench",
    "crates",
    "credential-helper",
    "frontend",
    "server",
];

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Every Rust file of ours.
pub fn rust_files() -> Vec<SourceFile> {
    let mut paths = Vec::new();
    for folder in SOURCE_FOLDERS {
        list_files(&workspace().join(folder), &mut paths);
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    paths.sort();
    paths
        .iter()
        .map(|path| SourceFile::new(&relative(path), &std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// Every file below a folder, except what builds leave behind.
pub fn list_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.is_dir() {
            found.push(path);
        } else if !name.starts_with('.')
            && !matches!(name.as_str(), "target" | "node_modules" | "data")
        {
            list_files(&path, found);
        }
    }
}

/// A path below the workspace, as the rules spell it.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(workspace())
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/")
}

/// Puts blanks in place of comments and of texts and their quotes. Lines stay where they are.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let opaque = opaque_length(rest, code.chars().next_back());
        if opaque == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(
                rest[..opaque]
                    .chars()
                    .map(|c| if c == '\n' { '\n' } else { ' ' }),
            );
            rest = &rest[opaque..];
        }
    }
    code
}

/// The length of the comment or literal that `rest` begins with, or 0.
fn opaque_length(rest: &str, before: Option<char>) -> usize {
    let to = |end: &str, from: usize| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return to("*/", 2);
    }
    if let Some(raw) = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))
        && !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
    {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let start = rest.len() - raw.len() + hashes + 1;
            return to(&format!("\"{}", "#".repeat(hashes)), start);
        }
    }
    match rest.as_bytes() {
        [b'"', ..] => text_length(rest),
        [b'\'', b'\\', ..] => to("'", 3),
        [b'\'', ..] => {
            // One character and a quote; anything else is a lifetime.
            let second = rest[1..].chars().next().map_or(0, char::len_utf8);
            if rest[1 + second..].starts_with('\'') {
                second + 2
            } else {
                0
            }
        }
        _ => 0,
    }
}

/// The length of a text with its quotes.
fn text_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

type Token<'code> = (usize, &'code str);

/// Words, `::` and single characters, each with its line.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match rest.find(|character: char| !is_word_character(character)) {
                Some(0) if rest.starts_with("::") => 2,
                Some(0) => first.len_utf8(),
                Some(end) => end,
                None => rest.len(),
            };
            tokens.push((line + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_word(token: &str) -> bool {
    token.starts_with(is_word_character)
}

/// Writes one tree of a `use` out, up to the `,`, `}` or `;` behind it.
fn expand_use<'code>(
    tokens: &mut Peekable<impl Iterator<Item = Token<'code>>>,
    prefix: &[&'code str],
    found: &mut Vec<(usize, Vec<&'code str>)>,
) {
    let mut path = prefix.to_vec();
    let mut at = 0;
    while let Some((line, token)) = tokens.next_if(|(_, token)| !matches!(*token, "," | "}" | ";"))
    {
        match token {
            "{" => {
                while tokens.peek().is_some_and(|(_, token)| *token != "}") {
                    expand_use(tokens, &path, found);
                    tokens.next_if(|(_, token)| *token == ",");
                    if tokens.peek().is_some_and(|(_, token)| *token == ";") {
                        return;
                    }
                }
                tokens.next();
                return;
            }
            "as" => {
                tokens.next();
            }
            "::" => {}
            segment => {
                path.push(segment);
                at = line;
            }
        }
    }
    if path.len() > prefix.len() {
        found.push((at, path));
    }
}

#[test]
fn comments_and_texts_are_not_code() {
    let text =
        "a(\"axum::\\\"x\"); // axum::b\n/* axum\n::c */ r#\"sqlx::\"d\"# '\"' b'\\'' 'a: &'a e::f";
    let code = code_of(text);
    assert_eq!(code.lines().count(), text.lines().count());
    assert!(!code.contains("axum") && !code.contains("sqlx"), "{code}");
    assert!(code.contains("e::f"), "{code}");
}

#[test]
fn paths_are_written_out() {
    let text = "use super::super::{registry::Registry, db as database, self};\n\
                pub(super) use crate::x::{\n    y::{self, Z},\n    *,\n};\n\
                fn f(a: super::A) -> sqlx::Result<(), ::axum::Error> { b::c::<d::E>() }";
    let file = SourceFile::new("server/src/hold/uploads/mod.rs", text);
    let named: Vec<(usize, String)> = file
        .named_paths()
        .into_iter()
        .map(|named| (named.line, named.path))
        .collect();
    let expected = [
        (1, "crate::registry::Registry"),
        (1, "crate::db"),
        (1, "crate"),
        (3, "crate::x::y::self"),
        (3, "crate::x::y::Z"),
        (4, "crate::x::*"),
        (6, "crate::hold::A"),
        (6, "sqlx::Result"),
        (6, "axum::Error"),
        (6, "b::c"),
        (6, "d::E"),
    ];
    assert_eq!(named, expected.map(|(line, path)| (line, path.to_owned())));
}
