//! The crew and the captaincy: random histories against the rules in their plainest form.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::super::testing::*;
use super::super::{CaptainSettings, CrewPermissions, Standing};
use super::*;
use crate::db::testing::test_on_databases;

/// The last one's DID is no record key.
const PEOPLE: [&str; 6] = [
    CAPTAIN,
    "did:plc:anne",
    "did:plc:bonny",
    "did:plc:calico",
    "did:plc:jack",
    "did:web:localhost%3A3000",
];
const WORDS: [&[&str]; 6] = [
    &[],
    &[BLOB_READ],
    &[BLOB_WRITE, "blob:burn"],
    &[BLOB_READ, BLOB_WRITE],
    &[CREW_ADMIN],
    &[BLOB_READ, BLOB_WRITE, CREW_ADMIN],
];

#[derive(Debug, Clone)]
enum Step {
    Join(&'static str, &'static [&'static str]),
    Set(&'static str, &'static str, &'static [&'static str]),
    Remove(&'static str, &'static str),
    /// As `Set`, through `com.atproto.repo.putRecord`.
    Put(&'static str, &'static str, &'static [&'static str]),
    /// As `Remove`, through `com.atproto.repo.deleteRecord`.
    Delete(&'static str, &'static str),
    Open(&'static str, bool),
    Offer(&'static str, &'static str),
    Withdraw(&'static str),
    Accept(&'static str),
    Days(i64),
}

fn random_step(random: &mut StdRng, rules: &Rules) -> Step {
    let mut someone = |often: &'static str| {
        if random.random_bool(0.4) {
            often
        } else {
            PEOPLE.choose(random).unwrap()
        }
    };
    // The captain acts often, and upon whom they made an offer.
    let one = someone(rules.captain);
    let two = someone(rules.offer.map_or(CAPTAIN, |(to, _)| to));
    let words = *WORDS.choose(random).unwrap();
    match random.random_range(0..20) {
        0..3 => Step::Join(one, words),
        3..7 => Step::Set(one, two, words),
        7..9 => Step::Remove(one, two),
        9..11 => Step::Put(one, two, words),
        11..13 => Step::Delete(one, two),
        13 => Step::Open(one, random.random()),
        14..17 => Step::Offer(one, two),
        17 => Step::Withdraw(one),
        18 => Step::Accept(one),
        _ => Step::Days(random.random_range(1..5)),
    }
}

/// What the rules say, written down without records.
#[derive(Debug)]
struct Rules {
    captain: &'static str,
    open: bool,
    crew: BTreeMap<&'static str, Vec<&'static str>>,
    /// To whom, and how many days ago.
    offer: Option<(&'static str, i64)>,
}

impl Rules {
    fn new() -> Self {
        Self {
            captain: CAPTAIN,
            open: false,
            crew: BTreeMap::from([(CAPTAIN, vec![BLOB_READ, BLOB_WRITE, CREW_ADMIN])]),
            offer: None,
        }
    }

    fn administers(&self, person: &str) -> bool {
        person == self.captain || self.is_marked(person)
    }

    /// Whether a member's record has the word.
    fn is_marked(&self, person: &str) -> bool {
        self.crew
            .get(person)
            .is_some_and(|words| words.contains(&CREW_ADMIN))
    }

    /// Whether `by` may turn the record of `member` into one with these words, or with none remove it.
    fn may_change(&self, by: &str, member: &str, words: Option<&[&str]>) -> bool {
        if member == self.captain {
            return by == self.captain && words.is_some_and(|words| words.contains(&CREW_ADMIN));
        }
        if by == self.captain {
            return true;
        }
        let gives = words.is_some_and(|words| words.contains(&CREW_ADMIN));
        self.administers(by) && by != member && !gives && !self.is_marked(member)
    }

    /// Takes the step if it is allowed; returns whether it was.
    fn take(&mut self, step: &Step) -> bool {
        match *step {
            Step::Join(person, words) => {
                if self.crew.contains_key(person) {
                    return true;
                }
                if !self.open {
                    return false;
                }
                self.crew.insert(person, granted_to_oneself(words));
            }
            Step::Set(by, member, words) | Step::Put(by, member, words) => {
                if !self.may_change(by, member, Some(words)) {
                    return false;
                }
                self.crew.insert(member, words.to_vec());
            }
            Step::Remove(by, member) | Step::Delete(by, member) => {
                let known = self.crew.contains_key(member);
                let idle = matches!(step, Step::Delete(..)) && self.administers(by);
                if !known {
                    return idle;
                }
                if !self.may_change(by, member, None) {
                    return false;
                }
                self.crew.remove(member);
                self.offer = self.offer.filter(|(to, _)| *to != member);
            }
            Step::Open(by, open) => {
                if by != self.captain {
                    return false;
                }
                self.open = open;
            }
            Step::Offer(by, member) => {
                if by != self.captain || by == member || !self.crew.contains_key(member) {
                    return false;
                }
                self.offer = Some((member, 0));
            }
            Step::Withdraw(by) => {
                if by != self.captain {
                    return false;
                }
                self.offer = None;
            }
            Step::Accept(member) => match self.offer {
                Some((to, age)) if to == member && age <= 7 => {
                    for person in [member, self.captain] {
                        self.crew
                            .insert(person, vec![BLOB_READ, BLOB_WRITE, CREW_ADMIN]);
                    }
                    self.captain = member;
                    self.offer = None;
                }
                _ => return false,
            },
            Step::Days(days) => self.offer = self.offer.map(|(to, age)| (to, age + days)),
        }
        true
    }

    fn standing(&self, person: &str) -> Standing {
        match self.crew.get(person) {
            _ if person == self.captain => Standing::Captain,
            Some(words) => Standing::Crew(CrewPermissions {
                read: words.contains(&BLOB_READ),
                write: words.contains(&BLOB_WRITE),
                admin: words.contains(&CREW_ADMIN),
            }),
            None => Standing::Stranger,
        }
    }
}

fn granted_to_oneself(asked: &[&'static str]) -> Vec<&'static str> {
    let asked = if asked.is_empty() {
        &[BLOB_READ, BLOB_WRITE]
    } else {
        asked
    };
    let granted = asked
        .iter()
        .filter(|word| [BLOB_READ, BLOB_WRITE].contains(word));
    granted.copied().collect()
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// The role that goes with the rules: the captain's record always says who they are.
fn role(rules: &Rules, member: &str) -> &'static str {
    if member == rules.captain {
        OWNER
    } else {
        "mate"
    }
}

async fn really_take(hold: &Hold, folder: &HoldFolder, rules: &Rules, step: &Step) -> bool {
    let outcome: Result<(), HoldError> = match *step {
        Step::Join(person, words) => hold
            .request_crew(&did(person), Some(OWNER), &owned(words))
            .await
            .map(drop),
        Step::Set(by, member, words) => {
            let change = CrewChange {
                role: Some(role(rules, member).to_owned()),
                permissions: Some(owned(words)),
                tier: TierChange::Keep,
            };
            hold.set_crew_member(&did(by), &did(member), change)
                .await
                .map(drop)
        }
        Step::Remove(by, member) => hold
            .remove_crew_member(&did(by), &did(member))
            .await
            .map(drop),
        Step::Put(by, member, words) => {
            let record = HoldCrew {
                member: did(member),
                role: role(rules, member).to_owned(),
                permissions: owned(words),
                tier: None,
                added_at: hold.datetime(),
            };
            let key = crew_key(&did(member));
            let write = repo::put(HoldCrew::collection(), key, to_ipld(&record).unwrap());
            hold.write_as(&did(by), write, None).await.map(drop)
        }
        Step::Delete(by, member) => {
            let write = repo::delete(HoldCrew::collection(), crew_key(&did(member)));
            match hold.write_as(&did(by), write, None).await {
                Err(HoldError::Repo(repo::RepoError::RecordNotFound(_))) => Ok(()),
                outcome => outcome.map(drop),
            }
        }
        Step::Open(by, open) => {
            let settings = CaptainSettings {
                allow_all_crew: Some(open),
                ..CaptainSettings::default()
            };
            hold.change_settings(&did(by), settings).await.map(drop)
        }
        Step::Offer(by, member) => hold.offer_captaincy(&did(by), &did(member)).await,
        Step::Withdraw(by) => hold.withdraw_captaincy(&did(by)).await.map(drop),
        Step::Accept(member) => hold.accept_captaincy(&did(member)).await.map(drop),
        Step::Days(days) => {
            folder.clock.advance(TimeDelta::days(days));
            Ok(())
        }
    };
    match outcome {
        Ok(()) => true,
        Err(
            HoldError::Denied { .. }
            | HoldError::NotFound { .. }
            | HoldError::Invalid { .. }
            | HoldError::RegistrationDisabled { .. },
        ) => false,
        Err(error) => panic!("{step:?}: {error:?}"),
    }
}

async fn compare(hold: &Hold, rules: &Rules, history: &[Step]) {
    for person in PEOPLE {
        let standing = hold.standing(Some(&did(person))).await.unwrap();
        assert_eq!(standing, rules.standing(person), "{person}: {history:?}");
        let member = hold.find_crew_member(&did(person)).await.unwrap();
        assert_eq!(
            member.as_ref().map(|member| member.permissions.clone()),
            rules.crew.get(person).map(|words| owned(words)),
            "{person}: {history:?}"
        );
        if person == rules.captain {
            let member = member.unwrap();
            assert_eq!(member.role, OWNER, "{history:?}");
            assert!(member.permissions.contains(&CREW_ADMIN.to_owned()));
        }
    }
    let offered = rules.offer.filter(|(_, age)| *age <= 7);
    assert_eq!(
        hold.captaincy_offered_to().await.unwrap(),
        offered.map(|(to, _)| did(to)),
        "{history:?}"
    );
}

async fn random_histories(test: &crate::db::testing::TestDatabase, seeds: u64, steps: usize) {
    let folder = HoldFolder::new();
    let hold = folder.start(&test.database).await;
    let mut rules = Rules::new();
    let mut changes_of_captain = 0;
    for seed in 0..seeds {
        let mut random = StdRng::seed_from_u64(seed);
        let mut history = Vec::new();
        for _ in 0..steps {
            let mut step = random_step(&mut random, &rules);
            // By chance nobody would ever be captain again.
            if let (Some((to, _)), true) = (rules.offer, random.random_bool(0.1)) {
                step = Step::Accept(to);
            }
            history.push(step.clone());
            let captain = rules.captain;
            let really = really_take(&hold, &folder, &rules, &step).await;
            assert_eq!(really, rules.take(&step), "seed {seed}: {history:?}");
            compare(&hold, &rules, &history).await;
            changes_of_captain += usize::from(captain != rules.captain);
        }
        assert_eq!(
            hold.repo().check_derived().await.unwrap(),
            Vec::<String>::new()
        );
    }
    assert!(changes_of_captain > 2, "{changes_of_captain}");
}

test_on_databases! {
    async fn random_histories_follow_the_rules(test: &TestDatabase) {
        random_histories(test, 6, 80).await;
    }

    async fn whoever_joins_says_nothing_about_rank(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let open = CaptainSettings { allow_all_crew: Some(true), ..CaptainSettings::default() };
        hold.change_settings(&did(CAPTAIN), open).await.unwrap();
        for (person, role, expected) in
            [("did:plc:anne", Some(OWNER), "member"), ("did:plc:jack", Some("cook"), "cook")]
        {
            hold.request_crew(&did(person), role, &[]).await.unwrap();
            assert_eq!(hold.find_crew_member(&did(person)).await.unwrap().unwrap().role, expected);
        }
        let page = hold.list_crew(None, 2).await.unwrap();
        assert_eq!(page.iter().map(|member| member.did.as_str()).collect::<Vec<_>>(), ["did:plc:anne", CAPTAIN]);
        let rest = hold.list_crew(Some(&page[1].did), 2).await.unwrap();
        assert_eq!(rest.iter().map(|member| member.did.as_str()).collect::<Vec<_>>(), ["did:plc:jack"]);
    }

    async fn members_at_once_are_all_taken_in_and_one_of_two_wishes_is_enough(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let open = CaptainSettings { allow_all_crew: Some(true), ..CaptainSettings::default() };
        hold.change_settings(&did(CAPTAIN), open).await.unwrap();
        let wishes = (0..20).map(|number| {
            let (hold, person) = (hold.clone(), did(&format!("did:plc:person{}", number / 2)));
            tokio::spawn(async move { hold.request_crew(&person, None, &[]).await.unwrap() })
        });
        let joined = futures::future::try_join_all(wishes).await.unwrap();
        let created = joined.iter().filter(|joined| matches!(joined, Joined::Created { .. }));
        assert_eq!(created.count(), 10);
        assert_eq!(hold.list_crew(None, 100).await.unwrap().len(), 11);
    }

    async fn what_another_process_decides_holds_here_within_seconds(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let here = folder.start(&test.database).await;
        let database = test.connect_again().await;
        let there = folder.start(&database).await;
        let (captain, anne) = (did(CAPTAIN), did("did:plc:anne"));
        let mut events = here.repo().subscribe(None).await.unwrap();
        there.set_crew_member(&captain, &anne, CrewChange::default()).await.unwrap();
        events.next_page().await.unwrap();
        here.check_write(&anne).await.unwrap();
        there.remove_crew_member(&captain, &anne).await.unwrap();
        let removed = tokio::time::timeout(std::time::Duration::from_secs(30), async {
            while here.check_write(&anne).await.is_ok() {
                tokio::task::yield_now().await;
            }
        });
        removed.await.expect("what is remembered is forgotten in time");
        // Somebody who is asked to administer is looked at in the database, whatever is remembered.
        let admin = CrewChange { permissions: Some(owned(&[CREW_ADMIN])), ..CrewChange::default() };
        there.set_crew_member(&captain, &anne, admin).await.unwrap();
        here.repo().announce(there.repo().last_seq().await.unwrap());
        assert!(here.standing(Some(&anne)).await.unwrap().may_administer());
        there.remove_crew_member(&captain, &anne).await.unwrap();
        let jack = did("did:plc:jack");
        let refused = here.set_crew_member(&anne, &jack, CrewChange::default()).await;
        assert!(matches!(refused, Err(HoldError::Denied { .. })), "{refused:?}");
        drop((here, there, events));
        database.close().await;
    }

    async fn only_one_of_two_people_becomes_captain_of_a_withdrawn_offer(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let (captain, anne, jack) = (did(CAPTAIN), did("did:plc:anne"), did("did:plc:jack"));
        for member in [&anne, &jack] {
            hold.set_crew_member(&captain, member, CrewChange::default()).await.unwrap();
        }
        hold.offer_captaincy(&captain, &anne).await.unwrap();
        let (accepted, offered) =
            tokio::join!(hold.accept_captaincy(&anne), hold.offer_captaincy(&captain, &jack));
        // Whichever came first, the other found it so.
        assert!(accepted.is_ok() != offered.is_ok(), "{accepted:?} {offered:?}");
        let captain_now = hold.captain().await.unwrap().did;
        assert_eq!(captain_now, if accepted.is_ok() { anne } else { captain });
    }
}

#[test]
fn every_did_has_a_key_of_its_own() {
    let long = format!("did:web:{}.example", "a".repeat(600));
    let dids = [
        "did:plc:abc",
        "did:web:host%3A80",
        "did:web:host_3A80",
        "did:web:h%3A1_3A2",
        "did:web:h_3A1%3A2",
        &long,
    ];
    let keys: std::collections::BTreeSet<String> = dids
        .iter()
        .map(|text| crew_key(&did(text)).to_string())
        .collect();
    assert_eq!(keys.len(), dids.len());
    assert!(keys.contains("did:plc:abc"));
}
