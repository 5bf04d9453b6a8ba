//! `longshore hold crew …`.

use std::fmt::Write as _;

use atproto::syntax::Did;

use super::{HoldCommandError, Quarters};
use crate::cli::{CrewCommand, CrewRecord};
use crate::hold::{CrewChange, CrewMember, TierChange};

/// Members read at a time.
const PAGE: u16 = 500;

pub(super) async fn run(
    quarters: &Quarters<'_>,
    command: &CrewCommand,
) -> Result<String, HoldCommandError> {
    let Quarters { hold, captain, .. } = quarters;
    match command {
        CrewCommand::List => list(quarters).await,
        CrewCommand::Add { member, record } => {
            let member = quarters.find(member).await?;
            if hold.find_crew_member(&member).await?.is_some() {
                let reason = format!("{member} is in the crew already; change them with `set`");
                return Err(HoldCommandError::Crew(reason));
            }
            set(quarters, &member, record).await
        }
        CrewCommand::Set { member, record } => {
            let member = quarters.find(member).await?;
            if hold.find_crew_member(&member).await?.is_none() {
                let reason = format!("{member} is not in the crew; take them in with `add`");
                return Err(HoldCommandError::Crew(reason));
            }
            set(quarters, &member, record).await
        }
        CrewCommand::Remove { member } => {
            let member = quarters.find(member).await?;
            hold.remove_crew_member(captain, &member).await?;
            Ok(format!("{member} is not in the crew any more.\n"))
        }
    }
}

async fn list(quarters: &Quarters<'_>) -> Result<String, HoldCommandError> {
    let mut text = String::new();
    let mut after: Option<Did> = None;
    loop {
        let page = quarters.hold.list_crew(after.as_ref(), PAGE).await?;
        for member in &page {
            text.push_str(&line(member));
        }
        match page.last() {
            Some(last) => after = Some(last.did.clone()),
            None => return Ok(text),
        }
    }
}

/// One member in one line: DID, role, permissions, tier.
fn line(member: &CrewMember) -> String {
    let permissions = if member.permissions.is_empty() {
        "nothing".to_owned()
    } else {
        member.permissions.join(",")
    };
    let mut line = format!("{}\t{}\t{permissions}", member.did, member.role);
    if let Some(tier) = &member.tier {
        write!(line, "\t{tier}").expect("a text takes text");
    }
    line.push('\n');
    line
}

async fn set(
    quarters: &Quarters<'_>,
    member: &Did,
    record: &CrewRecord,
) -> Result<String, HoldCommandError> {
    let Quarters { hold, captain, .. } = quarters;
    let change = CrewChange {
        role: record.role.clone(),
        permissions: (!record.permissions.is_empty()).then(|| record.permissions.clone()),
        tier: tier(quarters, record)?,
    };
    hold.set_crew_member(captain, member, change).await?;
    let member = hold.find_crew_member(member).await?;
    Ok(member.as_ref().map_or_else(String::new, line))
}

fn tier(quarters: &Quarters<'_>, record: &CrewRecord) -> Result<TierChange, HoldCommandError> {
    let Some(name) = &record.tier else {
        return Ok(if record.default_tier {
            TierChange::Default
        } else {
            TierChange::Keep
        });
    };
    let tiers = quarters.hold.tiers().all();
    if tiers.iter().any(|tier| tier.name == *name) {
        return Ok(TierChange::Named(name.clone()));
    }
    let names: Vec<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
    Err(HoldCommandError::NoSuchTier {
        name: name.clone(),
        known: if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        },
    })
}
