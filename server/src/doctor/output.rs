//! The report for people.

use std::io::{self, Write};

use super::{Outcome, Report};

/// Writes the report as aligned lines, each failure followed by what to do about it.
pub fn write_table(report: &Report, colour: bool, to: &mut impl Write) -> io::Result<()> {
    let width = report
        .checks
        .iter()
        .map(|check| check.name.chars().count())
        .max()
        .unwrap_or(0);
    for check in &report.checks {
        let (word, code) = match check.outcome {
            Outcome::Ok => ("ok", "32"),
            Outcome::Warning => ("warning", "33"),
            Outcome::Failure => ("FAILURE", "31"),
        };
        if colour {
            write!(to, "\u{1b}[{code}m{word:<7}\u{1b}[0m")?;
        } else {
            write!(to, "{word:<7}")?;
        }
        writeln!(to, "  {:<width$}  {}", check.name, check.seen)?;
        if let Some(advice) = &check.advice {
            writeln!(to, "{:indent$}-> {advice}", "", indent = width + 11)?;
        }
    }
    let count = |outcome| {
        report
            .checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    };
    match (count(Outcome::Failure), count(Outcome::Warning)) {
        (0, 0) => writeln!(to, "\nAll is well."),
        (failures, warnings) => {
            writeln!(to, "\n{failures} to be mended, {warnings} to know about.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Check;

    #[test]
    fn lines_are_aligned_and_failures_say_what_to_do() {
        let checks = vec![
            Check::ok("clock", "0 s from the time of others"),
            Check::failure("data folder", "./data cannot be written to", "chown it"),
        ];
        let mut text = Vec::new();
        write_table(&Report { ok: false, checks }, false, &mut text).unwrap();
        let expected = "ok       clock        0 s from the time of others\n\
                        FAILURE  data folder  ./data cannot be written to\n                      -> chown it\n\n\
                        1 to be mended, 0 to know about.\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
