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
    goals: Vec<(String, f64)>,
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

    /// Says that the median of a figure of Longshore shall not be above this.
    pub fn set_goal(&mut self, name: &str, most: f64) {
        self.goals.push((name.to_owned(), most));
    }

    /// A line for each goal: whether it was met.
    fn goals(&self) -> String {
        self.goals
            .iter()
            .fold(String::new(), |mut lines, (name, most)| {
                let row = self.rows.iter().find(|row| row.name == *name);
                let median = row.and_then(|row| row.median(Name::Longshore));
                let (verdict, unit) = match median {
                    Some(median) if median <= *most => ("met", row.map_or("", |row| row.unit)),
                    Some(_) => ("MISSED", row.map_or("", |row| row.unit)),
                    None => ("not measured", ""),
                };
                let most = number(Some(*most));
                let _ = writeln!(lines, "goal: {name}, at most {most} {unit}: {verdict}");
                lines
            })
    }

    /// The medians side by side, first of registries, then of repos. A ratio above 1 is in favour of Longshore.
    pub fn table(&self) -> String {
        let (repos, registries): (Vec<&Row>, Vec<&Row>) = self
            .rows
            .iter()
            .partition(|row| row.values.contains_key(&Name::ReferencePds));
        let mut table = String::new();
        for (rows, others) in [
            (registries, &[Name::DockerRegistry, Name::Nginx][..]),
            (repos, &[Name::ReferencePds][..]),
        ] {
            if rows.is_empty() {
                continue;
            }
            let _ = write!(table, "{:<45} {:>9} {:>11}", "", "", "Longshore");
            for other in others {
                let _ = write!(table, " {:>15} {:>7}", title(*other), "ratio");
            }
            table.push('\n');
            for row in rows {
                row.write(others, &mut table);
            }
        }
        table.push_str(&self.goals());
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
                    "ratio_to_reference_pds": row.ratio(Name::ReferencePds),
                })
            })
            .collect();
        Ok(std::fs::write(file, serde_json::to_vec_pretty(&rows)?)?)
    }
}

const fn title(name: Name) -> &'static str {
    match name {
        Name::Longshore => "Longshore",
        Name::DockerRegistry => "docker-registry",
        Name::Nginx => "nginx",
        Name::ReferencePds => "reference PDS",
    }
}

impl Row {
    /// One line, with our figure, those of others and the ratios.
    fn write(&self, others: &[Name], table: &mut String) {
        let ours = number(self.median(Name::Longshore));
        let _ = write!(table, "{:<45} {:>9} {ours:>11}", self.name, self.unit);
        for other in others {
            let (theirs, ratio) = (number(self.median(*other)), ratio(self.ratio(*other)));
            let _ = write!(table, " {theirs:>15} {ratio:>7}");
        }
        table.push('\n');
    }

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
    fn a_goal_is_about_the_median_of_all_rounds() {
        let mut report = Report::default();
        report.set_goal("page", 20.0);
        report.set_goal("other", 20.0);
        for millis in [10.0, 12.0, 90.0] {
            report.add("page", "ms", Better::Lower, Name::Longshore, millis);
        }
        let goals = "goal: page, at most 20.0 ms: met\ngoal: other, at most 20.0 : not measured\n";
        assert_eq!(report.goals(), goals);
    }

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
