//! Where settings come from: a TOML file and the environment, joined to one list of texts with origins.
//!
//! Knows names, not meanings: the sections parse the texts.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use toml::de::{DeTable, DeValue};

use super::error::Problem;
use super::settings::{self, Setting};

/// Prefixes that belong to us alone: any other name below them is a mistake and refused.
const OWN_PREFIXES: &[&str] = &["LONGSHORE_", "HOLD_"];

/// Prefixes that others use too: a name below them is refused only when it nearly is one of ours.
const SHARED_PREFIXES: &[&str] = &[
    "REGISTRY_",
    "STORAGE_",
    "S3_",
    "METRICS_",
    "DATABASE_",
    "SESSION_",
    "WEB_",
];

/// Names below our prefixes that are not settings: the settings file, and what only tests read.
const OTHER_NAMES: &[&str] = &["LONGSHORE_CONFIG"];
const TEST_PREFIX: &str = "LONGSHORE_TEST_";

/// The environment of the process, taken once and handed around.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// What the process was started with.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// An environment of exactly these variables.
    pub fn from_pairs<N: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// A variable's value; an empty one counts as not set, as compose files cannot leave one out.
    pub fn get(&self, name: &str) -> Option<&std::ffi::OsStr> {
        self.0
            .get(std::ffi::OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }
}

/// A value as written, and where.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub text: String,
    /// The setting by the name its source uses.
    pub setting: String,
    pub origin: String,
}

/// Every setting that was given, by its key.
#[derive(Debug, Default)]
pub(super) struct Given(pub BTreeMap<&'static str, Raw>);

impl Given {
    /// Reads the file's text. `name` is for messages.
    pub(super) fn add_file(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        let document = match DeTable::parse(text) {
            Ok(document) => document,
            Err(error) => {
                problems.push(Problem {
                    setting: name.to_owned(),
                    origin: origin_in_file(name, text, error.span().map_or(0, |span| span.start)),
                    message: format!("is not TOML: {}", error.message()),
                });
                return;
            }
        };
        for (section, value) in document.get_ref() {
            let origin = origin_in_file(name, text, section.span().start);
            let section = section.get_ref().as_ref();
            let DeValue::Table(entries) = value.get_ref() else {
                problems.push(Problem {
                    setting: section.to_owned(),
                    origin,
                    message: unknown_key(section),
                });
                continue;
            };
            if entries.is_empty()
                && !settings::ALL
                    .iter()
                    .any(|setting| setting.section() == section)
            {
                problems.push(Problem {
                    setting: section.to_owned(),
                    origin: origin.clone(),
                    message: unknown_key(section),
                });
            }
            for (key, value) in entries {
                let origin = origin_in_file(name, text, key.span().start);
                let key = format!("{section}.{}", key.get_ref());
                self.add_entry(key, value.get_ref(), origin, problems);
            }
        }
    }

    fn add_entry(
        &mut self,
        key: String,
        value: &DeValue<'_>,
        origin: String,
        problems: &mut Vec<Problem>,
    ) {
        let Some(setting) = settings::ALL.iter().find(|setting| setting.key == key) else {
            problems.push(Problem {
                message: unknown_key(&key),
                setting: key,
                origin,
            });
            return;
        };
        match text_of(value) {
            Some(text) if text.is_empty() => {}
            Some(text) => {
                self.0.insert(
                    setting.key,
                    Raw {
                        text,
                        setting: key,
                        origin,
                    },
                );
            }
            None => problems.push(Problem {
                message: format!(
                    "is a TOML {}; expected {}",
                    value.type_str(),
                    setting.expects
                ),
                setting: key,
                origin,
            }),
        }
    }

    /// Adds the environment, which wins over what the file said.
    pub(super) fn add_environment(
        &mut self,
        environment: &Environment,
        problems: &mut Vec<Problem>,
    ) {
        const ORIGIN: &str = "the environment";
        for setting in settings::ALL {
            let Some(value) = environment.get(setting.environment) else {
                continue;
            };
            match value.to_str() {
                Some(text) => {
                    self.0.insert(
                        setting.key,
                        Raw {
                            text: text.to_owned(),
                            setting: setting.environment.to_owned(),
                            origin: ORIGIN.to_owned(),
                        },
                    );
                }
                None => problems.push(Problem {
                    setting: setting.environment.to_owned(),
                    origin: ORIGIN.to_owned(),
                    message: format!("is not UTF-8; expected {}", setting.expects),
                }),
            }
        }
        for (name, value) in &environment.0 {
            let Some(name) = name.to_str() else { continue };
            if let Some(message) = refuse_name(name, value.to_str().unwrap_or_default()) {
                problems.push(Problem {
                    setting: name.to_owned(),
                    origin: ORIGIN.to_owned(),
                    message,
                });
            }
        }
    }
}

/// The text of a scalar, and a list of strings as one text with commas.
fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str())
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(",")),
        _ => None,
    }
}

fn origin_in_file(name: &str, text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    format!("{name}, line {line}")
}

fn unknown_key(key: &str) -> String {
    let known = settings::ALL.iter().map(|setting| setting.key);
    match nearest(key, known) {
        Some(name) => format!("is not a setting; did you mean `{name}`?"),
        None => "is not a setting".to_owned(),
    }
}

/// Why a variable is refused, if it is.
fn refuse_name(name: &str, value: &str) -> Option<String> {
    let known = || settings::ALL.iter().map(|setting| setting.environment);
    if known().any(|known| known == name)
        || OTHER_NAMES.contains(&name)
        || name.starts_with(TEST_PREFIX)
        || is_service_link(name, value)
    {
        return None;
    }
    let suggestion = nearest(name, known());
    if OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return Some(match suggestion {
            Some(known) => format!("is not a setting; did you mean {known}?"),
            None => "is not a setting".to_owned(),
        });
    }
    let ours = SHARED_PREFIXES
        .iter()
        .any(|prefix| name.starts_with(prefix));
    match suggestion {
        Some(known) if ours && distance(name, known) <= 2 => {
            Some(format!("is not a setting; did you mean {known}?"))
        }
        _ => None,
    }
}

/// Kubernetes and old Docker links put `<SERVICE>_PORT` and its kin into the environment of their
/// containers; a service named `longshore` or `hold` must not keep the server from starting.
fn is_service_link(name: &str, value: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_")
        || (name.ends_with("_PORT") && value.contains("://"))
}

/// The known name that is most like `name`, when one is like it at all.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance * 3 <= candidate.len())
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance over bytes; names are ASCII.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// Reads the sections' values out of what was given, and gathers problems instead of stopping at one.
#[derive(Debug)]
pub(super) struct Reader {
    given: Given,
    pub problems: Vec<Problem>,
    /// The keys that some section asked for; a test compares them with the table.
    pub read: BTreeSet<&'static str>,
}

impl Reader {
    pub(super) fn new(given: Given, problems: Vec<Problem>) -> Self {
        Self {
            given,
            problems,
            read: BTreeSet::new(),
        }
    }

    /// Notes that a setting has its place in a section, where its value is derived instead of read.
    pub(super) fn note_read(&mut self, setting: &Setting) {
        self.read.insert(setting.key);
    }

    /// The value that was given, parsed, or `None` when it is not set or cannot be used. `parse` answers
    /// `None` for a text that is not what the setting expects.
    pub(super) fn optional<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.note_read(setting);
        let raw = self.given.0.get(setting.key)?;
        let value = parse(raw.text.trim());
        if value.is_none() {
            let found = if setting.secret {
                "cannot be used".to_owned()
            } else {
                format!("found {:?}", raw.text)
            };
            self.refuse(setting, format!("{found}; expected {}", setting.expects));
        }
        value
    }

    /// The value that was given, or the default of the table. `None` only after a problem was noted.
    pub(super) fn value<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.is_given(setting) {
            return self.optional(setting, parse);
        }
        self.note_read(setting);
        match setting.default {
            settings::DefaultValue::Value(text) => {
                Some(parse(text).expect("a test parses every default of the table"))
            }
            settings::DefaultValue::Derived(_) | settings::DefaultValue::Unset => {
                self.refuse(setting, format!("is missing; expected {}", setting.expects));
                None
            }
        }
    }

    /// Whether the file or the environment has the setting.
    pub(super) fn is_given(&self, setting: &Setting) -> bool {
        self.given.0.contains_key(setting.key)
    }

    /// Notes a problem with a setting, at the place where it was given.
    pub(super) fn refuse(&mut self, setting: &Setting, message: String) {
        let (name, origin) = match self.given.0.get(setting.key) {
            Some(raw) => (raw.setting.clone(), raw.origin.clone()),
            None => (
                format!("{} or {}", setting.environment, setting.key),
                "not set".to_owned(),
            ),
        };
        self.problems.push(Problem {
            setting: name,
            origin,
            message,
        });
    }
}
