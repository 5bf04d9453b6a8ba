//! Freeing the space of a hold.

use app::api::error::PageError;
use app::api::hold::space::{
    CollectionPlan, CollectionView, HoldSpace, PlannedBlob, Reason, SpaceSource,
};
use app::api::hold::upkeep::UpkeepPage;
use app::api::hold::{ForThose, Whom};
use app::t;

use super::upkeep::{said, span};
use super::{HoldPages, Opened, refused};
use crate::clients::hold::HoldUser;
use crate::clients::hold_admin::HoldAdminError;
use crate::handlers::web::views::moment;
use crate::hold::{Amount, CollectionAnswer, CollectionRun, CollectionState, Fate, Phase};

/// Earlier collections on one page.
const PAGE: u16 = 20;
/// Blobs that a plan lists.
const LISTED: usize = 200;

#[async_trait::async_trait]
impl SpaceSource for HoldPages {
    async fn space(
        &self,
        did: &str,
        before: Option<String>,
        plan: bool,
    ) -> Result<ForThose<UpkeepPage<HoldSpace>>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let Some(user) = opened.administrator() else {
            return Ok(refused(opened.head, Whom::Administrators));
        };
        let space = self
            .space_view(&opened, user, before.as_deref(), plan)
            .await;
        Ok(ForThose::Allowed(UpkeepPage {
            said: said(space),
            head: opened.head,
        }))
    }
}

impl HoldPages {
    async fn space_view(
        &self,
        opened: &Opened,
        user: &HoldUser,
        before: Option<&str>,
        plan: bool,
    ) -> Result<HoldSpace, HoldAdminError> {
        let runs = opened.admin.collections(user, before, PAGE).await?;
        let next = runs
            .last()
            .filter(|_| runs.len() == usize::from(PAGE))
            .map(|last| last.id.clone());
        let mut space = HoldSpace {
            next,
            ..HoldSpace::default()
        };
        for run in runs {
            let view = self.collection_view(run).await;
            if ["running", "stopping"].contains(&view.state) && space.running.is_none() {
                space.running = Some(view);
            } else {
                space.history.push(view);
            }
        }
        if plan && space.running.is_none() {
            space.plan = Some(plan_of(opened.admin.dry_run(user).await?));
        }
        Ok(space)
    }

    async fn collection_view(&self, run: CollectionRun) -> CollectionView {
        let now = self.state.clock.now_millis();
        let remark = match (&run.stopped_by, run.failure) {
            (Some(by), _) => Some(t!("space-stopped-by", who = self.name_of(by).await)),
            (None, failure) => failure,
        };
        let report = &run.progress.report;
        CollectionView {
            by: self.name_of(&run.started_by).await,
            started: moment(run.started_at, now),
            took: run.ended_at.map(|ended| span(ended - run.started_at)),
            state: state_word(run.state),
            phase: phase_words(run.progress.phase),
            looked_at: run.progress.looked_at,
            freed: run.freed_bytes,
            freed_blobs: report.removed.blobs + report.record_blobs.blobs + report.orphans.blobs,
            quarantined: report.quarantined.bytes,
            remark,
            id: run.id,
        }
    }

    /// How the latest collection stands, for the page that keeps up with it; `None` for those who may not know.
    pub(super) async fn latest_collection(&self, did: &str) -> Option<CollectionView> {
        let opened = self.open_for_administrators(did).await.ok()?.ok()?;
        let user = opened.administrator()?;
        let runs = opened.admin.collections(user, None, 1).await.ok()?;
        Some(self.collection_view(runs.into_iter().next()?).await)
    }
}

const fn state_word(state: CollectionState) -> &'static str {
    match state {
        CollectionState::Running => "running",
        CollectionState::Stopping => "stopping",
        CollectionState::Done => "done",
        CollectionState::Stopped => "stopped",
        CollectionState::Failed => "failed",
        CollectionState::Interrupted => "interrupted",
    }
}

fn phase_words(phase: Phase) -> &'static str {
    match phase {
        Phase::ReadingRecords => t!("space-reading"),
        Phase::Removing => t!("space-removing"),
        Phase::Quarantining => t!("space-quarantining"),
        Phase::SearchingStore => t!("space-searching"),
        Phase::Over => t!("space-over"),
    }
}

fn plan_of(answer: CollectionAnswer) -> CollectionPlan {
    let grace = span(answer.grace_minutes * 60_000);
    let report = answer.report;
    let kept = &report.kept_for;
    let reasons = |reasons: &[(&'static str, Amount)]| -> Vec<Reason> {
        reasons
            .iter()
            .filter(|(_, amount)| amount.blobs > 0)
            .map(|(why, amount)| Reason {
                why,
                blobs: amount.blobs,
                bytes: amount.bytes,
            })
            .collect()
    };
    let goes = reasons(&[
        (t!("space-goes-removed"), report.removed),
        (t!("space-goes-record-blobs"), report.record_blobs),
        (t!("space-goes-orphans"), report.orphans),
        (t!("space-goes-quarantined"), report.quarantined),
    ]);
    let stays = reasons(&[
        (t!("space-stays-used"), kept.layer_records),
        (t!("space-stays-promised"), kept.promises),
        (t!("space-stays-grace"), kept.grace),
        (
            t!("space-stays-quarantined"),
            report.in_quarantine.without(report.quarantined),
        ),
        (t!("space-stays-orphans"), report.kept_orphans),
    ]);
    let count = report.removed.blobs + report.orphans.blobs + report.quarantined.blobs;
    let items: Vec<PlannedBlob> = report
        .items
        .into_iter()
        .take(LISTED)
        .map(|item| PlannedBlob {
            digest: item.digest,
            bytes: item.size,
            fate: match item.fate {
                Fate::Now => t!("space-fate-now"),
                Fate::Later => t!("space-fate-later"),
                Fate::Orphan => t!("space-fate-orphan"),
            },
        })
        .collect();
    CollectionPlan {
        grace,
        freed: answer.freed_bytes,
        later: report.quarantined.bytes,
        goes,
        stays,
        more: count.saturating_sub(items.len() as u64),
        items,
    }
}
