//! What can be wrong with the settings, all of it at once.

use std::fmt;

/// One thing wrong with one setting. Says where it stands, what was found and what is expected; the
/// value of a secret is never repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting, by the name that its source uses: `http.listen` or `LONGSHORE_LISTEN`.
    pub setting: String,
    /// Where it was found: `longshore.toml, line 3`, `the environment`, or `not set`.
    pub origin: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} ({}): {}",
            self.setting, self.origin, self.message
        )
    }
}

/// The settings cannot be used. Carries every problem, so that one run is enough to find them all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// Never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(formatter, "one setting cannot be used:")?,
            count => write!(formatter, "{count} settings cannot be used:")?,
        }
        for problem in &self.problems {
            write!(formatter, "\n  {problem}")?;
        }
        write!(
            formatter,
            "\n`longshore config list` describes every setting."
        )
    }
}
