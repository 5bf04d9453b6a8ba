//! What the pages of a hold show, and what all of them begin with.

pub mod activity;
pub mod captaincy;
pub mod crew;
pub mod join;
pub mod list;
pub mod network;
pub mod public;
pub mod quotas;
pub mod set_up;
pub mod settings;
pub mod space;
pub mod upkeep;
pub mod usage;

use serde::Serialize;

/// What every page of a hold begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldHead {
    /// Its lasting name.
    pub did: String,
    /// What it calls itself, else its handle or DID.
    pub name: String,
    /// Who owns it.
    pub captain: Named,
    /// It runs in this server.
    pub is_here: bool,
    /// What whoever looks is to it.
    pub viewer: HoldViewer,
    /// To run this hold from here, the viewer has to allow it at their own server first.
    pub needs_permission: bool,
    /// What a form has just done, in a sentence.
    pub done: Option<String>,
    /// Why a form has just done nothing, in a sentence.
    pub problem: Option<String>,
}

/// What whoever looks is to a hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HoldViewer {
    /// Owns it.
    Captain,
    /// Administers its crew.
    Admin,
    /// Is in the crew.
    Member,
    /// Is signed in, and nothing to it.
    Stranger,
    /// Is not signed in.
    #[default]
    Nobody,
}

impl HoldViewer {
    /// Whether they see and change the crew.
    pub const fn may_administer(self) -> bool {
        matches!(self, Self::Captain | Self::Admin)
    }

    /// Whether the hold is theirs.
    pub const fn is_captain(self) -> bool {
        matches!(self, Self::Captain)
    }
}

/// Somebody, by the names there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// The lasting name.
    pub did: String,
    /// The handle, where it is verified.
    pub handle: Option<String>,
}

impl Named {
    /// What they are called: the handle, else the DID.
    pub fn name(&self) -> &str {
        self.handle.as_deref().unwrap_or(&self.did)
    }
}

/// A page of a hold, or why whoever looks may not see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForThose<T> {
    /// The page.
    Allowed(T),
    /// It is for others.
    Refused {
        /// Which hold.
        head: Box<HoldHead>,
        /// For whom it is.
        whom: Whom,
    },
}

/// For whom a page of a hold is that not everybody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The captain alone.
    Captain,
    /// The captain, and those who administer the crew.
    Administrators,
}

/// How much somebody uses of what they may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// In bytes.
    pub used: u64,
    /// In bytes; `None` for no limit.
    pub limit: Option<u64>,
    /// The name of the tier.
    pub tier: Option<String>,
}

/// How near somebody is to their limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// There is room.
    Room,
    /// 80 % and more.
    High,
    /// 95 % and more.
    Full,
}

impl Usage {
    /// Hundredths of the limit, rounded down; more than 100 where a tier was lowered since. `None` without a limit.
    pub fn percent(&self) -> Option<u64> {
        let limit = self.limit?;
        if limit == 0 {
            return Some(if self.used == 0 { 0 } else { 100 });
        }
        let percent = u128::from(self.used) * 100 / u128::from(limit);
        Some(u64::try_from(percent).unwrap_or(u64::MAX))
    }

    /// How near it is to the limit.
    pub fn pressure(&self) -> Pressure {
        match self.percent() {
            Some(95..) => Pressure::Full,
            Some(80..) => Pressure::High,
            _ => Pressure::Room,
        }
    }
}

/// A quota that members can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TierView {
    /// Its name.
    pub name: String,
    /// What it allows, in bytes.
    pub bytes: u64,
    /// Members without a tier of their own have this one.
    pub is_default: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_come_at_80_and_95_hundredths() {
        let usage = |used, limit| Usage {
            used,
            limit,
            tier: None,
        };
        for (used, limit, percent, pressure) in [
            (0, Some(100), Some(0), Pressure::Room),
            (799, Some(1000), Some(79), Pressure::Room),
            (800, Some(1000), Some(80), Pressure::High),
            (949, Some(1000), Some(94), Pressure::High),
            (950, Some(1000), Some(95), Pressure::Full),
            (3000, Some(1000), Some(300), Pressure::Full),
            (0, Some(0), Some(0), Pressure::Room),
            (1, Some(0), Some(100), Pressure::Full),
            (u64::MAX, None, None, Pressure::Room),
        ] {
            let usage = usage(used, limit);
            assert_eq!((usage.percent(), usage.pressure()), (percent, pressure));
        }
    }
}
