//! Log lines in JSON, one document each. Unlike the formatter that comes with the library, they have the causes of an
//! error and not only its own words: which statement failed, and not only that one did.

use std::error::Error;
use std::fmt;
use std::io;

use serde::ser::{SerializeMap, Serializer as _};
use serde_json::{Map, Serializer, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Time, level, message and fields of an event, where it comes from, and the fields of its innermost span.
pub(super) struct JsonLines;

impl<S> FormatEvent<S, JsonFields> for JsonLines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Vec::with_capacity(512);
        write_event(&mut line, context, event).map_err(|_| fmt::Error)?;
        let line = String::from_utf8(line).map_err(|_| fmt::Error)?;
        writeln!(writer, "{line}")
    }
}

fn write_event<S>(
    line: &mut Vec<u8>,
    context: &FmtContext<'_, S, JsonFields>,
    event: &Event<'_>,
) -> serde_json::Result<()>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    let metadata = event.metadata();
    let mut time = String::new();
    SystemTime
        .format_time(&mut Writer::new(&mut time))
        .map_err(|_| serde_json::Error::io(io::ErrorKind::Other.into()))?;
    let mut serializer = Serializer::new(line);
    let mut document = serializer.serialize_map(None)?;
    document.serialize_entry("timestamp", &time)?;
    document.serialize_entry("level", metadata.level().as_str())?;
    let mut fields = Fields {
        document: &mut document,
        outcome: Ok(()),
    };
    event.record(&mut fields);
    fields.outcome?;
    document.serialize_entry("target", metadata.target())?;
    if let Some(span) = context.lookup_current() {
        let extensions = span.extensions();
        let fields = extensions.get::<FormattedFields<JsonFields>>();
        let mut fields: Map<String, Value> = fields
            .and_then(|fields| serde_json::from_str(fields).ok())
            .unwrap_or_default();
        fields.insert("name".to_owned(), span.name().into());
        document.serialize_entry("span", &fields)?;
    }
    SerializeMap::end(document)
}

/// Writes fields into a document.
struct Fields<'a, M: SerializeMap> {
    document: &'a mut M,
    outcome: Result<(), M::Error>,
}

impl<M: SerializeMap> Fields<'_, M> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        if self.outcome.is_ok() {
            self.outcome = self.document.serialize_entry(field.name(), &value.into());
        }
    }
}

impl<M: SerializeMap> Visit for Fields<'_, M> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field, with_causes(value));
    }
}

/// An error with its causes, each once: some errors repeat what caused them in their own words.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        let words = current.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = current.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[derive(Debug, thiserror::Error)]
    enum Failure {
        #[error("the page failed")]
        Page(#[source] Box<Failure>),
        #[error(transparent)]
        Same(Box<Failure>),
        #[error("the statement \"x\"\nfailed")]
        Statement,
    }

    fn logged(log: impl FnOnce()) -> Value {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(JsonFields::new())
            .event_format(JsonLines)
            .with_writer(written.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn wb_08_a_line_has_the_causes_of_an_error_and_the_request_that_met_it() {
        let error = Failure::Page(Box::new(Failure::Same(Box::new(Failure::Statement))));
        let line = logged(|| {
            let span = tracing::info_span!("request", request.id = "r1", late = 3);
            let _entered = span.enter();
            tracing::error!(
                error = &error as &dyn Error,
                count = 2_u64,
                is_last = true,
                name = %"n",
                "a page could not be made"
            );
        });
        assert_eq!(
            line["error"],
            "the page failed: the statement \"x\"\nfailed"
        );
        assert_eq!(line["message"], "a page could not be made");
        assert_eq!(
            (&line["count"], &line["is_last"]),
            (&2.into(), &true.into())
        );
        assert_eq!(
            (&line["name"], &line["level"]),
            (&"n".into(), &"ERROR".into())
        );
        assert_eq!(line["span"]["request.id"], "r1");
        assert_eq!(
            (&line["span"]["name"], &line["span"]["late"]),
            (&"request".into(), &3.into())
        );
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(line["target"], module_path!());
    }

    #[test]
    fn a_line_without_a_span_says_so_by_its_absence() {
        let line = logged(|| tracing::info!("serving"));
        assert_eq!(
            (&line["message"], line.get("span")),
            (&"serving".into(), None)
        );
    }
}
