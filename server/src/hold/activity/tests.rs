//! What the log tells, on both engines.

use chrono::TimeDelta;

use super::super::testing::*;
use super::super::{CaptainSettings, CrewChange, Tier, TierChange, Tiers};
use super::*;
use crate::clients::hold::{HoldUser, UploadOwner};
use crate::db::testing::test_on_databases;

const MEMBER: &str = "did:plc:member";

async fn words(hold: &Hold, filter: &ActivityFilter) -> Vec<String> {
    let listed = hold
        .list_activity(&did(CAPTAIN), filter, 100)
        .await
        .unwrap();
    listed
        .iter()
        .map(|entry| format!("{} {}", entry.actor.as_str(), entry.action))
        .collect()
}

fn of(person: &str) -> ActivityFilter {
    ActivityFilter {
        person: Some(person.to_owned()),
        ..ActivityFilter::default()
    }
}

test_on_databases! {
    async fn decisions_are_told_with_who_made_them_and_what_changed(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let (captain, member) = (did(CAPTAIN), did(MEMBER));
        hold.set_crew_member(&captain, &member, CrewChange::default()).await.unwrap();
        let change = CrewChange { tier: TierChange::Named("bosun".to_owned()), ..CrewChange::default() };
        hold.set_crew_member(&captain, &member, change.clone()).await.unwrap();
        hold.set_crew_member(&captain, &member, change).await.unwrap();
        let closed = CaptainSettings { public: Some(false), ..CaptainSettings::default() };
        hold.change_settings(&captain, closed).await.unwrap();
        hold.offer_captaincy(&captain, &member).await.unwrap();
        hold.accept_captaincy(&member).await.unwrap();
        assert!(hold.remove_crew_member(&captain, &member).await.is_err(), "a refusal is no entry");
        let listed = hold.list_activity(&captain, &ActivityFilter::default(), 100).await.unwrap();
        let told: Vec<_> = listed.iter().rev().map(|entry| {
            (entry.actor.as_str(), entry.action.as_str(), entry.subject.as_deref())
        }).collect();
        assert_eq!(told, [
            ("operator", "hold.created", Some(CAPTAIN)),
            (CAPTAIN, "crew.added", Some(MEMBER)),
            (CAPTAIN, "crew.tierChanged", Some(MEMBER)),
            (CAPTAIN, "settings.changed", None),
            (CAPTAIN, "captaincy.offered", Some(MEMBER)),
            (MEMBER, "captaincy.accepted", Some(MEMBER)),
        ]);
        assert_eq!(listed[2].details, json!({ "public": { "from": true, "to": false } }));
        assert_eq!(listed[3].details, json!({ "tier": { "from": null, "to": "bosun" } }));
    }

    async fn only_those_who_administer_the_crew_read_the_log(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        hold.set_crew_member(&did(CAPTAIN), &did(MEMBER), CrewChange::default()).await.unwrap();
        for person in [MEMBER, STRANGER] {
            let refused = hold.list_activity(&did(person), &ActivityFilter::default(), 1).await;
            assert!(matches!(refused, Err(HoldError::Denied { .. })), "{person}");
        }
    }

    async fn the_log_is_found_by_person_action_and_time_and_read_page_by_page(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let captain = did(CAPTAIN);
        folder.clock.advance(TimeDelta::hours(1));
        let later = folder.clock.now_millis();
        for member in ["did:plc:a", "did:plc:b"] {
            hold.set_crew_member(&captain, &did(member), CrewChange::default()).await.unwrap();
        }
        hold.delete_user_data(&did("did:plc:a")).await.unwrap();
        assert_eq!(words(&hold, &of("did:plc:a")).await, [
            "did:plc:a data.deleted",
            "did:plc:a crew.left",
            "did:plc:captain crew.added",
        ]);
        let crew = ActivityFilter { action: Some("crew".to_owned()), ..ActivityFilter::default() };
        assert_eq!(words(&hold, &crew).await.len(), 3);
        let hostile = ActivityFilter { action: Some("%".to_owned()), ..ActivityFilter::default() };
        assert_eq!(words(&hold, &hostile).await.len(), 0);
        let before = ActivityFilter { until: Some(later), ..ActivityFilter::default() };
        assert_eq!(words(&hold, &before).await, ["operator hold.created"]);
        let mut page = ActivityFilter { from: Some(later), ..ActivityFilter::default() };
        let mut read = Vec::new();
        while let Some(entry) = hold.list_activity(&captain, &page, 1).await.unwrap().pop() {
            page.before = Some(entry.id.clone());
            read.push(entry.action);
        }
        assert_eq!(read, ["data.deleted", "crew.left", "crew.added", "crew.added"]);
    }

    async fn refusals_are_counted_within_the_hour(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start_with(&test.database, |start| {
            let tier = Tier { name: "small".to_owned(), bytes: 10 };
            start.settings.tiers = Tiers::new(vec![tier], None);
        }).await;
        let member = did(MEMBER);
        hold.set_crew_member(&did(CAPTAIN), &member, CrewChange::default()).await.unwrap();
        let owner = UploadOwner {
            uploader: HoldUser { did: member, session: None },
            repository: "app".parse().unwrap(),
        };
        for _ in 0..3 {
            let digest = oci::Digest::sha256_of(b"too large for them");
            let upload = hold.start_upload(&owner).await.unwrap();
            let sent = body(b"too large for them");
            hold.complete_upload(&owner, &upload.id, &digest, None, sent).await.unwrap_err();
        }
        let refused = hold.list_activity(&did(CAPTAIN), &of(MEMBER), 1).await.unwrap().pop().unwrap();
        assert_eq!((refused.action.as_str(), refused.times), ("quota.refused", 3));
        assert!(refused.details["reason"].as_str().unwrap().contains("of 10 B"), "{refused:?}");
    }

    async fn entries_go_after_a_year(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        folder.clock.advance(KEPT_FOR);
        assert_eq!(hold.purge_activity().await.unwrap(), 0);
        folder.clock.advance(TimeDelta::seconds(1));
        assert_eq!(hold.purge_activity().await.unwrap(), 1);
    }
}
