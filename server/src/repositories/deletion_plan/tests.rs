//! Repositories in miniature, and what goes with what in them.

use super::*;

fn digest(name: &str) -> Digest {
    Digest::sha256_of(name.as_bytes())
}

fn tag(name: &str) -> Tag {
    name.parse().unwrap()
}

/// Tags with what they point to, and manifests with their children and subjects.
fn contents(tags: &[(&str, &str)], manifests: &[(&str, &[&str], Option<&str>)]) -> Contents {
    Contents {
        tags: tags
            .iter()
            .map(|(name, target)| {
                let state = TagState {
                    digest: digest(target),
                    updated_at: 0,
                };
                (tag(name), state)
            })
            .collect(),
        manifests: manifests
            .iter()
            .map(|(name, children, subject)| {
                let state = ManifestState {
                    children: children.iter().map(|child| digest(child)).collect(),
                    subject: subject.map(digest),
                    ..ManifestState::default()
                };
                (digest(name), state)
            })
            .collect(),
        immutable: Vec::new(),
    }
}

fn plan(contents: &Contents, chosen: &[&str]) -> DeletionPlan {
    let chosen = chosen.iter().map(|name| tag(name)).collect();
    contents.plan(&chosen, &BTreeSet::new())
}

fn set(names: &[&str]) -> BTreeSet<Digest> {
    names.iter().map(|name| digest(name)).collect()
}

fn going(plan: &DeletionPlan) -> BTreeSet<Digest> {
    plan.manifests.iter().cloned().collect()
}

#[test]
fn a_manifest_goes_with_its_last_tag_and_not_before() {
    let contents = contents(&[("v1", "a"), ("latest", "a")], &[("a", &[], None)]);
    let one = plan(&contents, &["v1"]);
    assert_eq!(one.manifests, []);
    assert_eq!(
        one.kept,
        [Kept {
            digest: digest("a"),
            because: KeptBecause::Tagged(vec![tag("latest")])
        }]
    );
    let both = plan(&contents, &["v1", "latest"]);
    assert_eq!((going(&both), both.kept.len()), (set(&["a"]), 0));
}

#[test]
fn children_of_an_index_go_with_it_unless_another_index_has_them() {
    let contents = contents(
        &[("v1", "index1"), ("v2", "index2")],
        &[
            ("index1", &["amd64", "arm64"], None),
            ("index2", &["amd64", "arm64-new"], None),
            ("amd64", &[], None),
            ("arm64", &[], None),
            ("arm64-new", &[], None),
        ],
    );
    assert_eq!(going(&plan(&contents, &["v1"])), set(&["index1", "arm64"]));
    assert_eq!(going(&plan(&contents, &["v1", "v2"])).len(), 5);
}

#[test]
fn an_untagged_index_keeps_its_children() {
    let contents = contents(
        &[("amd64", "child")],
        &[("index", &["child"], None), ("child", &[], None)],
    );
    let plan = plan(&contents, &["amd64"]);
    assert_eq!(plan.manifests, []);
    assert_eq!(plan.kept[0].because, KeptBecause::PartOf(digest("index")));
}

#[test]
fn signatures_go_with_what_they_sign_whichever_way_they_are_attached() {
    let signature = format!("sha256-{}.sig", digest("a").hex());
    let contents = contents(
        &[("v1", "a"), (&signature, "s"), ("v2", "b")],
        &[
            ("a", &[], None),
            ("s", &[], None),
            ("sbom", &[], Some("a")),
            ("signature-of-sbom", &[], Some("sbom")),
            ("b", &[], None),
        ],
    );
    let plan = plan(&contents, &["v1"]);
    assert_eq!(going(&plan), set(&["a", "s", "sbom", "signature-of-sbom"]));
    let tags: Vec<(&str, bool)> = plan
        .tags
        .iter()
        .map(|planned| (planned.tag.as_str(), planned.is_attached))
        .collect();
    assert_eq!(tags, [(signature.as_str(), true), ("v1", false)]);
}

#[test]
fn a_statement_with_a_tag_of_its_own_stays() {
    let contents = contents(
        &[("v1", "a"), ("sbom-v1", "sbom")],
        &[("a", &[], None), ("sbom", &[], Some("a"))],
    );
    assert_eq!(going(&plan(&contents, &["v1"])), set(&["a"]));
}

#[test]
fn immutable_tags_stay_and_keep_what_they_point_to() {
    let mut contents = contents(
        &[("v1", "a"), ("v1-copy", "a"), ("dev", "b")],
        &[("a", &[], None), ("b", &[], None)],
    );
    contents.immutable = vec![TagPattern::parse("v1").unwrap()];
    let plan = plan(&contents, &["v1", "v1-copy", "dev"]);
    assert_eq!(plan.immutable, [(tag("v1"), "v1".to_owned())]);
    assert_eq!(plan.tags.len(), 2);
    assert_eq!(going(&plan), set(&["b"]));
}

#[test]
fn what_was_not_chosen_and_has_no_tag_stays() {
    let contents = contents(&[("v1", "a")], &[("a", &[], None), ("loose", &[], None)]);
    assert_eq!(going(&plan(&contents, &["v1"])), set(&["a"]));
    assert_eq!(contents.untagged(), set(&["loose"]));
    let both = contents.plan(&[tag("v1")].into(), &set(&["loose"]));
    assert_eq!(going(&both), set(&["a", "loose"]));
}

#[test]
fn a_ring_of_statements_ends() {
    let contents = contents(
        &[("v1", "a")],
        &[("a", &["b"], Some("b")), ("b", &["a"], Some("a"))],
    );
    assert_eq!(going(&plan(&contents, &["v1"])), set(&["a", "b"]));
}

#[test]
fn plans_that_do_the_same_have_the_same_fingerprint() {
    let contents = contents(&[("v1", "a"), ("v2", "b")], &[("a", &[], None)]);
    let one = plan(&contents, &["v1"]);
    assert_eq!(one.fingerprint(), plan(&contents, &["v1"]).fingerprint());
    assert_ne!(one.fingerprint(), plan(&contents, &["v2"]).fingerprint());
}
