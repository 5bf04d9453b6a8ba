//! Random histories of a hold with tiers, beside a model that knows what each step may do and what is then used.

use super::super::testing::*;
use super::super::{HoldSettings, Tiers};
use super::*;
use crate::db::Database;
use crate::db::testing::test_on_databases;
use history::History;
use model::TIERS;

mod history;
mod model;
mod steps;

/// Histories in a usual run, and in a long one.
const HISTORIES: (u64, u64) = (25, 1000);
/// Steps of each.
const STEPS: usize = 60;

/// A hold with small tiers, so that their ends are met all the time.
async fn start_with_tiers(folder: &HoldFolder, database: &Database) -> Hold {
    folder
        .start_with(database, |start| {
            let tier = |(name, bytes): &(&str, u64)| Tier {
                name: (*name).to_owned(),
                bytes: *bytes,
            };
            start.settings = HoldSettings {
                max_blob_bytes: 1 << 20,
                tiers: Tiers::new(TIERS.iter().map(tier).collect(), None),
                by_operator: false,
            };
        })
        .await
}

test_on_databases! {
    async fn usage_is_what_the_records_say_and_never_above_the_limit(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_tiers(&folder, &test.database).await;
        let mut met = history::Met::default();
        for number in 0..rounds(HISTORIES.0, HISTORIES.1) {
            let mut history = History::begin(&folder, &hold, number).await;
            for _ in 0..STEPS {
                history.step().await;
                history.compare().await;
            }
            met += history.end().await;
        }
        assert!(met.stored > 0 && met.refused > 0 && met.expired > 0, "{met:?}");
        eprintln!("{met:?}");
    }
}
