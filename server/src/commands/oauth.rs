//! `longshore oauth …`: the client's keys, and signing people out.

use std::fmt::Write as _;

use atproto::syntax::Did;

use crate::accounts::oauth::{ClientKeysError, rotate};
use crate::cli::OAuthCommand;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, DatabaseError};
use crate::start::{self, StartError};

/// A command that was not done.
#[derive(Debug, thiserror::Error)]
pub enum OAuthCommandError {
    /// The database cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A statement failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
    /// The file of keys cannot be used.
    #[error(transparent)]
    Keys(#[from] ClientKeysError),
    /// There are no keys to rotate.
    #[error(
        "a server on a loopback address has no OAuth keys; LONGSHORE_PUBLIC_URL says that this is one"
    )]
    NoKeys,
}

/// Does what was asked and returns what to print.
pub async fn run(config: &Config, command: &OAuthCommand) -> Result<String, OAuthCommandError> {
    let database = start::open_database(config).await?;
    let outcome = match command {
        OAuthCommand::RotateKey { leaked } => rotate_key(config, &database, *leaked).await,
        OAuthCommand::SignOut {
            person,
            with_tokens,
        } => sign_out(&database, person.as_ref(), *with_tokens).await,
    };
    database.close().await;
    outcome
}

async fn rotate_key(
    config: &Config,
    database: &Database,
    leaked: bool,
) -> Result<String, OAuthCommandError> {
    if config.http.public_url.is_loopback() {
        return Err(OAuthCommandError::NoKeys);
    }
    let in_use = database.list_oauth_client_key_ids().await?;
    let now = Clock::System.now_millis();
    let rotation = rotate(&config.oauth.client_keys_path, now, &in_use, leaked)?;
    let mut ended = 0;
    if leaked {
        for key_id in &rotation.removed {
            ended += database.end_oauth_sessions_of_client_key(key_id).await?;
        }
    }
    let mut text = format!("Added the key {}.\n", rotation.added);
    let mut line = |what: &str, keys: &[String]| {
        for key in keys {
            writeln!(text, "{what} the key {key}.")
                .expect("a text takes all that is written to it");
        }
    };
    line("Kept, for the sessions opened with it,", &rotation.kept);
    line("Removed", &rotation.removed);
    text.push_str(if leaked {
        "The new key signs at once. Everybody who had signed in through the browser has to sign in again"
    } else {
        "Running servers publish the new key at once and sign with it in fifteen minutes. Run this again later to \
         remove old keys that no session uses any more"
    });
    if ended > 0 {
        write!(text, " ({ended} sessions ended)").expect("a text takes all that is written to it");
    }
    text.push_str(".\n");
    Ok(text)
}

async fn sign_out(
    database: &Database,
    person: Option<&Did>,
    with_tokens: bool,
) -> Result<String, OAuthCommandError> {
    let ended = database.sign_out(person, with_tokens).await?;
    let who = person.map_or("everybody", Did::as_str);
    let (browsers, sessions) = (ended.browsers, ended.oauth_sessions);
    let mut text = format!("Signed {who} out of {browsers} browsers: {sessions} sessions ended.\n");
    if with_tokens {
        let (tokens, logins) = (ended.access_tokens, ended.password_sessions);
        writeln!(
            text,
            "Revoked {tokens} access tokens, and ended {logins} logins with app passwords."
        )
        .expect("a text takes all that is written to it");
    }
    Ok(text)
}
