//! Docker's own configuration: which registries it asks this program about.

use serde_json::{Map, Value};

use crate::accounts::Accounts;
use crate::command_line::ConfigureDockerArguments;
use crate::environment::Environment;
use crate::error::HelperError;
use crate::private_file;
use crate::registry_address::RegistryAddress;

/// The name of this program behind `docker-credential-`.
const NAME: &str = "longshore";

/// `configure-docker`: adds `credHelpers` entries and leaves everything else in the file as it is.
pub fn configure(
    environment: &Environment,
    arguments: &ConfigureDockerArguments,
) -> Result<(), HelperError> {
    let registries = if arguments.registries.is_empty() {
        let accounts = Accounts::load(environment)?;
        if accounts.registries.is_empty() {
            return Err(HelperError::WhichRegistry { known: Vec::new() });
        }
        accounts.registries.into_keys().collect()
    } else {
        arguments.registries.clone()
    };
    let registries = registries
        .iter()
        .map(|name| name.parse())
        .collect::<Result<Vec<RegistryAddress>, _>>()?;
    // Where the file is a link to one in a repository of settings, that one is changed.
    let path = environment.docker_config_file()?;
    let path = path.canonicalize().unwrap_or(path);
    let _lock = private_file::lock(&path)?;
    let bad_file = |source| HelperError::BadFile {
        path: path.clone(),
        source,
    };
    let before = match private_file::read(&path)? {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(bad_file)?,
        None => Map::new(),
    };
    let after = with_entries(before.clone(), &registries)
        .map_err(|reason| bad_file(serde::de::Error::custom(reason)))?;
    if after != before {
        let text = serde_json::to_vec_pretty(&after).expect("JSON is JSON");
        private_file::write(&path, &text)?;
    }
    for registry in registries {
        println!(
            "docker asks {NAME} for credentials of {registry} ({}).",
            path.display()
        );
    }
    Ok(())
}

fn with_entries(
    mut configuration: Map<String, Value>,
    registries: &[RegistryAddress],
) -> Result<Map<String, Value>, &'static str> {
    let helpers = configuration
        .entry("credHelpers")
        .or_insert_with(|| Value::Object(Map::new()));
    let helpers = helpers
        .as_object_mut()
        .ok_or("credHelpers is not an object")?;
    for registry in registries {
        helpers.insert(registry.to_string(), NAME.into());
    }
    // An older login in the file would come first with some clients.
    if let Some(auths) = configuration
        .get_mut("auths")
        .and_then(Value::as_object_mut)
    {
        for registry in registries {
            auths.remove(registry.as_str());
        }
    }
    Ok(configuration)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn configured(before: &Value) -> Result<Value, &'static str> {
        let registries = ["registry.example".parse().unwrap()];
        with_entries(before.as_object().unwrap().clone(), &registries).map(Value::Object)
    }

    #[test]
    fn everything_else_in_the_file_stays() {
        let before = json!({
            "auths": { "other.example": {}, "registry.example": { "auth": "old" } },
            "credHelpers": { "ghcr.io": "gh" },
            "credsStore": "desktop",
            "unknown": [1, 2.5, null],
        });
        let after = json!({
            "auths": { "other.example": {} },
            "credHelpers": { "ghcr.io": "gh", "registry.example": "longshore" },
            "credsStore": "desktop",
            "unknown": [1, 2.5, null],
        });
        assert_eq!(configured(&before).unwrap(), after);
        assert_eq!(configured(&after).unwrap(), after, "and may be said twice");
    }

    #[test]
    fn a_file_of_another_shape_is_left_alone() {
        assert!(configured(&json!({ "credHelpers": ["longshore"] })).is_err());
    }
}
