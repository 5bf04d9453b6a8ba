//! Members as pages show them.

use app::api::hold::crew::CrewRow;
use app::api::hold::{TierView, Usage};
use futures::StreamExt as _;

use super::{HoldPages, Opened};
use crate::clients::hold_admin::{HoldAdmin, TierList};
use crate::handlers::web::views;
use crate::hold::{CREW_ADMIN, CrewMember, Quota, Standing};

/// How many members are asked about at a time.
const AT_A_TIME: usize = 8;

impl HoldPages {
    /// Members with their names and usage, in their order.
    pub(super) async fn rows(&self, opened: &Opened, members: Vec<CrewMember>) -> Vec<CrewRow> {
        futures::stream::iter(members)
            .map(|member| self.row(opened, member))
            .buffered(AT_A_TIME)
            .collect()
            .await
    }

    /// A member with name and usage.
    pub(super) async fn row(&self, opened: &Opened, member: CrewMember) -> CrewRow {
        let (named, quota) =
            tokio::join!(self.named(&member.did), opened.admin.quota_of(&member.did));
        let is_captain = member.did == opened.about.captain;
        let is_viewer = opened
            .user
            .as_ref()
            .is_some_and(|user| user.did == member.did);
        CrewRow {
            member: named,
            may_change: may_change(opened.standing, &member, is_captain, is_viewer),
            role: member.role,
            permissions: member.permissions,
            tier: member.tier,
            added: views::moment(member.added_at, self.state.clock.now_millis()),
            usage: quota.ok().map(usage),
            is_captain,
            is_viewer,
        }
    }
}

/// Whether the hold would let whoever looks change a member: as `hold/crew.rs` decides it.
fn may_change(standing: Standing, member: &CrewMember, is_captain: bool, is_viewer: bool) -> bool {
    let is_admin = member.permissions.iter().any(|word| word == CREW_ADMIN);
    match standing {
        Standing::Captain => !is_captain,
        Standing::Crew(permissions) => permissions.admin && !is_captain && !is_viewer && !is_admin,
        Standing::Stranger | Standing::Nobody => false,
    }
}

pub(super) fn usage(quota: Quota) -> Usage {
    Usage {
        used: quota.used,
        limit: quota.limit,
        tier: quota.tier,
    }
}

/// The quotas of a hold; none where it does not say.
pub(super) async fn tiers(admin: &dyn HoldAdmin) -> Vec<TierView> {
    admin
        .tiers()
        .await
        .map(|list| tier_views(&list))
        .unwrap_or_default()
}

pub(super) fn tier_views(list: &TierList) -> Vec<TierView> {
    list.tiers
        .iter()
        .map(|tier| TierView {
            name: tier.name.clone(),
            bytes: tier.bytes,
            is_default: list.default.as_deref() == Some(&tier.name),
        })
        .collect()
}
