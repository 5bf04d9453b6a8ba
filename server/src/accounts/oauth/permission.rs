//! What pages may need somebody's permission for, and the scopes that ask for it. atproto.com/specs/permission
//!
//! A sign-in asks for nothing but who somebody is. The rest is asked for where it is first needed.

use std::collections::BTreeSet;

use atproto::oauth::Scopes;
use lexicon::nsid;

/// One thing that somebody can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Writing manifests and tags into their repo, and storing layers in holds in their name.
    Push,
    /// Writing their settings into their repo.
    Settings,
    /// Describing their repositories, deciding about them, and deleting from them.
    Repositories,
    /// Writing stars into their repo.
    Star,
    /// Managing holds, and their own data in holds.
    Holds,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 5] = [
        Self::Push,
        Self::Settings,
        Self::Repositories,
        Self::Star,
        Self::Holds,
    ];

    /// Its name in addresses and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Settings => "settings",
            Self::Repositories => "repositories",
            Self::Star => "star",
            Self::Holds => "holds",
        }
    }

    /// The permission of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.name() == name)
    }

    /// The scopes that ask for it. Servers drop wildcards in names, so each collection and method is spelled out; a
    /// hold can be anywhere, so the audience is not.
    pub fn scopes(self) -> Scopes {
        let records = |collections: &[&str]| -> Vec<String> {
            collections
                .iter()
                .map(|collection| format!("repo:{collection}"))
                .collect()
        };
        let methods = |methods: &[&str]| -> Vec<String> {
            methods
                .iter()
                .map(|method| format!("rpc:{method}?aud=*"))
                .collect()
        };
        Scopes::of(match self {
            Self::Push => [
                records(&[nsid::MANIFEST, nsid::TAG, nsid::REPO_PAGE]),
                vec!["blob:*/*".to_owned()],
                methods(&[
                    nsid::ABORT_UPLOAD,
                    nsid::COMPLETE_UPLOAD,
                    nsid::GET_BLOB,
                    nsid::GET_PART_UPLOAD_URL,
                    nsid::GET_QUOTA,
                    nsid::INITIATE_UPLOAD,
                    nsid::NOTIFY_MANIFEST,
                    nsid::REQUEST_CREW,
                    nsid::UPLOAD_PART,
                ]),
            ]
            .concat(),
            Self::Settings => records(&[nsid::SAILOR_PROFILE]),
            Self::Repositories => [
                records(&[
                    nsid::MANIFEST,
                    nsid::REPO_PAGE,
                    nsid::REPOSITORY_SETTINGS,
                    nsid::TAG,
                ]),
                vec!["blob:image/*".to_owned()],
                // A hold elsewhere is told what it need not keep any more.
                methods(&[nsid::NOTIFY_MANIFEST]),
            ]
            .concat(),
            Self::Star => records(&[nsid::SAILOR_STAR]),
            Self::Holds => methods(&[
                nsid::ACCEPT_CAPTAINCY,
                nsid::COLLECT_GARBAGE,
                nsid::CREATE_RECORD,
                nsid::DELETE_RECORD,
                nsid::DELETE_USER_DATA,
                nsid::ESTIMATE_REMOVAL,
                nsid::EXPORT_USER_DATA,
                nsid::GET_CAPTAINCY_OFFER,
                nsid::GET_NETWORK_STATUS,
                nsid::GET_QUOTA,
                nsid::GET_USAGE,
                nsid::LIST_ACTIVITY,
                nsid::LIST_COLLECTIONS,
                nsid::OFFER_CAPTAINCY,
                nsid::PUT_RECORD,
                nsid::REQUEST_CRAWL_OF_HOLD,
                nsid::REQUEST_CREW,
                nsid::START_COLLECTION,
                nsid::STOP_COLLECTION,
                nsid::UPDATE_CREW_TIER,
            ]),
        })
    }
}

/// The scopes that ask for these permissions, with the one that every session has.
pub(super) fn scopes_of(permissions: &BTreeSet<Permission>) -> Scopes {
    permissions
        .iter()
        .fold(Scopes::atproto(), |scopes, permission| {
            scopes.and(&permission.scopes())
        })
}

/// Everything the client may ever ask for, as its metadata declares it: also the scope of servers that know no finer
/// ones.
pub(super) fn declared_scopes() -> Scopes {
    scopes_of(&Permission::ALL.into()).and(&Scopes::generic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oa_03_every_request_is_within_what_is_declared() {
        for permission in Permission::ALL {
            assert!(declared_scopes().includes(&permission.scopes()));
            assert_eq!(Permission::find(permission.name()), Some(permission));
        }
        assert_eq!(scopes_of(&BTreeSet::new()), Scopes::atproto());
        assert_eq!(Permission::find("everything"), None);
    }

    #[test]
    fn sa_18_no_scope_is_open_in_method_and_audience() {
        let text = declared_scopes().to_string();
        assert!(text.split(' ').all(|scope| !scope.starts_with("rpc:*")));
        assert!(!text.contains("repo:*"));
    }
}
