//! `longshore hold settings …`: what the captain record says.

use std::fmt::Write as _;

use super::{HoldCommandError, Quarters};
use crate::cli::HoldSettingsCommand;
use crate::hold::CaptainSettings;

pub(super) async fn run(
    quarters: &Quarters<'_>,
    command: &HoldSettingsCommand,
) -> Result<String, HoldCommandError> {
    if let HoldSettingsCommand::Set {
        public,
        allow_all_crew,
        bluesky_posts,
    } = command
    {
        let settings = CaptainSettings {
            public: *public,
            allow_all_crew: *allow_all_crew,
            enable_bluesky_posts: *bluesky_posts,
        };
        let Quarters { hold, captain, .. } = quarters;
        hold.change_settings(captain, settings).await?;
    }
    show(quarters).await
}

/// One decision in one line; with a word about those that the next start would undo.
async fn show(quarters: &Quarters<'_>) -> Result<String, HoldCommandError> {
    let now = quarters.hold.captain().await?;
    let config = quarters.hold_config;
    let mut text = String::new();
    for (name, value, setting, given) in [
        ("public", now.public, "HOLD_PUBLIC", config.public),
        (
            "allow-all-crew",
            now.allow_all_crew,
            "HOLD_ALLOW_ALL_CREW",
            config.allow_all_crew,
        ),
        (
            "bluesky-posts",
            now.enable_bluesky_posts,
            "HOLD_BLUESKY_POSTS",
            config.bluesky_posts,
        ),
    ] {
        write!(text, "{name}\t{value}").expect("a text takes text");
        if let Some(given) = given.filter(|given| *given != value) {
            write!(
                text,
                "\t({setting} is {given} and wins at the next start; change it there)"
            )
            .expect("a text takes text");
        }
        text.push('\n');
    }
    Ok(text)
}
