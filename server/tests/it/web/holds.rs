//! The pages with which captains run the hold of this server, as a browser without JavaScript uses them.

use atproto::syntax::Did;
use chrono::TimeDelta;
use http::StatusCode;
use server::clock::Clock;
use server::hold::{CrewChange, Hold, TierChange};

use crate::harness::{Account, Engine, Options, TestServer, network};
use crate::token::browser::{Browser, unescape};
use crate::{on_both_databases, on_both_engines};

/// A page of a hold; the first one for an empty name.
pub fn page(hold: &Did, name: &str) -> String {
    let did = hold.as_str().replace('%', "%25");
    if name.is_empty() {
        format!("/hold/{did}")
    } else {
        format!("/hold/{did}/{name}")
    }
}

/// The path below a hold that a form is sent to, its fields, and what everybody gets for it.
type SentForm<'a> = (&'a str, &'a [(&'a str, &'a str)], [u16; 5]);

pub fn did(account: &Account) -> Did {
    account.did.parse().unwrap()
}

pub async fn add(hold: &Hold, member: &Did, permissions: &[&str]) {
    let captain = hold.captain().await.unwrap().did;
    let change = CrewChange {
        permissions: Some(permissions.iter().map(|word| (*word).to_owned()).collect()),
        ..CrewChange::default()
    };
    hold.set_crew_member(&captain, member, change)
        .await
        .unwrap();
}

/// Somebody whom nobody knows.
fn sailor(number: usize) -> Did {
    let letters = b"abcdefghijklmnopqrstuvwxyz";
    let (tens, ones) = (letters[number / 26], letters[number % 26]);
    format!(
        "did:plc:{}{}{}",
        "a".repeat(22),
        char::from(tens),
        char::from(ones)
    )
    .parse()
    .unwrap()
}

on_both_databases! {
    async fn a_captain_adds_somebody_by_handle_after_a_look_at_them(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        let captain = Browser::of(server, &network().alice).await;
        let crew = captain.open(&page(hold.did(), "crew")).await.expect(StatusCode::OK).text();
        assert!(crew.contains("1 member") && crew.contains("@alice.test"), "{crew}");
        let preview = page(hold.did(), "crew/add?who=bob.test");
        let shown = captain.open(&preview).await.expect(StatusCode::OK).text();
        for part in ["@bob.test", &bob.did, "Add ", "blob:write", "crew:admin", "deckhand, 5 GB"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(hold.find_crew_member(&did(bob)).await.unwrap().is_none(), "a look adds nobody");
        let added = captain.submit(&preview, &[("permission", "blob:write"), ("tier", "bosun")]).await;
        let location = added.expect(StatusCode::SEE_OTHER).header("location");
        assert_eq!(location, format!("{}?done=added", page(hold.did(), "crew")));
        let member = hold.find_crew_member(&did(bob)).await.unwrap().unwrap();
        assert_eq!((member.permissions, member.tier), (vec!["blob:write".to_owned()], Some("bosun".to_owned())));
        let crew = captain.open(&location).await.expect(StatusCode::OK).text();
        for part in ["2 members", "@bob.test", "bosun", "0 B of 50 GB", "They are in the crew now"] {
            assert!(crew.contains(part), "{part}: {crew}");
        }
        let again = captain.open(&preview).await.expect(StatusCode::OK).text();
        assert!(again.contains("in the crew already"), "{again}");
        for wrong in ["nobody.test", "no handle", "did:web:"] {
            let path = page(hold.did(), &format!("crew/add?who={}", wrong.replace(' ', "+")));
            let shown = captain.open(&path).await.expect(StatusCode::OK).text();
            assert!(shown.contains("class=\"problem\"") && !shown.contains("name=\"member\""), "{shown}");
        }
    }

    async fn a_member_is_changed_and_removed_with_the_consequences_said(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        add(hold, &did(bob), &["blob:read", "blob:write", "future:word"]).await;
        let captain = Browser::of(server, &network().alice).await;
        let member = page(hold.did(), &format!("crew/{}", bob.did));
        let changed = captain.submit(&member, &[("permission", "blob:read"), ("role", "reader"), ("tier", "quartermaster")]).await;
        assert_eq!(changed.expect(StatusCode::SEE_OTHER).header("location"), format!("{member}?done=changed"));
        let now = hold.find_crew_member(&did(bob)).await.unwrap().unwrap();
        assert_eq!(now.permissions, ["blob:read", "future:word"], "words of other software stay");
        assert_eq!((now.role.as_str(), now.tier.as_deref()), ("reader", Some("quartermaster")));
        let quotas = captain.open(&page(hold.did(), "quotas")).await.expect(StatusCode::OK).text();
        for part in ["deckhand", "New members get this", "HOLD_QUOTA_TIERS", "@bob.test", "Nobody uses 80"] {
            assert!(quotas.contains(part), "{part}: {quotas}");
        }
        captain.submit(&member, &[("permission", "blob:read"), ("role", "reader"), ("tier", "")]).await.expect(StatusCode::SEE_OTHER);
        assert_eq!(hold.find_crew_member(&did(bob)).await.unwrap().unwrap().tier, None);

        let removal = format!("{member}/remove");
        let shown = captain.open(&removal).await.expect(StatusCode::OK).text();
        assert!(shown.contains("Nothing of theirs lies in this hold") && shown.contains("Their images stay"), "{shown}");
        let removed = captain.submit(&removal, &[]).await.expect(StatusCode::SEE_OTHER).header("location");
        assert_eq!(removed, format!("{}?done=removed", page(hold.did(), "crew")));
        assert!(hold.find_crew_member(&did(bob)).await.unwrap().is_none());
        captain.open(&member).await.expect(StatusCode::NOT_FOUND);
        let own = page(hold.did(), &format!("crew/{}/remove", network().alice.did));
        let shown = captain.open(&own).await.expect(StatusCode::OK).text();
        assert!(shown.contains("You cannot remove this member"), "{shown}");
        let refused = captain.post(&own, &form(&captain, hold).await).await;
        assert!(refused.expect(StatusCode::FORBIDDEN).text().contains("the captaincy is handed over, not removed"));
    }

    async fn an_invite_lets_in_as_many_as_it_says_and_is_shown_once(server) {
        let (hold, crew) = (server.hold(), page(server.hold().did(), "crew"));
        let captain = Browser::of(server, &network().alice).await;
        let fields = [("invite", "1"), ("note", "The <team>"), ("uses", "1"), ("days", "7"), ("tier", "bosun")];
        let made = captain.submit(&crew, &fields).await;
        let html = unescape(&made.expect(StatusCode::CREATED).text());
        let start = html.find("/join?invite=").expect("the link is shown") + "/join?invite=".len();
        let secret = &html[start..start + 43];
        let listed = captain.open(&crew).await.text();
        assert!(listed.contains("The &lt;team&gt;") && !listed.contains(secret), "{listed}");
        let link = page(hold.did(), &format!("join?invite={secret}"));

        let nobody = Browser::of_nobody(server).open(&link).await;
        assert!(nobody.expect(StatusCode::SEE_OTHER).header("location").starts_with("/sign-in?return_to="));
        let bob = Browser::of(server, &network().bob).await;
        let shown = bob.open(&link).await.expect(StatusCode::OK).text();
        assert!(shown.contains("@alice.test") && shown.contains("invites you") && shown.contains("bosun"), "{shown}");
        assert!(hold.find_crew_member(&did(&network().bob)).await.unwrap().is_none(), "a look adds nobody");
        let joined = bob.submit(&link, &[]).await.expect(StatusCode::SEE_OTHER).header("location");
        assert_eq!(joined, format!("{}?done=joined", page(hold.did(), "")));
        let member = hold.find_crew_member(&did(&network().bob)).await.unwrap().unwrap();
        assert_eq!((member.permissions.len(), member.tier.as_deref()), (2, Some("bosun")));

        let late = network().new_account().await;
        let late_browser = Browser::of(server, &late).await;
        let ended = late_browser.open(&link).await.expect(StatusCode::OK).text();
        assert!(ended.contains("This invite has ended"), "{ended}");
        let mut form = form(&late_browser, hold).await;
        form.push(("invite".to_owned(), secret.to_owned()));
        late_browser.post(&page(hold.did(), "join"), &form).await.expect(StatusCode::GONE);
        assert!(hold.find_crew_member(&did(&late)).await.unwrap().is_none());

        let made = captain.submit(&crew, &[("invite", "1"), ("uses", "5"), ("days", "1")]).await;
        made.expect(StatusCode::CREATED);
        let id = server.state.invites.list(hold.did()).await.unwrap()[0].id.clone();
        captain.submit(&crew, &[("revoke_invite", &id)]).await.expect(StatusCode::SEE_OTHER);
        assert_eq!(server.state.invites.list(hold.did()).await.unwrap(), []);
        captain.submit(&crew, &[("invite", "1"), ("uses", "5"), ("days", "400")]).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn an_invite_ends_with_the_right_of_whoever_made_it(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        add(hold, &did(bob), &["crew:admin"]).await;
        let admin = Browser::of(server, bob).await;
        let crew = page(hold.did(), "crew");
        let html = unescape(&admin.submit(&crew, &[("invite", "1"), ("uses", "5"), ("days", "1")]).await.text());
        let start = html.find("/join?invite=").unwrap() + "/join?invite=".len();
        let link = page(hold.did(), &format!("join?invite={}", &html[start..start + 43]));
        add(hold, &did(bob), &["blob:read"]).await;
        let guest = network().new_account().await;
        let refused = Browser::of(server, &guest).await.submit(&link, &[]).await;
        assert!(refused.expect(StatusCode::FORBIDDEN).text().contains("Ask for another"));
        assert!(hold.find_crew_member(&did(&guest)).await.unwrap().is_none());
        let invite = &server.state.invites.list(hold.did()).await.unwrap()[0];
        assert_eq!(invite.uses_left, 5, "what nothing came of is given back");
    }

    async fn settings_are_the_records_of_the_hold(server) {
        let hold = server.hold();
        let captain = Browser::of(server, &network().alice).await;
        let settings = page(hold.did(), "settings");
        let shown = captain.open(&settings).await.expect(StatusCode::OK).text();
        assert!(shown.contains("HOLD_PUBLIC=true") && shown.contains("wins at the next start"), "{shown}");
        let fields = [
            ("open_registration", "true"), ("display_name", "Harbour"), ("description", "Two\r\nlines"), ("region", "eu"), ("provider", ""),
        ];
        let saved = captain.submit(&settings, &fields).await;
        assert_eq!(saved.expect(StatusCode::SEE_OTHER).header("location"), format!("{settings}?done=saved"));
        let record = hold.load_captain_record().await.unwrap();
        assert_eq!((record.public, record.allow_all_crew, record.region.as_deref(), record.provider), (false, true, Some("eu"), None));
        let profile = hold.find_profile().await.unwrap().unwrap();
        assert_eq!((profile.display_name.as_deref(), profile.description.as_deref()), (Some("Harbour"), Some("Two\nlines")));
        let long = "ü".repeat(40);
        let refused = captain.submit(&settings, &[("region", &long), ("display_name", "Kept")]).await;
        let html = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).text();
        assert!(html.contains("region") && html.contains("Kept") && html.contains(&long), "what was typed stays: {html}");
        assert_eq!(hold.load_captain_record().await.unwrap().region.as_deref(), Some("eu"));

        let public = server.nobody().get(&page(hold.did(), "")).await.expect(StatusCode::OK).text();
        for part in ["Harbour", "Two\nlines", "@alice.test", "Open registration", hold.did().as_str(), "Answers now", "to join the crew"] {
            assert!(public.contains(part), "{part}: {public}");
        }
        let json = server.nobody().get(&format!("/api/v1{}", page(hold.did(), ""))).await;
        let json = json.expect(StatusCode::OK).json();
        assert_eq!(json["name"], "Harbour");
        assert_eq!(json["captain"]["handle"], "alice.test");
        assert_eq!((&json["public"], &json["openRegistration"], &json["crewSize"], &json["answers"]), (&false.into(), &true.into(), &1.into(), &true.into()));
        assert!(json.get("head").is_none());
    }

    async fn whoever_may_joins_by_a_button(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        let browser = Browser::of(server, bob).await;
        let first = page(hold.did(), "");
        let closed = browser.open(&first).await.expect(StatusCode::OK).text();
        assert!(!closed.contains("name=\"join\"") && closed.contains("Ask the captain"), "{closed}");
        let refused = browser.post(&first, &form(&browser, hold).await).await;
        refused.expect(StatusCode::FORBIDDEN);
        let captain = Browser::of(server, &network().alice).await;
        captain.submit(&page(hold.did(), "settings"), &[("open_registration", "true"), ("public", "true")]).await.expect(StatusCode::SEE_OTHER);
        let joined = browser.submit(&first, &[("join", "1")]).await;
        assert_eq!(joined.expect(StatusCode::SEE_OTHER).header("location"), format!("{first}?done=joined"));
        let shown = browser.open(&first).await.text();
        assert!(shown.contains("Your space here") && shown.contains("0 B of 5 GB"), "{shown}");
        let holds = browser.open("/holds").await.expect(StatusCode::OK).text();
        assert!(holds.contains("Where you are in the crew") && holds.contains("You push here"), "{holds}");
    }

    async fn a_large_crew_has_pages_and_a_filter(server) {
        let hold = server.hold();
        for number in 0..60 {
            add(hold, &sailor(number), &["blob:read"]).await;
        }
        add(hold, &did(&network().bob), &["blob:read"]).await;
        let captain = Browser::of(server, &network().alice).await;
        let mut path = page(hold.did(), "crew");
        let mut seen = 0;
        for _ in 0..4 {
            let html = unescape(&captain.open(&path).await.expect(StatusCode::OK).text());
            seen += html.matches("class=\"crew-row\"").count();
            assert!(html.contains("62 members"));
            let Some((_, rest)) = html.split_once("?after=") else {
                break;
            };
            path = format!("{}?after={}", page(hold.did(), "crew"), rest.split_once('"').unwrap().0);
        }
        assert_eq!(seen, 62);
        // The preview made the handle known.
        captain.open(&page(hold.did(), "crew/add?who=bob.test")).await.expect(StatusCode::OK);
        for (filter, count) in [("bob", "1 of 62"), ("@BOB.test", "1 of 62"), ("owner", "1 of 62"), ("a_%25", "0 of 62")] {
            let html = captain.open(&page(hold.did(), &format!("crew?filter={filter}"))).await.expect(StatusCode::OK).text();
            assert!(html.contains(count), "{filter}: {html}");
        }
    }

    async fn each_page_and_form_is_for_those_whom_it_is_for(server) {
        let hold = server.hold();
        let (bob, member, stranger) = (&network().bob, network().new_account().await, network().new_account().await);
        add(hold, &did(bob), &["crew:admin"]).await;
        add(hold, &did(&member), &["blob:read"]).await;
        let target = sailor(0);
        let browsers = [
            Browser::of_nobody(server),
            Browser::of(server, &stranger).await,
            Browser::of(server, &member).await,
            Browser::of(server, bob).await,
            Browser::of(server, &network().alice).await,
        ];
        let target_page = format!("crew/{target}");
        let removal = format!("{target_page}/remove");
        // The page; what nobody, a stranger, a member, an administrator and the captain get.
        let pages: [(&str, [u16; 5]); 9] = [
            ("", [200; 5]),
            ("crew", [303, 403, 403, 200, 200]),
            ("crew/add?who=bob.test", [303, 403, 403, 200, 200]),
            (&target_page, [303, 403, 403, 200, 200]),
            (&removal, [303, 403, 403, 200, 200]),
            ("quotas", [303, 403, 403, 200, 200]),
            ("settings", [303, 403, 403, 403, 200]),
            ("captaincy", [303, 403, 403, 403, 200]),
            ("join", [303, 200, 200, 200, 200]),
        ];
        // The form; its fields; the same.
        let target_text = target.to_string();
        let add = [("member", target_text.as_str()), ("permission", "blob:read")];
        let forms: [SentForm<'_>; 9] = [
            ("crew", &[("invite", "1"), ("uses", "1"), ("days", "1")], [303, 403, 403, 201, 201]),
            ("crew", &[("revoke_invite", "none")], [303, 403, 403, 303, 303]),
            ("crew/add", &add, [303, 403, 403, 303, 303]),
            (&target_page, &[("permission", "blob:read"), ("role", "x")], [303, 403, 403, 303, 303]),
            (&target_page, &[("permission", "crew:admin"), ("role", "x")], [303, 403, 403, 403, 303]),
            (&removal, &[], [303, 403, 403, 303, 303]),
            ("settings", &[("public", "true")], [303, 403, 403, 403, 303]),
            ("captaincy", &[("withdraw", "1")], [303, 403, 403, 403, 303]),
            ("captaincy", &[("accept", "1")], [303, 404, 404, 404, 404]),
        ];
        let mut wrong = Vec::new();
        for (browser, who) in browsers.iter().zip(0..) {
            self::add(hold, &target, &["blob:read"]).await;
            for (name, expected) in &pages {
                let answer = browser.open(&page(hold.did(), name)).await;
                if answer.status.as_u16() != expected[who] {
                    wrong.push(format!("{name} by {who}: {} instead of {}", answer.status, expected[who]));
                }
            }
            for (name, fields, expected) in &forms {
                self::add(hold, &target, &["blob:read"]).await;
                let mut form = form(browser, hold).await;
                form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
                let path = page(hold.did(), name);
                let answer = browser.post(&path, &form).await;
                if answer.status.as_u16() != expected[who] {
                    wrong.push(format!("{name} {fields:?} by {who}: {} instead of {}", answer.status, expected[who]));
                }
                browser.post_from_elsewhere(&path, &form).await.expect(StatusCode::FORBIDDEN);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for nothing in ["/hold/did:web:nowhere.invalid", "/hold/alice.test", "/hold/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/crew"] {
            let answer = browsers[4].open(nothing).await;
            assert!([404, 502].contains(&answer.status.as_u16()), "{nothing}: {}", answer.status);
        }
    }
}

on_both_engines! {
    async fn the_captaincy_is_transferred_when_it_is_accepted(engine) {
        let clock = Clock::fixed(Clock::System.now());
        let mut options = Options::new(engine);
        options.clock = clock.clone();
        let server = TestServer::start_with(options).await;
        let (hold, bob) = (server.hold(), &network().bob);
        add(hold, &did(bob), &["blob:read"]).await;
        let captaincy = page(hold.did(), "captaincy");
        let captain = Browser::of(&server, &network().alice).await;
        let shown = captain.open(&captaincy).await.expect(StatusCode::OK).text();
        assert!(shown.contains("bob.test") && shown.contains("Type their handle"), "{shown}");
        let wrong = captain.submit(&captaincy, &[("offer", "1"), ("member", &bob.did), ("typed", "alice.test")]).await;
        assert!(wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).text().contains("Nothing was offered"));
        let offered = captain.submit(&captaincy, &[("offer", "1"), ("member", &bob.did), ("typed", "@Bob.test")]).await;
        assert_eq!(offered.expect(StatusCode::SEE_OTHER).header("location"), format!("{captaincy}?done=offered"));
        let shown = captain.open(&captaincy).await.text();
        assert!(shown.contains("Take the offer back") && shown.contains("HOLD_OWNER"), "{shown}");

        let next = Browser::of(&server, bob).await;
        let first = next.open(&page(hold.did(), "")).await.text();
        assert!(first.contains("The captaincy of this hold is offered to you"), "{first}");
        assert!(next.open("/holds").await.text().contains("You are offered the captaincy"));
        clock.advance(TimeDelta::minutes(11));
        let stale = next.open(&captaincy).await.expect(StatusCode::OK).text();
        assert!(stale.contains("Sign in again") && !stale.contains("name=\"accept\""), "{stale}");
        let mut form = form(&next, hold).await;
        form.push(("accept".to_owned(), "1".to_owned()));
        let again = next.post(&captaincy, &form).await.expect(StatusCode::SEE_OTHER).header("location");
        assert!(again.starts_with("/sign-in?fresh=1"), "{again}");
        assert_eq!(hold.captain().await.unwrap().did.as_str(), network().alice.did);

        let next = Browser::of(&server, bob).await;
        let accepted = next.submit(&captaincy, &[("accept", "1")]).await;
        assert_eq!(accepted.expect(StatusCode::SEE_OTHER).header("location"), format!("{}?done=accepted", page(hold.did(), "")));
        assert_eq!(hold.captain().await.unwrap().did, did(bob));
        next.open(&page(hold.did(), "settings")).await.expect(StatusCode::OK);
        captain.open(&page(hold.did(), "settings")).await.expect(StatusCode::FORBIDDEN);
        captain.open(&page(hold.did(), "crew")).await.expect(StatusCode::OK);
        server.stop().await;
    }

    async fn whoever_is_near_their_limit_is_shown_with_a_warning(engine) {
        let mut options = Options::new(engine);
        options.settings = vec![("HOLD_QUOTA_TIERS", "small=100B, large=1GB".to_owned())];
        let server = TestServer::start_with(options).await;
        let (hold, bob) = (server.hold(), &network().bob);
        add(hold, &did(bob), &["blob:read", "blob:write"]).await;
        let name = TestServer::repository_of(bob);
        let client = server.signed_in(bob, &name, "pull,push").await;
        let image = crate::harness::image(1);
        let used: usize = image.blobs().map(<[u8]>::len).sum();
        let change = |tier: &str| CrewChange { tier: TierChange::Named(tier.to_owned()), ..CrewChange::default() };
        let captain = hold.captain().await.unwrap().did;
        hold.set_crew_member(&captain, &did(bob), change("large")).await.unwrap();
        client.push_image(&name, "v1", &image).await;
        let quotas = page(hold.did(), "quotas");
        let browser = Browser::of(&server, &network().alice).await;
        assert!(browser.open(&quotas).await.expect(StatusCode::OK).text().contains("Nobody uses 80"));
        hold.set_crew_member(&captain, &did(bob), change("small")).await.unwrap();
        let shown = browser.open(&quotas).await.expect(StatusCode::OK).text();
        assert!(used > 100 && shown.contains("Full") && shown.contains("usage-full"), "{used}: {shown}");
        let own = Browser::of(&server, bob).await.open(&page(hold.did(), "")).await.text();
        assert!(own.contains("usage-full"), "{own}");
        server.stop().await;
    }
}

/// What every form of somebody carries.
async fn form(browser: &Browser<'_>, hold: &Hold) -> Vec<(String, String)> {
    let html = browser.open(&page(hold.did(), "")).await.text();
    let fields = crate::token::browser::hidden_fields(&html);
    let token = fields.into_iter().find(|(name, _)| name == "form_token");
    token.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_shows_the_holds_that_it_knows() {
    let server = TestServer::start(Engine::Sqlite).await;
    let nobody = server
        .nobody()
        .get("/holds")
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        nobody.contains("Open holds") && nobody.contains("Runs here"),
        "{nobody}"
    );
    assert!(
        nobody.contains("to see the holds that are yours"),
        "{nobody}"
    );
    let captain = Browser::of(&server, &network().alice).await;
    let own = captain.open("/holds").await.expect(StatusCode::OK).text();
    assert!(
        own.contains("no limit") && !own.contains("No hold of your own"),
        "{own}"
    );
    server.stop().await;
}
