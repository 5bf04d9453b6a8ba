//! Figures, their medians, and the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::subjects::Name;

/// Which way a figure is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    Higher,
    Lower,
}

/// All figures of a run, in the order in which they were first taken.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    unit: &'static str,
    better: Better,
    values: BTreeMap<Name, Vec<f64>>,
}

impl Report {
    /// Adds a figure of one round.
    pub fn add(
        &mut self,
        name: &str,
        unit: &'static str,
        better: Better,
        subject: Name,
        value: f64,
    ) {
        let index = self
            .rows
            .iter()
            .position(|row| row.name == name)
            .unwrap_or_else(|| {
                self.rows.push(Row {
                    name: name.to_owned(),
                    unit,
                    better,
                    values: BTreeMap::new(),
                });
                self.rows.len() - 1
            });
        self.rows[index]
            .values
            .entry(subject)
            .or_default()
            .push(value);
    }

    /// The medians side by side. A ratio above 1 is in favour of Longshore.
    pub fn table(&self) -> String {
        let mut table = format!(
            "{:<38} {:>8} {:>11} {:>15} {:>7} {:>10} {:>7}\n",
            "", "", "Longshore", "docker-registry", "ratio", "nginx", "ratio"
        );
        for row in &self.rows {
            let _ = writeln!(
                table,
                "{:<38} {:>8} {:>11} {:>15} {:>7} {:>10} {:>7}",
                row.name,
                row.unit,
                number(row.median(Name::Longshore)),
                number(row.median(Name::DockerRegistry)),
                ratio(row.ratio(Name::DockerRegistry)),
                number(row.median(Name::Nginx)),
                ratio(row.ratio(Name::Nginx)),
            );
        }
        table
    }

    /// The same as JSON, with the figure of each round.
    pub fn write_json(&self, file: &Path) -> Result<()> {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                serde_json::json!({
                    "name": row.name,
                    "unit": row.unit,
                    "better": row.better,
                    "rounds": row.values,
                    "ratio_to_docker_registry": row.ratio(Name::DockerRegistry),
                    "ratio_to_nginx": row.ratio(Name::Nginx),
                })
            })
            .collect();
        Ok(std::fs::write(file, serde_json::to_vec_pretty(&rows)?)?)
    }
}

impl Row {
    fn median(&self, subject: Name) -> Option<f64> {
        let mut values = self.values.get(&subject)?.clone();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        match values.len() {
            0 => None,
            even if even % 2 == 0 => Some(f64::midpoint(values[middle - 1], values[middle])),
            _ => Some(values[middle]),
        }
    }

    fn ratio(&self, other: Name) -> Option<f64> {
        let (ours, theirs) = (self.median(Name::Longshore)?, self.median(other)?);
        Some(match self.better {
            Better::Higher => ours / theirs,
            Better::Lower => theirs / ours,
        })
    }
}

fn number(value: Option<f64>) -> String {
    match value {
        Some(value) if value < 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.0}"),
        None => String::new(),
    }
}

fn ratio(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.2}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_one_is_good_whichever_way_the_figure_is() {
        let mut report = Report::default();
        for (ours, theirs) in [(30.0, 10.0), (20.0, 10.0), (500.0, 1.0)] {
            report.add("speed", "MiB/s", Better::Higher, Name::Longshore, ours);
            report.add(
                "speed",
                "MiB/s",
                Better::Higher,
                Name::DockerRegistry,
                theirs,
            );
        }
        report.add("time", "ms", Better::Lower, Name::Longshore, 2.0);
        report.add("time", "ms", Better::Lower, Name::DockerRegistry, 1.0);
        assert_eq!(report.rows[0].ratio(Name::DockerRegistry), Some(3.0));
        assert_eq!(report.rows[1].ratio(Name::DockerRegistry), Some(0.5));
        assert_eq!(report.rows[1].ratio(Name::Nginx), None);
    }
}
