//! The words of the pages, in one message catalogue: `app/locales/<language>/*.ftl`, in Project Fluent's format
//! (projectfluent.org), which translators' tools read.
//!
//! Code names messages and never has words of its own: [`t!`](crate::t) gives text, [`t_view!`](crate::t_view) a
//! sentence with elements inside. A server speaks one language, that of its operator; what a translation lacks is said
//! in English. The browser is sent only the words that it shows: islands get theirs as properties.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Message, PatternElement};
use leptos::prelude::*;
use unic_langid::LanguageIdentifier;

use crate::text;

/// The language that every message is in.
const ENGLISH: &str = "en";
/// English with accents, a third longer: what is still plain on a page is not in the message catalogue, and what does
/// not fit will not fit in German either.
const PSEUDO: &str = "en-XA";
/// The languages that there are, as BCP 47 tags. A translation brings its folder and a line in [`files`].
pub const LANGUAGES: [&str; 2] = [ENGLISH, PSEUDO];

/// The files of a language.
fn files(language: &str) -> &'static [&'static str] {
    match language {
        ENGLISH => &[
            include_str!("../locales/en/about.ftl"),
            include_str!("../locales/en/activity.ftl"),
            include_str!("../locales/en/compare.ftl"),
            include_str!("../locales/en/counts.ftl"),
            include_str!("../locales/en/crew.ftl"),
            include_str!("../locales/en/data.ftl"),
            include_str!("../locales/en/device.ftl"),
            include_str!("../locales/en/errors.ftl"),
            include_str!("../locales/en/files.ftl"),
            include_str!("../locales/en/hold.ftl"),
            include_str!("../locales/en/home.ftl"),
            include_str!("../locales/en/image.ftl"),
            include_str!("../locales/en/layout.ftl"),
            include_str!("../locales/en/owner.ftl"),
            include_str!("../locales/en/person.ftl"),
            include_str!("../locales/en/privacy.ftl"),
            include_str!("../locales/en/repository.ftl"),
            include_str!("../locales/en/search.ftl"),
            include_str!("../locales/en/set_up.ftl"),
            include_str!("../locales/en/settings.ftl"),
            include_str!("../locales/en/sign_in.ftl"),
            include_str!("../locales/en/space.ftl"),
            include_str!("../locales/en/usage.ftl"),
        ],
        _ => &[],
    }
}

/// What is filled into a message, by name.
pub type Values = FluentArgs<'static>;

static MESSAGES: OnceLock<Messages> = OnceLock::new();

/// Lets the pages speak a language of [`LANGUAGES`]; said once, before the first page is drawn. Without it, and for
/// any other, they speak English.
pub fn speak(language: &str) {
    MESSAGES.get_or_init(|| Messages::load(language));
}

/// The language of the pages, for `lang` attributes.
pub fn language() -> &'static str {
    messages().language
}

fn messages() -> &'static Messages {
    MESSAGES.get_or_init(|| Messages::load(ENGLISH))
}

struct Messages {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
    /// Messages that need nothing filled in, which are most.
    plain: HashMap<String, String>,
}

impl Messages {
    fn load(language: &str) -> Self {
        let language = LANGUAGES.into_iter().find(|known| *known == language);
        let language = language.unwrap_or(ENGLISH);
        let tag: LanguageIdentifier = language.parse().expect("LANGUAGES are BCP 47 tags");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks around what is filled in are needed where a script runs the other way; nothing here does yet, and they
        // would be copied with names and commands.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(value) => Some(number(value.value)),
            _ => None,
        }));
        if language == PSEUDO {
            bundle.set_transform(Some(|text| fluent_pseudo::transform(text, false, true)));
        }
        let mut ids = Vec::new();
        for file in [files(ENGLISH), files(language)].concat() {
            let resource = FluentResource::try_new(file.to_owned());
            let resource = resource.unwrap_or_else(|(_, errors)| panic!("{errors:?} in {file}"));
            ids.extend(resource.entries().filter_map(id_of_plain));
            bundle.add_resource_overriding(resource);
        }
        let plain = ids.into_iter().map(|id| {
            let text = filled_in(&bundle, &id, None);
            (id, text)
        });
        Self {
            language,
            plain: plain.collect(),
            bundle,
        }
    }
}

/// The id of a message that needs nothing filled in.
fn id_of_plain(entry: &Entry<&str>) -> Option<String> {
    let Entry::Message(Message {
        id,
        value: Some(value),
        ..
    }) = entry
    else {
        return None;
    };
    let is_text = |element| matches!(element, &PatternElement::TextElement { .. });
    value
        .elements
        .iter()
        .all(is_text)
        .then(|| id.name.to_owned())
}

/// A message with what belongs into it. One that is not there is shown as its id: the tests find it before anybody
/// does (`architecture/words.rs`).
fn filled_in(
    bundle: &FluentBundle<FluentResource>,
    id: &str,
    values: Option<&FluentArgs>,
) -> String {
    let pattern = bundle.get_message(id).and_then(|message| message.value());
    let mut errors = Vec::new();
    let text = pattern.map(|pattern| bundle.format_pattern(pattern, values, &mut errors));
    debug_assert!(text.is_some() && errors.is_empty(), "{id}: {errors:?}");
    text.map_or_else(|| id.to_owned(), Cow::into_owned)
}

/// A number as people read it: whole ones with thin spaces between thousands.
fn number(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole and not negative"
    )]
    if value.fract() == 0.0 && value >= 0.0 {
        text::grouped(value as u64)
    } else {
        value.to_string()
    }
}

/// A message that needs nothing filled in; what `t!("id")` calls.
pub fn plain(id: &'static str) -> &'static str {
    let found = messages().plain.get(id);
    debug_assert!(
        found.is_some(),
        "{id} is not in the message catalogue, or needs values"
    );
    found.map_or(id, String::as_str)
}

/// A message with values; what `t!("id", name = value)` calls.
pub fn filled(id: &str, values: &Values) -> String {
    filled_in(&messages().bundle, id, Some(values))
}

/// Where views stand in a text before they are put there: characters for private use, one for each.
const FIRST_PLACE: u32 = 0xF_0000;

/// A message with elements inside; what `t_view!` calls. A view that the message does not name is not shown, and one
/// that it names twice is shown once.
pub fn with_views(
    id: &str,
    mut values: Values,
    views: Vec<(&'static str, AnyView)>,
) -> Vec<AnyView> {
    let mut views: Vec<_> = views
        .into_iter()
        .zip(FIRST_PLACE..)
        .map(|((name, view), place)| {
            let place = char::from_u32(place).expect("the plane for private use has room");
            values.set(name, place.to_string());
            (place, Some(view))
        })
        .collect();
    let text = filled(id, &values);
    let mut parts = Vec::new();
    let places: Vec<char> = views.iter().map(|(place, _)| *place).collect();
    for piece in text.split_inclusive(places.as_slice()) {
        let last = piece.chars().next_back();
        let found = views.iter_mut().find(|(place, _)| Some(*place) == last);
        let words = found
            .as_ref()
            .map_or(piece, |(place, _)| piece.trim_end_matches(*place));
        if !words.is_empty() {
            parts.push(words.to_owned().into_any());
        }
        parts.extend(found.and_then(|(_, view)| view.take()));
    }
    parts
}

/// A message: `t!("crew-title")`, or with values, `t!("crew-count", count = members.len())`. Numbers
/// choose the plural, and are grouped by thousands.
#[macro_export]
macro_rules! t {
    ($id:literal) => {
        $crate::locale::plain($id)
    };
    ($id:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::locale::filled($id, &$crate::values!($($name = $value),+))
    };
}

/// A message with elements inside: `t_view!("join-invited", by = view! { <PersonLink person /> })`.
/// Behind a semicolon stand the values, as for [`t!`](crate::t): `t_view!("…", link = view! { … }; count = 3)`.
#[macro_export]
macro_rules! t_view {
    ($id:literal, $($name:ident = $view:expr),+ $(; $($key:ident = $value:expr),+)? $(,)?) => {
        $crate::locale::with_views(
            $id,
            $crate::values!($($($key = $value),+)?),
            vec![$((stringify!($name), ::leptos::prelude::IntoAny::into_any($view))),+],
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! values {
    () => {
        $crate::locale::Values::new()
    };
    ($($name:ident = $value:expr),+) => {{
        let mut values = $crate::locale::Values::new();
        $(values.set(stringify!($name), $value);)+
        values
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(parts: Vec<AnyView>) -> String {
        // Without the marks between texts that stand side by side.
        let html: String = parts.into_iter().map(RenderHtml::to_html).collect();
        html.replace("<!>", "")
    }

    #[test]
    fn every_language_can_be_read() {
        for language in LANGUAGES {
            assert_eq!(Messages::load(language).language, language);
        }
        assert_eq!(Messages::load("tlh").language, "en");
    }

    #[test]
    fn numbers_choose_the_plural_and_are_grouped() {
        assert_eq!(t!("count-blobs", count = 1), "1 blob");
        assert_eq!(t!("count-blobs", count = 12_345), "12\u{2009}345 blobs");
    }

    #[test]
    fn elements_stand_where_the_sentence_has_them() {
        let parts = t_view!("space-plan-frees", freed = view! { <b>"<4>"</b> });
        assert_eq!(html(parts), "Collecting now frees <b>&lt;4&gt;</b>.");
    }

    #[test]
    fn what_a_translation_lacks_is_said_in_english_and_the_pseudo_language_shows_what_is_a_message()
    {
        let pseudo = Messages::load(PSEUDO);
        assert_eq!(pseudo.plain["space-title"], "Şƥaaƈee");
    }
}
