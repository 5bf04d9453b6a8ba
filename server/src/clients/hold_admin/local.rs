//! The hold of this process.

use atproto::syntax::Did;
use url::Url;

use super::{
    Configured, HoldAbout, HoldAdmin, HoldAdminError, HoldHealth, MOST_CREW, SettingsChange,
    TierList, Upkeep,
};
use crate::clients::hold::HoldUser;
use crate::hold::{AboutChange, CaptainSettings, CrewChange, CrewMember, Hold, Quota, Standing};

/// Members read at a time.
const PAGE: u16 = 500;

/// Runs a [`Hold`] by calling it. The hold checks every right itself.
#[derive(Clone)]
pub struct LocalAdmin {
    pub(super) hold: Hold,
    configured: Configured,
    storage: &'static str,
    pub(super) upkeep: Upkeep,
}

impl LocalAdmin {
    /// For `hold`, of which the operator said `configured`, and which keeps its blobs in `storage`.
    pub const fn new(
        hold: Hold,
        configured: Configured,
        storage: &'static str,
        upkeep: Upkeep,
    ) -> Self {
        Self {
            hold,
            configured,
            storage,
            upkeep,
        }
    }
}

#[async_trait::async_trait]
impl HoldAdmin for LocalAdmin {
    fn did(&self) -> &Did {
        self.hold.did()
    }

    fn endpoint(&self) -> &Url {
        self.hold.identity().public_url()
    }

    fn configured(&self) -> Option<&Configured> {
        Some(&self.configured)
    }

    async fn health(&self) -> Result<HoldHealth, HoldAdminError> {
        Ok(HoldHealth {
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            storage: Some(self.storage.to_owned()),
        })
    }

    async fn about(&self) -> Result<HoldAbout, HoldAdminError> {
        let captain = self.hold.load_captain_record().await?;
        let profile = self.hold.find_profile().await?.unwrap_or_default();
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
        Ok(self.hold.standing(person).await?)
    }

    async fn list_crew(&self) -> Result<Vec<CrewMember>, HoldAdminError> {
        let mut crew: Vec<CrewMember> = Vec::new();
        loop {
            let after = crew.last().map(|member| member.did.clone());
            let page = self.hold.list_crew(after.as_ref(), PAGE).await?;
            if page.is_empty() || crew.len() >= MOST_CREW {
                crew.truncate(MOST_CREW);
                return Ok(crew);
            }
            crew.extend(page);
        }
    }

    async fn find_crew_member(&self, member: &Did) -> Result<Option<CrewMember>, HoldAdminError> {
        Ok(self.hold.find_crew_member(member).await?)
    }

    async fn set_crew_member(
        &self,
        by: &HoldUser,
        member: &Did,
        change: CrewChange,
    ) -> Result<(), HoldAdminError> {
        self.hold.set_crew_member(&by.did, member, change).await?;
        Ok(())
    }

    async fn remove_crew_member(&self, by: &HoldUser, member: &Did) -> Result<(), HoldAdminError> {
        self.hold.remove_crew_member(&by.did, member).await?;
        Ok(())
    }

    async fn request_crew(&self, person: &HoldUser) -> Result<(), HoldAdminError> {
        self.hold.request_crew(&person.did, None, &[]).await?;
        Ok(())
    }

    async fn tiers(&self) -> Result<TierList, HoldAdminError> {
        let tiers = self.hold.tiers();
        Ok(TierList {
            tiers: tiers.all().to_vec(),
            default: tiers.of(None).map(|tier| tier.name.clone()),
        })
    }

    async fn quota_of(&self, person: &Did) -> Result<Quota, HoldAdminError> {
        Ok(self.hold.quota_of(person).await?)
    }

    async fn change_settings(
        &self,
        by: &HoldUser,
        change: SettingsChange,
    ) -> Result<(), HoldAdminError> {
        let settings = CaptainSettings {
            public: change.public,
            allow_all_crew: change.allow_all_crew,
            enable_bluesky_posts: change.enable_bluesky_posts,
        };
        let about = AboutChange {
            region: change.region,
            provider: change.provider,
            display_name: change.display_name,
            description: change.description,
        };
        self.hold.change_about(&by.did, settings, about).await?;
        Ok(())
    }

    async fn offer_captaincy(&self, by: &HoldUser, member: &Did) -> Result<(), HoldAdminError> {
        Ok(self.hold.offer_captaincy(&by.did, member).await?)
    }

    async fn withdraw_captaincy(&self, by: &HoldUser) -> Result<(), HoldAdminError> {
        self.hold.withdraw_captaincy(&by.did).await?;
        Ok(())
    }

    async fn captaincy_offered_to(&self, by: &HoldUser) -> Result<Option<Did>, HoldAdminError> {
        Ok(self.hold.captaincy_offer_for(&by.did).await?)
    }

    async fn accept_captaincy(&self, by: &HoldUser) -> Result<(), HoldAdminError> {
        self.hold.accept_captaincy(&by.did).await?;
        Ok(())
    }
}
