//! Logging for the whole process: set up once, before anything else is worth a line.

mod json_lines;

use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use self::json_lines::JsonLines;
use crate::config::{LogFormat, TelemetryConfig};

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error("the log filter cannot be used")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody else was first.
    #[error("logging is set up already")]
    Installed(#[from] TryInitError),
}

/// Sends log lines to standard error, so that standard output stays free for what a command prints, and
/// makes panics log lines too.
pub fn install(config: &TelemetryConfig) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(&config.log)?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => {
            let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
            lines.with_ansi(colour).finish().try_init()?;
        }
        LogFormat::Json => lines
            .with_ansi(false)
            .fmt_fields(JsonFields::new())
            .event_format(JsonLines)
            .finish()
            .try_init()?,
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(
        panic.message = message,
        panic.location = location,
        "a task panicked"
    );
}
