//! The settings of a hold.

use app::api::error::PageError;
use app::api::hold::settings::{HoldSettingsForm, HoldSettingsPage, HoldSettingsSource};
use app::api::hold::{ForThose, Whom};

use super::{HoldPages, refused};
use crate::clients::hold_admin::{HoldAbout, SettingsChange};
use crate::handlers::form::Form;
use crate::hold::Standing;

#[async_trait::async_trait]
impl HoldSettingsSource for HoldPages {
    async fn settings(&self, did: &str) -> Result<ForThose<HoldSettingsPage>, PageError> {
        let opened = self.open(did).await?;
        if opened.standing != Standing::Captain {
            return Ok(refused(opened.head, Whom::Captain));
        }
        let configured = opened.admin.configured();
        Ok(ForThose::Allowed(HoldSettingsPage {
            form: self
                .outcome
                .settings
                .clone()
                .unwrap_or_else(|| form_of(opened.about)),
            configured: configured
                .map(|configured| configured.settings.clone())
                .unwrap_or_default(),
            head: opened.head,
        }))
    }
}

fn form_of(about: HoldAbout) -> HoldSettingsForm {
    HoldSettingsForm {
        public: about.public,
        open_registration: about.allow_all_crew,
        bluesky_posts: about.enable_bluesky_posts,
        display_name: about.display_name.unwrap_or_default(),
        description: about.description.unwrap_or_default(),
        region: about.region.unwrap_or_default(),
        provider: about.provider.unwrap_or_default(),
    }
}

/// The form as it was sent.
pub(super) fn read(form: &Form) -> HoldSettingsForm {
    let text = |name| {
        let text = form.find(name).unwrap_or_default().trim();
        // Browsers send line ends as HTTP has them.
        text.replace("\r\n", "\n")
    };
    HoldSettingsForm {
        public: form.find("public").is_some(),
        open_registration: form.find("open_registration").is_some(),
        bluesky_posts: form.find("bluesky_posts").is_some(),
        display_name: text("display_name"),
        description: text("description"),
        region: text("region"),
        provider: text("provider"),
    }
}

/// What the form changes: all that it says.
pub(super) fn change(form: &HoldSettingsForm) -> SettingsChange {
    SettingsChange {
        public: Some(form.public),
        allow_all_crew: Some(form.open_registration),
        enable_bluesky_posts: Some(form.bluesky_posts),
        region: Some(form.region.clone()),
        provider: Some(form.provider.clone()),
        display_name: Some(form.display_name.clone()),
        description: Some(form.description.clone()),
    }
}
