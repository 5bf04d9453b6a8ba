//! The words of the pages are in the message catalogue, `app/locales/en/*.ftl`: code names messages that are there with
//! the values that they need, no message is left over, and no words stand in code.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::expect_none;
use super::source::{list_files, relative, rust_files, workspace};

/// Where pages and what they say are written.
const PAGES: [&str; 2] = ["app/src/", "server/src/handlers/web/"];

/// Attributes whose values nobody reads.
const SILENT_ATTRIBUTES: [&str; 5] = ["class", "d", "name", "rel", "sizes"];

/// Elements whose content is said to machines.
const MACHINE_ELEMENTS: [&str; 4] = ["code", "kbd", "pre", "script"];

/// Calls whose texts are for logs and for whoever reads a panic.
const SILENT_CALLS: [&str; 3] = ["expect", "log", "other"];

/// Files that write for machines: commands, selectors, headers.
const FOR_MACHINES: [&str; 4] = [
    "app/src/commands.rs",
    "app/src/components/keyboard.rs",
    "app/src/page_headers.rs",
    "app/src/pull_commands.rs",
];

/// Names that no language translates, and what else only looks like words: errors of protocols, headers, shell.
const NOT_WORDS: [&str; 25] = [
    "AT Protocol",
    "Esc",
    "GitHub Actions",
    "GitLab CI",
    "Kubernetes",
    "Linux",
    "Longshore",
    "Windows",
    "Access denied: ",
    "Forbidden",
    "Gone",
    "Internal",
    "Refused",
    "Unavailable",
    "Unreachable",
    "- uses: docker/login-action@v3",
    "default-src 'none'; sandbox",
    "docker login",
    "kubectl create",
    "light dark",
    "make helper",
    "podman login",
    "private, max-age=31536000, immutable",
    "sudo install",
    "{program} run",
];

/// What is found in a file: places where a message is named, and words that no message has.
#[derive(Default)]
struct Found {
    /// Line, id, and names of values.
    messages: Vec<(usize, String, BTreeSet<String>)>,
    /// Line and text.
    words: Vec<(usize, String)>,
}

fn look_into(text: &str) -> Found {
    // Tests of a module stand at its end, and have words of their own.
    let code = text.split("\nmod tests {").next().unwrap_or_default();
    let tokens: TokenStream = code.parse().expect("the file is Rust");
    let mut found = Found::default();
    walk(tokens, Place::Code, &mut found);
    found
}

/// Where tokens stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    View,
    /// Of a macro whose texts people do not read, or not on pages.
    Silent,
}

fn walk(tokens: TokenStream, place: Place, found: &mut Found) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let before = &tokens[..at];
                if group.delimiter() == Delimiter::Bracket && ends_with(before, &["#"])
                    || ends_with(before, &["#", "!"])
                {
                    continue; // An attribute, or a doc comment.
                }
                let inner = match macro_name(before).as_deref() {
                    Some(name @ ("t" | "t_view")) => {
                        found.messages.extend(message(group.stream(), name));
                        Place::Silent
                    }
                    Some("view") => Place::View,
                    Some("format" | "vec") => Place::Code,
                    Some(_) => Place::Silent,
                    None if SILENT_CALLS.iter().any(|call| ends_with(before, &[call])) => {
                        Place::Silent
                    }
                    // Braces in a view hold code again.
                    None if place == Place::View => Place::Code,
                    None => place,
                };
                walk(group.stream(), inner, found);
            }
            TokenTree::Literal(literal) if place != Place::Silent => {
                let text = literal.to_string();
                let Some(text) = text.strip_prefix('"') else {
                    continue;
                };
                let text = text.trim_end_matches('"');
                let is_said = match place {
                    Place::View if ends_with(&tokens[..at], &["="]) => {
                        is_worded(text)
                            && !SILENT_ATTRIBUTES
                                .contains(&word(&tokens, at.wrapping_sub(2)).as_str())
                    }
                    Place::View => {
                        text.replace("\\n", "")
                            .contains(|c: char| c.is_alphabetic())
                            && !NOT_WORDS.contains(&text)
                            && !(word(&tokens, at + 1) == "<"
                                && MACHINE_ELEMENTS.contains(&word(&tokens, at + 3).as_str()))
                    }
                    Place::Code | Place::Silent => is_worded(text),
                };
                if is_said {
                    found
                        .words
                        .push((literal.span().start().line, text.to_owned()));
                }
            }
            _ => {}
        }
    }
}

/// What a person would read as words: several of them, or one with a capital.
fn is_worded(text: &str) -> bool {
    let words = text
        .split(' ')
        .filter(|word| {
            word.len() > 1
                && word
                    .chars()
                    .all(|c| c.is_alphabetic() || "’'.,…!?:;".contains(c))
        })
        .count();
    if NOT_WORDS
        .iter()
        .any(|name| text == *name || name.contains(' ') && text.starts_with(name))
    {
        return false;
    }
    let has_capital =
        text.starts_with(char::is_uppercase) && text.chars().skip(1).all(char::is_lowercase);
    words > 1 || (has_capital && text.len() > 1)
}

fn word(tokens: &[TokenTree], at: usize) -> String {
    tokens.get(at).map(ToString::to_string).unwrap_or_default()
}

fn ends_with(tokens: &[TokenTree], end: &[&str]) -> bool {
    tokens.len() >= end.len()
        && tokens[tokens.len() - end.len()..]
            .iter()
            .zip(end)
            .all(|(token, expected)| token.to_string() == *expected)
}

/// The name of the macro that a group behind these tokens belongs to.
fn macro_name(before: &[TokenTree]) -> Option<String> {
    let [.., TokenTree::Ident(name), TokenTree::Punct(mark)] = before else {
        return None;
    };
    (mark.as_char() == '!').then(|| name.to_string())
}

/// The message that `t!(…)` or `t_view!(…)` names, and the values that it is given.
fn message(inside: TokenStream, macro_name: &str) -> Option<(usize, String, BTreeSet<String>)> {
    let tokens: Vec<TokenTree> = inside.into_iter().collect();
    let TokenTree::Literal(id) = tokens.first()? else {
        panic!("{macro_name}! takes the id of a message, as a literal");
    };
    let names = tokens
        .windows(3)
        .filter(|three| {
            matches!(three[0].to_string().as_str(), "," | ";") && three[2].to_string() == "="
        })
        .map(|three| three[1].to_string());
    let line = id.span().start().line;
    Some((
        line,
        id.to_string().trim_matches('"').to_owned(),
        names.collect(),
    ))
}

/// Every message of a file of the message catalogue, with the values that it names.
fn messages(path: &str, text: &str) -> Vec<(String, BTreeSet<String>)> {
    let resource = fluent_syntax::parser::parse(text.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
    let mut messages = Vec::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut names = BTreeSet::new();
            let value = message
                .value
                .unwrap_or_else(|| panic!("{path}: {} says nothing", message.id.name));
            assert!(
                message.attributes.is_empty(),
                "{path}: {} has attributes, which nothing reads",
                message.id.name
            );
            values_of(&value, &mut names);
            messages.push((message.id.name, names));
        }
    }
    messages
}

fn values_of(pattern: &Pattern<String>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(inline) => values_of_inline(inline, names),
            Expression::Select { selector, variants } => {
                values_of_inline(selector, names);
                for variant in variants {
                    values_of(&variant.value, names);
                }
            }
        }
    }
}

fn values_of_inline(inline: &InlineExpression<String>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.clone());
        }
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("messages take values and quoted characters, not {other:?}"),
    }
}

/// The message catalogue: for every id the file it is in, and the values.
fn catalogue() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut files = Vec::new();
    list_files(&workspace().join("app/locales/en"), &mut files);
    let mut catalogue = BTreeMap::new();
    for path in files {
        let name = relative(&path);
        for (id, values) in messages(&name, &std::fs::read_to_string(&path).unwrap()) {
            let earlier = catalogue.insert(id.clone(), (name.clone(), values));
            assert!(earlier.is_none(), "{name}: {id} is there twice");
        }
    }
    catalogue
}

#[test]
fn every_message_that_code_names_is_in_the_message_catalogue_with_its_values_and_none_is_left_over()
{
    let catalogue = catalogue();
    let mut unused: BTreeSet<&String> = catalogue.keys().collect();
    let mut violations = Vec::new();
    for file in rust_files().iter().filter(|file| file.is_within(&PAGES)) {
        for (line, id, given) in look_into(&file.text).messages {
            unused.remove(&id);
            let at = format!("{}:{line} {id}", file.path);
            match catalogue.get(&id) {
                None => violations.push(format!("{at} is not in the message catalogue")),
                Some((_, needed)) if *needed != given => {
                    violations.push(format!("{at} is given {given:?} and needs {needed:?}"));
                }
                Some(_) => {}
            }
        }
    }
    violations.extend(
        unused
            .iter()
            .map(|id| format!("{}: nothing says {id}", catalogue[*id].0)),
    );
    expect_none(&violations);
}

#[test]
fn every_file_of_the_message_catalogue_is_read() {
    let locale = std::fs::read_to_string(workspace().join("app/src/locale.rs")).unwrap();
    let mut files = Vec::new();
    list_files(&workspace().join("app/locales"), &mut files);
    let forgotten: Vec<String> = files
        .iter()
        .map(|path| relative(path).replace("app/locales", "../locales"))
        .filter(|path| !locale.contains(&format!("include_str!(\"{path}\")")))
        .collect();
    expect_none(&forgotten);
}

#[test]
fn pages_have_no_words_of_their_own() {
    let violations: Vec<String> = rust_files()
        .iter()
        .filter(|file| file.is_within(&PAGES) && !file.is_within(&FOR_MACHINES) && !file.is_test())
        .flat_map(|file| {
            let words = look_into(&file.text).words;
            words.into_iter().map(|(line, text)| {
                format!(
                    "{}:{line} {text:?} is not in the message catalogue",
                    file.path
                )
            })
        })
        .collect();
    expect_none(&violations);
}

#[test]
fn words_in_code_are_noticed_and_what_machines_read_is_not() {
    let words = |code: &str| {
        let found = look_into(code).words;
        found.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    for (code, text) in [
        ("fn f() { view! { <p>\"and\"</p> } }", "and"),
        (
            "fn f() { view! { <p title=\"Your settings\"></p> } }",
            "Your settings",
        ),
        (
            "fn f() { view! { <p>{if a { \"Stopped\" } else { x }}</p> } }",
            "Stopped",
        ),
        (
            "fn f() { t_view!(\"a\", by = view! { <p>\"later\"</p> }) }",
            "later",
        ),
        (
            "fn f() { format!(\"{count} days ago\") }",
            "{count} days ago",
        ),
    ] {
        assert_eq!(words(code), [text], "{code}");
    }
    for code in [
        "/// What it is.\nfn f() { view! { <p class=\"button quiet\">{t!(\"a-b\")}</p> } }",
        "fn f() { view! { <code>\"docker login\"</code> } }",
        "#[expect(lint, reason = \"they own it\")]\nfn f() { tracing::warn!(\"not at all well\"); x.expect(\"it is there\") }",
        "fn f() { match state { \"running\" => 1 } }\n#[cfg(test)]\nmod tests { fn g() { \"Some words\" } }",
    ] {
        assert_eq!(words(code), [""; 0], "{code}");
    }
}

#[test]
fn messages_and_their_values_are_found_where_they_are_named() {
    let found = look_into(
        "fn f() {\n t!(\"a\"); t!(\"b\", count = a == b, who = c);\n t_view!(\"c\", by = view! { <A b=t!(\"d\") /> }; count = 3) }",
    );
    let named: Vec<(usize, &str, Vec<&str>)> = found
        .messages
        .iter()
        .map(|(line, id, names)| {
            (
                *line,
                id.as_str(),
                names.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            (2, "a", vec![]),
            (2, "b", vec!["count", "who"]),
            (3, "c", vec!["by", "count"]),
            (3, "d", vec![])
        ]
    );
    let message = "a =\n    { $count ->\n        [one] { $who }\n       *[other] { $count } of { $whom }\n    }\n";
    let values = ["count", "who", "whom"].map(str::to_owned).into();
    assert_eq!(messages("x.ftl", message), [("a".to_owned(), values)]);
}
