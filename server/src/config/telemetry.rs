//! `[telemetry]`: logs and metrics.

use secrecy::SecretString;

use super::settings::{LOG, LOG_FORMAT, METRICS_PUBLIC, METRICS_TOKEN};
use super::source::Reader;
use super::value::{self, Origin};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Who may read `/metrics`.
#[derive(Debug, Clone)]
pub enum MetricsAccess {
    /// Nobody: behind a proxy on the same machine every request comes from loopback, so the peer's
    /// address says nothing once the public URL is elsewhere.
    Nobody,
    /// Requests from this machine.
    Loopback,
    /// Requests with this bearer token.
    Token(SecretString),
    /// Everybody.
    Public,
}

/// Logs and metrics.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// What is logged, in the syntax of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Who may read `/metrics`.
    pub metrics_access: MetricsAccess,
}

pub(super) fn read(reader: &mut Reader, public_url: Option<&Origin>) -> Option<TelemetryConfig> {
    let log = reader.value(&LOG, parse_filter);
    let log_format = reader.value(&LOG_FORMAT, |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    });
    let metrics_public = reader.value(&METRICS_PUBLIC, value::flag);
    let metrics_token = reader.optional(&METRICS_TOKEN, parse_token);
    let metrics_access = match (metrics_public?, metrics_token) {
        (true, Some(_)) => {
            let message = format!(
                "contradicts telemetry.metrics_token (METRICS_TOKEN); expected {}",
                METRICS_PUBLIC.expects
            );
            reader.refuse(&METRICS_PUBLIC, message);
            return None;
        }
        (true, None) => MetricsAccess::Public,
        (false, Some(token)) => MetricsAccess::Token(token),
        (false, None) if public_url.is_some_and(Origin::is_loopback) => MetricsAccess::Loopback,
        (false, None) => MetricsAccess::Nobody,
    };
    Some(TelemetryConfig {
        log: log?,
        log_format: log_format?,
        metrics_access,
    })
}

fn parse_filter(text: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::builder()
        .parse(text)
        .ok()
        .map(|_| text.to_owned())
}

fn parse_token(text: &str) -> Option<SecretString> {
    let usable = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then(|| SecretString::from(text.to_owned()))
}
