//! A hold elsewhere: its public records, and its methods in the name of whoever asks.
//!
//! Records are read as they are now, and written back with everything that other software keeps in them, only if
//! nobody changed them meanwhile.

use std::sync::Arc;

use atproto::data::Cid;
use atproto::syntax::{Datetime, Did, Nsid, RecordKey};
use lexicon::xrpc::{get_quota, list_tiers};
use lexicon::{ActorProfile, HoldCaptain, HoldCrew, Record as _, nsid};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    Configured, HoldAbout, HoldAdmin, HoldAdminError, HoldHealth, MOST_CREW, SettingsChange,
    TierList,
};
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::outbound::{FetchLimits, OutboundError, OutboundRequest};
use crate::clients::pds::PdsError;
use crate::clients::remote_hold::RemoteHold;
use crate::hold::{
    CrewChange, CrewMember, CrewPermissions, Quota, Standing, Tier, TierChange, crew_key,
};

/// Asks whether a host of XRPC is there. Not a method: it has no name.
const HEALTH: &str = "_health";
/// Records on a page of a listing.
const PAGE: usize = 100;

/// Runs a hold over XRPC.
pub struct RemoteAdmin {
    hold: Arc<RemoteHold>,
}

/// A record as the hold has it.
struct Found {
    key: RecordKey,
    cid: Cid,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct Health {
    version: Option<String>,
    storage: Option<String>,
}

#[derive(Deserialize)]
struct Offer {
    member: Option<Did>,
}

impl RemoteAdmin {
    /// For the hold behind `hold`.
    pub const fn new(hold: Arc<RemoteHold>) -> Self {
        Self { hold }
    }

    fn hold_did(&self) -> &Did {
        crate::clients::hold::HoldClient::did(&*self.hold)
    }

    /// Calls a procedure as `user`.
    pub(super) async fn procedure<T: DeserializeOwned>(
        &self,
        user: &HoldUser,
        method: &'static str,
        input: &Value,
    ) -> Result<T, HoldAdminError> {
        let token = self.hold.service_token(user, method).await?;
        let request = OutboundRequest::post(self.hold.method_url(method))
            .bearer(&token)
            .json(input)
            .map_err(|error| self.failed(method, &error))?;
        self.send(method, request).await
    }

    /// Asks something, as `user` or as nobody in particular.
    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        user: Option<&HoldUser>,
        method: &'static str,
        parameters: &[(&str, &str)],
    ) -> Result<T, HoldAdminError> {
        let mut url = self.hold.method_url(method);
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let mut request = OutboundRequest::get(url);
        if let Some(user) = user {
            let token = self.hold.service_token(user, method).await?;
            request = request.bearer(&token);
        }
        self.send(method, request).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: &'static str,
        request: OutboundRequest,
    ) -> Result<T, HoldAdminError> {
        let outbound = &self.hold.parts().outbound;
        let answer = outbound.send_for_json(request, &FetchLimits::HOLD_CALL);
        answer.await.map_err(|error| self.failed(method, &error))
    }

    /// What a failure means. A hold's own words are a stranger's, and are not passed on.
    fn failed(&self, method: &'static str, error: &OutboundError) -> HoldAdminError {
        let did = self.hold_did().clone();
        let OutboundError::Status {
            status, xrpc_error, ..
        } = error
        else {
            return self.unreachable(method, error);
        };
        let name = xrpc_error.as_deref().unwrap_or_default();
        tracing::info!(hold.did = %did, method, status, error = name, "a hold refused a call");
        let refused = match (status, name) {
            (501, _) | (404 | 405, "") | (_, "MethodNotImplemented") => {
                return HoldAdminError::NotOffered { did, method };
            }
            (429 | 500.., _) => return self.unreachable(method, error),
            (_, "AuthRequired" | "AuthenticationRequired" | "ExpiredToken" | "BadJwt") => {
                HoldError::NotVouched { did }
            }
            (_, "RegistrationDisabled") => HoldError::Denied {
                reason: "this hold takes no crew that was not invited; ask its captain".to_owned(),
            },
            (_, "InvalidSwap") => HoldError::Invalid {
                reason: "somebody else changed this at the same moment; look at it, and repeat"
                    .to_owned(),
            },
            (401 | 403, _) => HoldError::Denied {
                reason: format!("the hold {did} does not let you do this"),
            },
            (404, _) | (_, "RecordNotFound" | "UserNotFound" | "NotFound") => HoldError::NotFound {
                what: "the hold has nothing of that name any more".to_owned(),
            },
            _ => HoldError::Invalid {
                reason: format!("the hold {did} does not accept this"),
            },
        };
        refused.into()
    }

    fn unreachable(&self, method: &str, error: &dyn std::error::Error) -> HoldAdminError {
        let did = self.hold_did().clone();
        tracing::warn!(hold.did = %did, method, error = ?error.to_string(), "a hold did not answer");
        HoldError::Unreachable { did }.into()
    }

    fn unreadable(&self, error: &PdsError) -> HoldAdminError {
        self.unreachable(nsid::GET_RECORD, error)
    }

    async fn record(
        &self,
        collection: &Nsid,
        key: &RecordKey,
    ) -> Result<Option<Found>, HoldAdminError> {
        let pds = &self.hold.parts().pds;
        let found = pds
            .get_record(self.hold.endpoint(), self.hold_did(), collection, key)
            .await
            .map_err(|error| self.unreadable(&error))?;
        Ok(found.and_then(|record| found_of(key.clone(), record.cid, record.value)))
    }

    /// Every crew record, [`MOST_CREW`] at most.
    async fn crew_records(&self) -> Result<Vec<Found>, HoldAdminError> {
        let collection = HoldCrew::collection();
        let parts = self.hold.parts();
        let mut records = Vec::new();
        let mut cursor = None;
        for _ in 0..MOST_CREW / PAGE {
            let page = parts
                .pds
                .list_records(
                    self.hold.endpoint(),
                    self.hold_did(),
                    &collection,
                    cursor.as_deref(),
                )
                .await
                .map_err(|error| self.unreadable(&error))?;
            let is_last = page.cursor.is_none() || page.records.is_empty();
            records.extend(page.records.into_iter().filter_map(|record| {
                let key = record.uri.to_string();
                let key = key.rsplit('/').next()?.parse().ok()?;
                found_of(key, record.cid, record.value)
            }));
            cursor = page.cursor;
            if is_last {
                break;
            }
        }
        Ok(records)
    }

    /// Somebody's crew record. Other software gives them other keys, so that all are looked through.
    async fn crew_record(&self, member: &Did) -> Result<Option<Found>, HoldAdminError> {
        let is_theirs = |found: &Found| found.fields.get("member") == Some(&json!(member));
        let usual = self
            .record(&HoldCrew::collection(), &crew_key(member))
            .await?;
        if let Some(found) = usual.filter(is_theirs) {
            return Ok(Some(found));
        }
        Ok(self.crew_records().await?.into_iter().find(is_theirs))
    }

    async fn captain_record(&self) -> Result<Found, HoldAdminError> {
        let found = self.record(&HoldCaptain::collection(), &self_key()).await?;
        Ok(found.ok_or(HoldError::NotSetUp)?)
    }

    async fn put(
        &self,
        by: &HoldUser,
        collection: &Nsid,
        key: &RecordKey,
        fields: Map<String, Value>,
        before: Option<Cid>,
    ) -> Result<(), HoldAdminError> {
        let mut fields = fields;
        fields.insert("$type".to_owned(), json!(collection));
        let input = json!({
            "repo": self.hold_did(),
            "collection": collection,
            "rkey": key,
            "record": fields,
            "swapRecord": before.map(|cid| cid.to_string()),
        });
        self.procedure::<IgnoredAny>(by, nsid::PUT_RECORD, &input)
            .await
            .map(drop)
    }
}

#[async_trait::async_trait]
impl HoldAdmin for RemoteAdmin {
    fn did(&self) -> &Did {
        self.hold_did()
    }

    fn endpoint(&self) -> &Url {
        self.hold.endpoint()
    }

    fn configured(&self) -> Option<&Configured> {
        None
    }

    async fn health(&self) -> Result<HoldHealth, HoldAdminError> {
        let short = |text: String| text.chars().take(64).collect();
        let health: Result<Health, _> = self.query(None, HEALTH, &[]).await;
        match health {
            Ok(health) => Ok(HoldHealth {
                version: health.version.map(short),
                storage: health.storage.map(short),
            }),
            // It answers, if not this.
            Err(HoldAdminError::NotOffered { .. }) => Ok(HoldHealth {
                version: None,
                storage: None,
            }),
            Err(error) => Err(error),
        }
    }

    async fn about(&self) -> Result<HoldAbout, HoldAdminError> {
        let captain = self.captain_record().await?;
        let captain: HoldCaptain = HoldCaptain::from_value(&Value::Object(captain.fields))
            .map_err(|_| HoldError::Invalid {
                reason: "the captain record of this hold cannot be read".to_owned(),
            })?;
        let profile = self
            .record(&ActorProfile::collection(), &self_key())
            .await?;
        let profile = profile
            .and_then(|found| ActorProfile::from_value(&Value::Object(found.fields)).ok())
            .unwrap_or_default();
        Ok(HoldAbout {
            captain: captain.owner,
            public: captain.public,
            allow_all_crew: captain.allow_all_crew,
            enable_bluesky_posts: captain.enable_bluesky_posts,
            deployed_at: captain.deployed_at,
            region: captain.region,
            provider: captain.provider,
            display_name: profile.display_name,
            description: profile.description,
        })
    }

    async fn standing(&self, person: Option<&Did>) -> Result<Standing, HoldAdminError> {
        let Some(person) = person else {
            return Ok(Standing::Nobody);
        };
        let captain = self.captain_record().await?;
        if captain.fields.get("owner") == Some(&json!(person)) {
            return Ok(Standing::Captain);
        }
        let member = self.find_crew_member(person).await?;
        Ok(member.map_or(Standing::Stranger, |member| {
            let words = member.permissions.iter().map(String::as_str);
            Standing::Crew(CrewPermissions::of(words))
        }))
    }

    async fn list_crew(&self) -> Result<Vec<CrewMember>, HoldAdminError> {
        let records = self.crew_records().await?;
        let mut crew: Vec<CrewMember> = records.iter().filter_map(member_of).collect();
        crew.sort_by(|one, other| one.did.cmp(&other.did));
        crew.dedup_by(|one, other| one.did == other.did);
        Ok(crew)
    }

    async fn find_crew_member(&self, member: &Did) -> Result<Option<CrewMember>, HoldAdminError> {
        Ok(self.crew_record(member).await?.as_ref().and_then(member_of))
    }

    async fn set_crew_member(
        &self,
        by: &HoldUser,
        member: &Did,
        change: CrewChange,
    ) -> Result<(), HoldAdminError> {
        let (key, before, mut fields) = match self.crew_record(member).await? {
            Some(found) => (found.key, Some(found.cid), found.fields),
            None => (crew_key(member), None, self.new_member(member)),
        };
        if let Some(role) = change.role {
            fields.insert("role".to_owned(), json!(role));
        }
        if let Some(permissions) = change.permissions {
            fields.insert("permissions".to_owned(), json!(permissions));
        }
        match change.tier {
            TierChange::Keep => {}
            TierChange::Default => drop(fields.remove("tier")),
            TierChange::Named(tier) => drop(fields.insert("tier".to_owned(), json!(tier))),
        }
        self.put(by, &HoldCrew::collection(), &key, fields, before)
            .await
    }

    async fn remove_crew_member(&self, by: &HoldUser, member: &Did) -> Result<(), HoldAdminError> {
        let found = self.crew_record(member).await?;
        let found = found.ok_or_else(|| HoldError::NotFound {
            what: format!("{member} is not in the crew"),
        })?;
        let input = json!({
            "repo": self.hold_did(),
            "collection": nsid::HOLD_CREW,
            "rkey": found.key,
            "swapRecord": found.cid.to_string(),
        });
        self.procedure::<IgnoredAny>(by, nsid::DELETE_RECORD, &input)
            .await
            .map(drop)
    }

    async fn request_crew(&self, person: &HoldUser) -> Result<(), HoldAdminError> {
        self.procedure::<IgnoredAny>(person, nsid::REQUEST_CREW, &json!({}))
            .await
            .map(drop)
    }

    async fn tiers(&self) -> Result<TierList, HoldAdminError> {
        let listed: list_tiers::Output = self.query(None, nsid::LIST_TIERS, &[]).await?;
        let tiers: Vec<Tier> = listed
            .tiers
            .into_iter()
            .map(|tier| Tier {
                name: tier.name,
                bytes: tier.quota_bytes,
            })
            .collect();
        // No method names the default; it is what somebody has who was given none, such as the hold itself.
        let default = match self.quota_of(self.hold_did()).await {
            Ok(quota) => quota.tier,
            Err(_) => None,
        };
        Ok(TierList { tiers, default })
    }

    async fn quota_of(&self, person: &Did) -> Result<Quota, HoldAdminError> {
        let parameters = [("userDid", person.as_str())];
        let quota: get_quota::Output = self.query(None, nsid::GET_QUOTA, &parameters).await?;
        Ok(Quota {
            unique_blobs: quota.unique_blobs,
            used: quota.total_size,
            limit: quota.limit,
            tier: quota.tier,
        })
    }

    async fn change_settings(
        &self,
        by: &HoldUser,
        change: SettingsChange,
    ) -> Result<(), HoldAdminError> {
        let captain = self.captain_record().await?;
        let mut fields = captain.fields;
        let unchanged = fields.clone();
        replace_flag(&mut fields, "public", change.public);
        replace_flag(&mut fields, "allowAllCrew", change.allow_all_crew);
        replace_flag(
            &mut fields,
            "enableBlueskyPosts",
            change.enable_bluesky_posts,
        );
        replace_text(&mut fields, "region", change.region);
        replace_text(&mut fields, "provider", change.provider);
        if fields != unchanged {
            let collection = HoldCaptain::collection();
            self.put(by, &collection, &captain.key, fields, Some(captain.cid))
                .await?;
        }
        let collection = ActorProfile::collection();
        let profile = self.record(&collection, &self_key()).await?;
        let (mut fields, before) = profile.map_or_else(
            || (Map::new(), None),
            |found| (found.fields, Some(found.cid)),
        );
        let unchanged = fields.clone();
        replace_text(&mut fields, "displayName", change.display_name);
        replace_text(&mut fields, "description", change.description);
        if fields != unchanged {
            self.put(by, &collection, &self_key(), fields, before)
                .await?;
        }
        Ok(())
    }

    async fn offer_captaincy(&self, by: &HoldUser, member: &Did) -> Result<(), HoldAdminError> {
        let input = json!({ "member": member });
        self.procedure::<IgnoredAny>(by, nsid::OFFER_CAPTAINCY, &input)
            .await
            .map(drop)
    }

    async fn withdraw_captaincy(&self, by: &HoldUser) -> Result<(), HoldAdminError> {
        self.procedure::<IgnoredAny>(by, nsid::OFFER_CAPTAINCY, &json!({}))
            .await
            .map(drop)
    }

    async fn captaincy_offered_to(&self, by: &HoldUser) -> Result<Option<Did>, HoldAdminError> {
        let offer: Offer = self.query(Some(by), nsid::GET_CAPTAINCY_OFFER, &[]).await?;
        Ok(offer.member)
    }

    async fn accept_captaincy(&self, by: &HoldUser) -> Result<(), HoldAdminError> {
        self.procedure::<IgnoredAny>(by, nsid::ACCEPT_CAPTAINCY, &json!({}))
            .await
            .map(drop)
    }
}

impl RemoteAdmin {
    /// What the record of a new member says at first, as holds of ours write it.
    fn new_member(&self, member: &Did) -> Map<String, Value> {
        let now = self.hold.parts().clock.now_millis();
        let record = json!({
            "member": member,
            "role": "member",
            "permissions": ["blob:read", "blob:write"],
            "addedAt": Datetime::from_unix_micros(now * 1000),
        });
        match record {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

fn found_of(key: RecordKey, cid: Cid, value: Value) -> Option<Found> {
    match value {
        Value::Object(fields) => Some(Found { key, cid, fields }),
        _ => None,
    }
}

/// Records that are not as they should be count as absent.
fn member_of(found: &Found) -> Option<CrewMember> {
    let record = HoldCrew::from_value(&Value::Object(found.fields.clone())).ok()?;
    Some(CrewMember {
        did: record.member,
        role: record.role,
        permissions: record.permissions,
        tier: record.tier,
        added_at: record.added_at.unix_micros() / 1000,
        record_key: found.key.to_string(),
    })
}

fn replace_flag(fields: &mut Map<String, Value>, name: &str, change: Option<bool>) {
    if let Some(value) = change {
        fields.insert(name.to_owned(), json!(value));
    }
}

/// A changed text; an empty one is none.
fn replace_text(fields: &mut Map<String, Value>, name: &str, change: Option<String>) {
    match change {
        None => {}
        Some(text) if text.is_empty() => drop(fields.remove(name)),
        Some(text) => drop(fields.insert(name.to_owned(), json!(text))),
    }
}

fn self_key() -> RecordKey {
    "self".parse().expect("a record key")
}
