//! The quotas of a hold, and who is near theirs.

use app::api::error::PageError;
use app::api::hold::crew::CrewRow;
use app::api::hold::quotas::{QuotasPage, QuotasSource};
use app::api::hold::{ForThose, Pressure, Whom};

use super::{HoldPages, page_error, refused, rows};

/// Members whose usage is asked for on one page.
const LOOKED_AT: usize = 100;

#[async_trait::async_trait]
impl QuotasSource for HoldPages {
    async fn quotas(&self, did: &str) -> Result<ForThose<QuotasPage>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let (listed, crew) = tokio::join!(opened.admin.tiers(), opened.admin.list_crew());
        let is_silent = listed.is_err();
        let listed = listed.unwrap_or_default();
        let mut crew = crew.map_err(|error| page_error(&error))?;
        crew.retain(|member| member.did != opened.about.captain);
        let total = crew.len();
        let tiers = rows::tier_views(&listed);
        let names: Vec<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
        let is_known = |name: &str| names.contains(&name);
        let unknown = crew
            .iter()
            .filter(|member| member.tier.as_deref().is_some_and(|name| !is_known(name)))
            .count();
        let counted = tiers
            .iter()
            .map(|tier| {
                let members = crew.iter().filter(|member| {
                    match member.tier.as_deref().filter(|name| is_known(name)) {
                        Some(name) => name == tier.name,
                        None => tier.is_default,
                    }
                });
                (tier.clone(), members.count())
            })
            .collect();
        // Whoever has a tier of their own is looked at first.
        crew.sort_by_key(|member| (member.tier.is_none(), member.did.clone()));
        crew.truncate(LOOKED_AT);
        let looked_at = crew.len();
        let rows = self.rows(&opened, crew).await;
        let overrides = rows
            .iter()
            .filter(|row| row.tier.is_some() && row.tier != listed.default);
        let overrides = overrides.cloned().collect();
        Ok(ForThose::Allowed(QuotasPage {
            tiers: counted,
            unknown: if is_silent { 0 } else { unknown },
            pressed: pressed(rows),
            overrides,
            looked_at,
            total,
            is_silent,
            head: opened.head,
        }))
    }
}

/// Those who use 80 % of theirs and more, the fullest first.
fn pressed(rows: Vec<CrewRow>) -> Vec<CrewRow> {
    let percent = |row: &CrewRow| row.usage.as_ref().and_then(app::api::hold::Usage::percent);
    let mut pressed: Vec<CrewRow> = rows
        .into_iter()
        .filter(|row| {
            let usage = row.usage.as_ref();
            usage.is_some_and(|usage| usage.pressure() != Pressure::Room)
        })
        .collect();
    pressed.sort_by_key(|row| std::cmp::Reverse(percent(row)));
    pressed
}
