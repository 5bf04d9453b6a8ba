//! The crew of a hold: all of it, somebody who may join it, one member.

use std::collections::BTreeSet;

use app::api::error::PageError;
use app::api::hold::crew::{
    AddPage, Candidate, CrewPage, CrewQuery, CrewSource, InviteRow, MEMBERS_PER_PAGE, MemberPage,
};
use app::api::hold::{ForThose, Whom};
use app::t;
use atproto::syntax::{AtIdentifier, Did, RecordKey};
use chrono::DateTime;
use lexicon::{ActorProfile, Record as _, nsid};

use super::{HoldPages, Opened, page_error, read_did, refused, rows};
use crate::handlers::web::sentence;
use crate::hold::CrewMember;
use crate::identity::{Freshness, Identity};

/// People that a filter by handle finds at most.
const MOST_FOUND: u16 = 1_000;

#[async_trait::async_trait]
impl CrewSource for HoldPages {
    async fn crew(&self, did: &str, query: CrewQuery) -> Result<ForThose<CrewPage>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let mut crew = opened
            .admin
            .list_crew()
            .await
            .map_err(|error| page_error(&error))?;
        let captain = &opened.about.captain;
        crew.sort_by_key(|member| (member.did != *captain, member.did.clone()));
        let total = crew.len();
        let matching = self.filtered(crew, query.filter.trim()).await;
        let start = query.after.as_ref().map_or(0, |after| {
            let found = matching
                .iter()
                .position(|member| member.did.as_str() == after);
            found.map_or(0, |index| index + 1)
        });
        let count = matching.len();
        let shown: Vec<CrewMember> = matching
            .into_iter()
            .skip(start)
            .take(MEMBERS_PER_PAGE)
            .collect();
        let next = shown
            .last()
            .filter(|_| start + MEMBERS_PER_PAGE < count)
            .map(|last| last.did.to_string());
        let (members, invites, tiers) = tokio::join!(
            self.rows(&opened, shown),
            self.invites(&opened),
            rows::tiers(opened.admin.as_ref())
        );
        Ok(ForThose::Allowed(CrewPage {
            total,
            matching: count,
            members,
            next,
            tiers,
            invites,
            invite_link: self.outcome.invite_link.clone(),
            query,
            head: opened.head,
        }))
    }

    async fn add(&self, did: &str, who: &str) -> Result<ForThose<AddPage>, PageError> {
        let mut opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let typed = who.trim().trim_start_matches('@').to_owned();
        let mut person = None;
        if !typed.is_empty() {
            match self.candidate(&opened, &typed).await {
                Ok(found) => person = Some(found),
                Err(problem) => opened.head.problem = Some(problem),
            }
        }
        Ok(ForThose::Allowed(AddPage {
            tiers: rows::tiers(opened.admin.as_ref()).await,
            head: opened.head,
            typed,
            person,
        }))
    }

    async fn member(&self, did: &str, member: &str) -> Result<ForThose<MemberPage>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let member = read_did(member)?;
        let found = opened.admin.find_crew_member(&member).await;
        let found = found.map_err(|error| page_error(&error))?;
        let found = found.ok_or_else(|| PageError::NotFound {
            what: t!("missing-member").to_owned(),
        })?;
        let record = format!(
            "at://{}/{}/{}",
            opened.head.did,
            nsid::HOLD_CREW,
            found.record_key
        );
        let (quota, tiers) = tokio::join!(
            opened.admin.quota_of(&member),
            rows::tiers(opened.admin.as_ref())
        );
        Ok(ForThose::Allowed(MemberPage {
            row: self.row(&opened, found).await,
            tiers,
            blobs: quota.ok().map(|quota| quota.unique_blobs),
            record,
            head: opened.head,
        }))
    }
}

impl HoldPages {
    /// Members whose handle, DID, role or tier has the text in it.
    async fn filtered(&self, crew: Vec<CrewMember>, filter: &str) -> Vec<CrewMember> {
        if filter.is_empty() {
            return crew;
        }
        let filter = filter.trim_start_matches('@').to_lowercase();
        let identities = &self.state.identities;
        let by_handle = identities.find_by_handle_part(&filter, MOST_FOUND).await;
        let by_handle: BTreeSet<Did> = by_handle.into_iter().collect();
        let has = |text: &str| text.to_lowercase().contains(&filter);
        crew.into_iter()
            .filter(|member| {
                by_handle.contains(&member.did)
                    || has(member.did.as_str())
                    || has(&member.role)
                    || member.tier.as_deref().is_some_and(has)
            })
            .collect()
    }

    async fn invites(&self, opened: &Opened) -> Vec<InviteRow> {
        let listed = self.state.invites.list(opened.admin.did()).await;
        let mut rows = Vec::new();
        for invite in listed.unwrap_or_default() {
            let ends = DateTime::from_timestamp_millis(invite.expires_at).unwrap_or_default();
            rows.push(InviteRow {
                by: self.named(&invite.created_by).await,
                id: invite.id,
                note: invite.note,
                uses_left: invite.uses_left,
                tier: invite.tier,
                expires: ends.format("%Y-%m-%d").to_string(),
            });
        }
        rows
    }

    /// Whom a handle or DID means, as their own server describes them. The error is a sentence.
    async fn candidate(&self, opened: &Opened, typed: &str) -> Result<Candidate, String> {
        let identifier: AtIdentifier = typed
            .parse()
            .map_err(|_| t!("crew-add-malformed").to_owned())?;
        let identity = self
            .state
            .identities
            .resolve(&identifier, Freshness::ForAuth)
            .await
            .map_err(|error| t!("crew-add-unresolved", why = sentence(&error.to_string())))?;
        let (profile, member) = tokio::join!(
            self.profile(&identity),
            opened.admin.find_crew_member(&identity.did)
        );
        let profile = profile.unwrap_or_default();
        Ok(Candidate {
            who: app::api::hold::Named {
                did: identity.did.to_string(),
                handle: identity.handle.as_ref().map(ToString::to_string),
            },
            avatar: profile
                .avatar
                .is_some()
                .then(|| app::routes::avatar(identity.did.as_str())),
            display_name: profile.display_name.filter(|name| !name.trim().is_empty()),
            description: profile.description.filter(|text| !text.trim().is_empty()),
            pds: identity.pds.as_str().trim_end_matches('/').to_owned(),
            is_member: member.is_ok_and(|member| member.is_some()),
        })
    }

    /// What somebody says of themselves, if they do.
    async fn profile(&self, identity: &Identity) -> Option<ActorProfile> {
        let key: RecordKey = "self".parse().expect("a record key");
        let collection = ActorProfile::collection();
        let pds = &self.state.pds;
        let record = pds
            .get_record(&identity.pds, &identity.did, &collection, &key)
            .await
            .ok()??;
        ActorProfile::from_value(&record.value).ok()
    }
}
