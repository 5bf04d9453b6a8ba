//! What goes with what: which manifests nothing leads to any more once some tags are gone. Decides, and does nothing.

use std::collections::{BTreeMap, BTreeSet};

use oci::{Digest, Tag};

use crate::catalog::attached_to;
use crate::registry::TagPattern;

/// Everything in a repository.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    pub(super) tags: BTreeMap<Tag, TagState>,
    pub(super) manifests: BTreeMap<Digest, ManifestState>,
    pub(super) immutable: Vec<TagPattern>,
}

/// A tag.
#[derive(Debug, Clone)]
pub(super) struct TagState {
    pub(super) digest: Digest,
    /// When it last moved, unix milliseconds.
    pub(super) updated_at: i64,
}

/// A manifest.
#[derive(Debug, Clone, Default)]
pub(super) struct ManifestState {
    pub(super) children: Vec<Digest>,
    pub(super) subject: Option<Digest>,
    pub(super) hold_did: Option<String>,
    /// When it was first seen here, unix milliseconds.
    pub(super) created_at: i64,
}

/// A tag that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTag {
    /// The tag.
    pub tag: Tag,
    /// What it points to.
    pub digest: Digest,
    /// It was not chosen, but attaches a signature or statement to what goes.
    pub is_attached: bool,
}

/// Bytes that a hold gets back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Freed {
    /// What the owner's quota gets back at once.
    pub quota: u64,
    /// What the hold can free, since nobody else's manifests use it either.
    pub space: u64,
}

/// Why a manifest stays although a tag of it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptBecause {
    /// Other tags point to it.
    Tagged(Vec<Tag>),
    /// An index that stays lists it.
    PartOf(Digest),
    /// It speaks about a manifest that stays.
    SpeaksAbout(Digest),
    /// Its record could not be read here.
    Unknown,
}

/// A manifest that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub digest: Digest,
    /// Why.
    pub because: KeptBecause,
}

/// What deleting some tags means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletionPlan {
    /// Tags that go.
    pub tags: Vec<PlannedTag>,
    /// Tags that were chosen and stay, with the pattern that makes them immutable.
    pub immutable: Vec<(Tag, String)>,
    /// Manifests that go, since nothing leads to them any more.
    pub manifests: Vec<Digest>,
    /// Manifests of chosen tags that stay.
    pub kept: Vec<Kept>,
    /// Bytes that come back; `None`: a hold elsewhere does not tell.
    pub freed: Option<Freed>,
}

impl DeletionPlan {
    /// Nothing would happen.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.manifests.is_empty()
    }

    /// Says whether two plans do the same.
    pub fn fingerprint(&self) -> String {
        let tags = self
            .tags
            .iter()
            .map(|planned| format!("{}={}", planned.tag, planned.digest));
        let manifests = self.manifests.iter().map(ToString::to_string);
        let lines: Vec<String> = tags.chain(manifests).collect();
        let text = lines.join("\n");
        Digest::sha256_of(text.as_bytes()).hex().to_owned()
    }
}

impl Contents {
    /// The pattern that makes a tag immutable.
    pub(super) fn immutable_by(&self, tag: &Tag) -> Option<&TagPattern> {
        self.immutable.iter().find(|pattern| pattern.matches(tag))
    }

    /// Manifests that no tag leads to.
    pub(super) fn untagged(&self) -> BTreeSet<Digest> {
        let edges = self.edges();
        let roots = self.tags.values().map(|tag| tag.digest.clone());
        let tagged = closure(&edges, roots);
        self.manifests
            .keys()
            .filter(|digest| !tagged.contains(digest))
            .cloned()
            .collect()
    }

    /// What deleting `chosen` tags means, and manifests that are to go although no tag of them does.
    pub(super) fn plan(&self, chosen: &BTreeSet<Tag>, also: &BTreeSet<Digest>) -> DeletionPlan {
        let mut plan = DeletionPlan::default();
        let mut going: BTreeSet<&Tag> = BTreeSet::new();
        for tag in chosen {
            let Some((tag, _)) = self.tags.get_key_value(tag) else {
                continue;
            };
            match self.immutable_by(tag) {
                Some(pattern) => plan.immutable.push((tag.clone(), pattern.to_string())),
                None => {
                    going.insert(tag);
                }
            }
        }
        let edges = self.edges();
        let targets: BTreeSet<Digest> = going
            .iter()
            .filter_map(|tag| self.tags.get(*tag))
            .map(|tag| tag.digest.clone())
            .chain(also.iter().cloned())
            .collect();
        let candidates = closure(&edges, targets.iter().cloned());
        // What keeps manifests: other tags, unless they only attach something to what may go, and manifests that
        // have nothing to do with what was chosen.
        let other_tags = self
            .tags
            .iter()
            .filter(|(tag, _)| !going.contains(tag))
            .filter(|(tag, _)| {
                let subject = subject_of(tag);
                self.immutable_by(tag).is_some()
                    || subject.is_none_or(|subject| !candidates.contains(&subject))
            })
            .map(|(_, state)| state.digest.clone());
        let others = self
            .manifests
            .keys()
            .filter(|digest| !candidates.contains(digest))
            .cloned();
        let staying = closure(&edges, other_tags.chain(others));
        plan.manifests = candidates
            .iter()
            .filter(|digest| !staying.contains(digest) && self.manifests.contains_key(digest))
            .cloned()
            .collect();
        let gone: BTreeSet<&Digest> = plan.manifests.iter().collect();
        for (tag, state) in &self.tags {
            let is_chosen = going.contains(tag);
            let is_attached = !is_chosen
                && self.immutable_by(tag).is_none()
                && subject_of(tag).is_some_and(|subject| gone.contains(&subject));
            if is_chosen || is_attached {
                plan.tags.push(PlannedTag {
                    tag: tag.clone(),
                    digest: state.digest.clone(),
                    is_attached,
                });
            }
        }
        plan.kept = targets
            .iter()
            .filter(|digest| !gone.contains(digest))
            .map(|digest| Kept {
                digest: digest.clone(),
                because: self.reason(digest, &staying, &going),
            })
            .collect();
        plan
    }

    /// Everything, for an owner who deletes the whole repository.
    pub(super) fn plan_all(&self) -> DeletionPlan {
        let mut plan = DeletionPlan {
            manifests: self.manifests.keys().cloned().collect(),
            ..DeletionPlan::default()
        };
        for (tag, state) in &self.tags {
            match self.immutable_by(tag) {
                Some(pattern) => plan.immutable.push((tag.clone(), pattern.to_string())),
                None => plan.tags.push(PlannedTag {
                    tag: tag.clone(),
                    digest: state.digest.clone(),
                    is_attached: false,
                }),
            }
        }
        plan
    }

    fn reason(
        &self,
        digest: &Digest,
        staying: &BTreeSet<Digest>,
        going: &BTreeSet<&Tag>,
    ) -> KeptBecause {
        let tags: Vec<Tag> = self
            .tags
            .iter()
            .filter(|(tag, state)| state.digest == *digest && !going.contains(tag))
            .map(|(tag, _)| tag.clone())
            .collect();
        if !tags.is_empty() {
            return KeptBecause::Tagged(tags);
        }
        let parent = self
            .manifests
            .iter()
            .find(|(parent, state)| staying.contains(parent) && state.children.contains(digest));
        if let Some((parent, _)) = parent {
            return KeptBecause::PartOf(parent.clone());
        }
        let subject = self
            .manifests
            .get(digest)
            .and_then(|state| state.subject.clone());
        match subject {
            Some(subject) if staying.contains(&subject) => KeptBecause::SpeaksAbout(subject),
            _ => KeptBecause::Unknown,
        }
    }

    /// From each manifest to those that stay and go with it: its children, and what speaks about it.
    fn edges(&self) -> BTreeMap<Digest, Vec<Digest>> {
        let mut edges: BTreeMap<Digest, Vec<Digest>> = BTreeMap::new();
        for (digest, state) in &self.manifests {
            if let Some(subject) = &state.subject {
                edges
                    .entry(subject.clone())
                    .or_default()
                    .push(digest.clone());
            }
            edges
                .entry(digest.clone())
                .or_default()
                .extend(state.children.iter().cloned());
        }
        for (tag, state) in &self.tags {
            if let Some(subject) = subject_of(tag) {
                edges.entry(subject).or_default().push(state.digest.clone());
            }
        }
        edges
    }
}

/// What a tag as cosign makes them is attached to.
fn subject_of(tag: &Tag) -> Option<Digest> {
    attached_to(tag.as_str()).and_then(|digest| digest.parse().ok())
}

/// Everything that can be reached.
fn closure(
    edges: &BTreeMap<Digest, Vec<Digest>>,
    roots: impl Iterator<Item = Digest>,
) -> BTreeSet<Digest> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<Digest> = roots.collect();
    while let Some(digest) = waiting.pop() {
        if let Some(next) = edges.get(&digest) {
            let fresh = next.iter().filter(|digest| !reached.contains(*digest));
            waiting.extend(fresh.cloned());
        }
        reached.insert(digest);
    }
    reached
}

#[cfg(test)]
mod tests;
