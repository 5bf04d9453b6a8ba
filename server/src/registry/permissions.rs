//! Who may do what with a repository: the only place that decides.
//!
//! A request needs two things: a registry token that grants the action on exactly this repository, and the
//! right itself, checked live: only the owner of a namespace writes to it, and reading follows the
//! hold. The outcome is a type ([`PullAccess`], [`PushAccess`], [`DeleteAccess`]) that the operations ask for.

use std::collections::BTreeSet;
use std::sync::Arc;

use atproto::syntax::Did;
use oci::{Action, RepositoryName, RepositoryPath};

use super::registry_token::Grant;
use crate::clients::hold::HoldUser;

/// Who asks, as their registry token says. Without a token: nobody, with no grants.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The person, or nobody in particular.
    pub did: Option<Did>,
    /// The PDS session that their pushes write with.
    pub session: Option<String>,
    /// What the token allows. `None`: there was no token.
    pub grants: Option<Arc<[Grant]>>,
}

/// What the hold and the namespace give somebody, whatever their token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// The name is theirs.
    pub is_owner: bool,
    /// The hold lets them read.
    pub may_read: bool,
    /// The hold lets them write.
    pub may_write: bool,
}

/// What to answer to somebody who may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Come back with a token that grants this.
    Challenge,
    /// The answer is the same as if it did not exist.
    Hidden,
    /// The name belongs to somebody else.
    NotOwner,
    /// The name is theirs, but the hold does not take their bytes.
    HoldRefuses,
}

impl Rights {
    /// Whether a token for this person may grant `action`. Deleting needs no space, so the hold has no say in it.
    pub const fn allows(self, action: Action) -> bool {
        match action {
            Action::Pull => self.may_read,
            Action::Push => self.is_owner && self.may_write,
            Action::Delete => self.is_owner,
        }
    }

    /// All of them.
    pub fn allowed_actions(self) -> BTreeSet<Action> {
        Action::ALL
            .into_iter()
            .filter(|action| self.allows(*action))
            .collect()
    }
}

impl Caller {
    /// For whom holds are asked.
    pub(super) fn hold_user(&self) -> Option<HoldUser> {
        self.did.clone().map(|did| HoldUser {
            did,
            session: self.session.clone(),
        })
    }

    /// Whether the token grants `action` on this name, as long as it is `owner`'s.
    pub(super) fn is_granted(
        &self,
        asked: &RepositoryName,
        asked_owner: &Did,
        action: Action,
    ) -> bool {
        self.grants
            .iter()
            .flat_map(|grants| grants.iter())
            .any(|grant| match grant {
                Grant::Repository {
                    name,
                    owner,
                    actions,
                } => name == asked && owner == asked_owner && actions.contains(&action),
                Grant::Registry { .. } => false,
            })
    }

    /// Whether the token grants listing the catalogue.
    pub fn may_list_catalog(&self) -> bool {
        self.grants
            .iter()
            .flat_map(|grants| grants.iter())
            .any(|grant| matches!(grant, Grant::Registry { .. }))
    }

    /// Decides. Reading what everybody may read needs no token at all.
    pub fn check(
        &self,
        name: &RepositoryName,
        owner: &Did,
        action: Action,
        rights: Rights,
    ) -> Result<(), Refusal> {
        if rights.allows(action) {
            let granted = self.is_granted(name, owner, action)
                || (action == Action::Pull && self.grants.is_none());
            return if granted {
                Ok(())
            } else {
                Err(Refusal::Challenge)
            };
        }
        if self.did.is_none() {
            return Err(Refusal::Challenge);
        }
        Err(match action {
            Action::Pull => Refusal::Hidden,
            Action::Push | Action::Delete if !rights.is_owner && !rights.may_read => {
                Refusal::Hidden
            }
            Action::Push | Action::Delete if !rights.is_owner => Refusal::NotOwner,
            Action::Push | Action::Delete => Refusal::HoldRefuses,
        })
    }
}

/// A repository whose owner is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The name the client used.
    pub name: RepositoryName,
    /// Whose it is.
    pub owner: Did,
}

impl Repository {
    /// The name below the owner's.
    pub const fn path(&self) -> &RepositoryPath {
        self.name.path()
    }
}

/// The right to read a repository.
#[derive(Debug, Clone)]
pub struct PullAccess {
    /// Which one.
    pub repository: Repository,
    /// Who reads.
    pub reader: Option<HoldUser>,
    /// Whether their token lets them push here too.
    pub may_push: bool,
}

/// The right to write to one's own repository.
#[derive(Debug, Clone)]
pub struct PushAccess {
    /// Which one.
    pub repository: Repository,
    /// The session to write records with.
    pub session: Option<String>,
    /// What else the token allows: mounting needs the right to pull from the source.
    pub caller: Caller,
}

impl PushAccess {
    /// For whom the hold is asked: the owner, as whom this pushes.
    pub(super) fn hold_user(&self) -> HoldUser {
        HoldUser {
            did: self.repository.owner.clone(),
            session: self.session.clone(),
        }
    }
}

/// The right to delete from one's own repository.
#[derive(Debug, Clone)]
pub struct DeleteAccess {
    /// Which one.
    pub repository: Repository,
    /// The session to delete records with.
    pub session: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 3] = [Action::Pull, Action::Push, Action::Delete];

    fn did(name: &str) -> Did {
        format!("did:web:{name}.example.com").parse().unwrap()
    }

    fn name() -> RepositoryName {
        "alice.example.com/app".parse().unwrap()
    }

    fn caller(who: Option<&str>, granted: &[Action], owner: &str) -> Caller {
        Caller {
            did: who.map(did),
            session: None,
            grants: Some(Arc::new([Grant::Repository {
                name: name(),
                owner: did(owner),
                actions: granted.iter().copied().collect(),
            }])),
        }
    }

    #[test]
    fn tk_03_the_whole_matrix_of_rights_and_grants() {
        for (is_owner, may_read, may_write) in itertools_bools()
            .into_iter()
            .map(|bits| (bits[0], bits[1], bits[2]))
        {
            let rights = Rights {
                is_owner,
                may_read,
                may_write,
            };
            for action in ACTIONS {
                let allowed = match action {
                    Action::Pull => may_read,
                    Action::Push => is_owner && may_write,
                    Action::Delete => is_owner,
                };
                for granted in subsets() {
                    let caller = caller(Some("alice"), &granted, "alice");
                    let outcome = caller.check(&name(), &did("alice"), action, rights);
                    assert_eq!(
                        outcome.is_ok(),
                        allowed && granted.contains(&action),
                        "{rights:?} {action:?} with {granted:?}"
                    );
                }
            }
        }
    }

    fn itertools_bools() -> Vec<[bool; 3]> {
        (0..8)
            .map(|bits| [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0])
            .collect()
    }

    fn subsets() -> Vec<Vec<Action>> {
        (0..8usize)
            .map(|bits| {
                ACTIONS
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| bits & (1 << i) != 0)
                    .map(|(_, a)| *a)
                    .collect()
            })
            .collect()
    }

    #[test]
    fn delete_is_not_push() {
        let owner = Rights {
            is_owner: true,
            may_read: true,
            may_write: true,
        };
        let caller = caller(Some("alice"), &[Action::Pull, Action::Push], "alice");
        assert_eq!(
            caller.check(&name(), &did("alice"), Action::Delete, owner),
            Err(Refusal::Challenge)
        );
    }

    #[test]
    fn tk_08_a_grant_on_a_name_that_moved_to_somebody_else_is_worth_nothing() {
        let rights = Rights {
            is_owner: true,
            may_read: true,
            may_write: true,
        };
        let caller = caller(Some("alice"), &ACTIONS, "somebody-before");
        assert_eq!(
            caller.check(&name(), &did("alice"), Action::Push, rights),
            Err(Refusal::Challenge)
        );
    }

    #[test]
    fn tk_09_a_stranger_sees_a_hidden_repository_as_missing_whatever_they_try() {
        let rights = Rights {
            is_owner: false,
            may_read: false,
            may_write: false,
        };
        let caller = caller(Some("bob"), &ACTIONS, "alice");
        for action in ACTIONS {
            assert_eq!(
                caller.check(&name(), &did("alice"), action, rights),
                Err(Refusal::Hidden)
            );
        }
    }

    #[test]
    fn nobody_reads_a_public_repository_without_a_token() {
        let rights = Rights {
            is_owner: false,
            may_read: true,
            may_write: false,
        };
        let nobody = Caller::default();
        assert_eq!(
            nobody.check(&name(), &did("alice"), Action::Pull, rights),
            Ok(())
        );
        assert_eq!(
            nobody.check(&name(), &did("alice"), Action::Push, rights),
            Err(Refusal::Challenge)
        );
    }
}
