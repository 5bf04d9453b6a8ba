//! What an owner decides about a repository.

use app::api::repository::owner::{
    DeletionCard, Progress as ShownProgress, RuleForm, SettingsPage,
};
use app::{routes, t};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use lexicon::{Retention, RetentionRule};

use super::edit::parse_version;
use super::{OwnerPages, OwnerState, Sender, problem};
use crate::handlers::form::Form;
use crate::handlers::web::views;
use crate::repositories::{Deletion, OwnedRepository, OwnerError, Progress};

/// Empty rows for further rules.
const EMPTY_ROWS: usize = 2;

/// What became of a form that was not saved.
#[derive(Clone)]
struct Outcome {
    problem: String,
    /// What was typed, unless the record is another one by now.
    typed: Option<Typed>,
}

/// What was typed.
#[derive(Clone)]
enum Typed {
    Immutable(String),
    Retention {
        rules: Vec<RuleForm>,
        untagged_after_days: String,
        enabled: bool,
    },
}

pub(super) async fn page(pages: &OwnerPages, name: &str) -> Result<SettingsPage, OwnerError> {
    let state = &pages.state;
    let owned = state.open(&pages.signed_in, name).await?;
    let draft = state.repositories.load_settings(&owned).await?;
    let history = state.repositories.list_deletions(&owned).await?;
    let now = state.repositories.now_millis();
    let version = draft.version.map(|version| version.to_string());
    let mut page = SettingsPage {
        repository: state.named(&pages.signed_in, &owned).await,
        immutable_tags: draft.immutable_tags.join("\n"),
        rules: draft.retention.rules.iter().map(rule_form).collect(),
        untagged_after_days: number(draft.retention.untagged_after_days),
        enabled: draft.retention.enabled,
        version: version.unwrap_or_default(),
        done: match pages.parts.uri.query() {
            Some("done=immutable") => Some(t!("immutable-saved")),
            Some("done=retention") => Some(t!("retention-saved")),
            _ => None,
        },
        problem: None,
        history: history
            .into_iter()
            .map(|deletion| card(deletion, now))
            .collect(),
    };
    if let Some(outcome) = pages.parts.extensions.get::<Outcome>() {
        page.problem = Some(outcome.problem.clone());
        match outcome.typed.clone() {
            Some(Typed::Immutable(patterns)) => page.immutable_tags = patterns,
            Some(Typed::Retention {
                rules,
                untagged_after_days,
                enabled,
            }) => {
                page.rules = rules;
                page.untagged_after_days = untagged_after_days;
                page.enabled = enabled;
            }
            None => {}
        }
    }
    let rows = page.rules.len() + EMPTY_ROWS;
    page.rules.resize(rows, RuleForm::default());
    Ok(page)
}

/// `POST /r/<name>/-/settings`: saves the patterns or the rules.
pub(super) async fn receive(
    state: &OwnerState,
    sender: Sender,
    name: &str,
    request: Request,
) -> Response {
    let form = match Form::read_of(&sender.signed_in, request.into_body()).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let address = routes::repository_settings(name);
    let owned = match state.open(&sender.signed_in, name).await {
        Ok(owned) => owned,
        Err(error) => return sender.show(&address, problem(&error).0, ()).await,
    };
    let (typed, done) = if form.find("save") == Some("retention") {
        (read_rules(&form), "retention")
    } else {
        let patterns = form.find("immutable_tags").unwrap_or_default();
        let patterns = patterns.replace("\r\n", "\n");
        (Typed::Immutable(patterns), "immutable")
    };
    match save(state, &owned, &form, &typed).await {
        Ok(()) => Redirect::to(&format!("{address}?done={done}")).into_response(),
        Err(error) => {
            let (status, words) = problem(&error);
            let is_conflict = matches!(error, OwnerError::Changed);
            let outcome = Outcome {
                problem: words,
                typed: (!is_conflict).then_some(typed),
            };
            sender.show(&address, status, outcome).await
        }
    }
}

async fn save(
    state: &OwnerState,
    owned: &OwnedRepository,
    form: &Form,
    typed: &Typed,
) -> Result<(), OwnerError> {
    let version = parse_version(form.find("version").unwrap_or_default())?;
    let mut draft = state.repositories.load_settings(owned).await?;
    if draft.version != version {
        return Err(OwnerError::Changed);
    }
    match typed {
        Typed::Immutable(patterns) => {
            let patterns = patterns.lines().map(str::trim);
            draft.immutable_tags = patterns
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect();
        }
        Typed::Retention {
            rules,
            untagged_after_days,
            enabled,
        } => {
            draft.retention = Retention {
                enabled: *enabled,
                rules: rules.iter().map(rule).collect::<Result<_, _>>()?,
                untagged_after_days: parse_number(untagged_after_days)?,
            };
        }
    }
    state.repositories.save_settings(owned, &draft).await
}

fn read_rules(form: &Form) -> Typed {
    let rows = form
        .all("rule_tags")
        .zip(form.all("rule_keep"))
        .zip(form.all("rule_days"));
    let rules = rows
        .map(|((tags, keep), days)| RuleForm {
            tags: tags.trim().to_owned(),
            keep_newest: keep.trim().to_owned(),
            older_than_days: days.trim().to_owned(),
        })
        .filter(|rule| *rule != RuleForm::default())
        .collect();
    Typed::Retention {
        rules,
        untagged_after_days: form
            .find("untagged_after_days")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        enabled: form.find("enabled").is_some(),
    }
}

fn rule(form: &RuleForm) -> Result<RetentionRule, OwnerError> {
    Ok(RetentionRule {
        tags: form.tags.clone(),
        keep_newest: parse_number(&form.keep_newest)?,
        older_than_days: parse_number(&form.older_than_days)?,
    })
}

fn rule_form(rule: &RetentionRule) -> RuleForm {
    RuleForm {
        tags: rule.tags.clone(),
        keep_newest: number(rule.keep_newest),
        older_than_days: number(rule.older_than_days),
    }
}

fn number(number: Option<u32>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn parse_number(text: &str) -> Result<Option<u32>, OwnerError> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| OwnerError::Invalid {
            reason: t!("retention-no-number", typed = text.to_owned()),
        }),
    }
}

/// A deletion as lists show it.
pub(super) fn card(deletion: Deletion, now: i64) -> DeletionCard {
    DeletionCard {
        cause: deletion.cause.as_str().to_owned(),
        progress: match deletion.progress {
            Progress::Running => ShownProgress::Running,
            Progress::Done => ShownProgress::Done,
            Progress::Stopped => ShownProgress::Stopped,
        },
        problem: deletion.problem,
        started: views::moment(deletion.started_at, now),
        tags: deletion.tags,
        manifests: deletion.manifests,
        steps: deletion.steps,
        freed: deletion.freed,
        id: deletion.id,
    }
}
