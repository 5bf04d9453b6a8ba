//! The data folder, the key files in it, and the space below it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Check;
use crate::config::{BlobStoreConfig, Config, DidMethod};

const GIB: u64 = 1 << 30;
/// Below this a push or two fill the disk.
const LITTLE_SPACE: u64 = 5 * GIB;
/// Below this the database itself is in danger.
const NO_SPACE: u64 = GIB;

pub(super) async fn check(config: &Config) -> Vec<Check> {
    // Blobs in a bucket take no space here, but the database may.
    let grows = match &config.blob_store {
        BlobStoreConfig::Filesystem { root_dir } => root_dir,
        BlobStoreConfig::S3(_) => &config.server.data_dir,
    };
    vec![
        check_data_folder(&config.server.data_dir),
        check_keys(&key_files(config)),
        check_space(grows).await,
    ]
}

fn check_data_folder(path: &Path) -> Check {
    const NAME: &str = "data folder";
    let place = path.display();
    let Some(existing) = nearest_existing(path) else {
        return Check::failure(
            NAME,
            format!("{place} has no folder above it"),
            "set LONGSHORE_DATA_DIR",
        );
    };
    if !existing.is_dir() {
        return Check::failure(
            NAME,
            format!("{} is not a folder", existing.display()),
            "set LONGSHORE_DATA_DIR to a folder",
        );
    }
    if let Err(error) = try_write(&existing) {
        return Check::failure(
            NAME,
            format!("{} cannot be written to: {error}", existing.display()),
            "give it to the user who runs the server (chown), or set LONGSHORE_DATA_DIR",
        );
    }
    if existing != path {
        return Check::ok(
            NAME,
            format!("{place} is not there yet; the first start creates it"),
        );
    }
    match mode(path) {
        Ok(mode) if mode & 0o007 != 0 => Check::warning(
            NAME,
            format!("{place} is open to every user of this machine (mode {mode:03o})"),
            format!("chmod 700 {place}"),
        ),
        Ok(_) => Check::ok(NAME, format!("{place} can be written to")),
        Err(error) => Check::failure(
            NAME,
            format!("{place}: {error}"),
            "check the rights of the folders above it",
        ),
    }
}

fn key_files(config: &Config) -> Vec<PathBuf> {
    let mut files = vec![
        config.registry.token_key_path.clone(),
        config.registry.session_key_path.clone(),
    ];
    if let Some(hold) = &config.hold {
        let path = &hold.signing_key_path;
        files.push(if path.is_dir() {
            path.join("signing.key")
        } else {
            path.clone()
        });
        if hold.did_method == DidMethod::Plc {
            files.push(hold.rotation_key_path.clone());
        }
    }
    files
}

fn check_keys(files: &[PathBuf]) -> Check {
    const NAME: &str = "key files";
    let mut present = 0;
    for file in files {
        let place = file.display();
        match mode(file) {
            Ok(mode) if mode & 0o077 != 0 => {
                return Check::failure(
                    NAME,
                    format!("{place} can be read by others (mode {mode:03o})"),
                    format!("chmod 600 {place}; whoever could read it may have copied it"),
                );
            }
            Ok(_) => present += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Check::failure(
                    NAME,
                    format!("{place}: {error}"),
                    "give it to the user who runs the server",
                );
            }
        }
    }
    match files.len() - present {
        0 => Check::ok(NAME, format!("{present} files, for their owner only")),
        missing => Check::ok(
            NAME,
            format!("{present} there, {missing} to be created by the server"),
        ),
    }
}

async fn check_space(path: &Path) -> Check {
    const NAME: &str = "disk space";
    let advice = "free some, or set STORAGE_ROOT_DIR to a larger disk";
    let Some(existing) = nearest_existing(path) else {
        return Check::warning(
            NAME,
            "not measured: there is no such folder",
            "set STORAGE_ROOT_DIR",
        );
    };
    match free_space(&existing).await {
        None => Check::warning(
            NAME,
            "not measured: `df` gave no answer",
            "look at the free space yourself",
        ),
        Some(free) => {
            let seen = format!("{}.{} GiB free", free / GIB, free % GIB * 10 / GIB);
            match free {
                0..NO_SPACE => Check::failure(NAME, seen, advice),
                NO_SPACE..LITTLE_SPACE => Check::warning(NAME, seen, advice),
                _ => Check::ok(NAME, seen),
            }
        }
    }
}

/// Free bytes, as POSIX `df -P -k` says; the standard library has no call for it.
async fn free_space(path: &Path) -> Option<u64> {
    let output = tokio::process::Command::new("df")
        .arg("-P")
        .arg("-k")
        .arg(path)
        .output()
        .await
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    parse_df(&text)
}

/// The fourth column of the line below the head: available blocks of 1024 bytes.
fn parse_df(text: &str) -> Option<u64> {
    let blocks: u64 = text
        .lines()
        .nth(1)?
        .split_ascii_whitespace()
        .nth(3)?
        .parse()
        .ok()?;
    blocks.checked_mul(1024)
}

/// The path, or the nearest folder above it that is there.
fn nearest_existing(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let found = absolute
        .ancestors()
        .find(|folder| folder.exists())?
        .to_owned();
    // The path itself is given back as it was written.
    Some(if found == absolute {
        path.to_owned()
    } else {
        found
    })
}

fn mode(path: &Path) -> io::Result<u32> {
    Ok(path.metadata()?.permissions().mode() & 0o777)
}

fn try_write(folder: &Path) -> io::Result<()> {
    let trial = folder.join(format!(".longshore-doctor-{}", std::process::id()));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&trial)?;
    std::fs::remove_file(&trial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_data_folder_open_to_all_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        set_mode(folder.path(), 0o700);
        assert_eq!(check_data_folder(folder.path()).outcome, Outcome::Ok);
        set_mode(folder.path(), 0o755);
        let check = check_data_folder(folder.path());
        assert_eq!(check.outcome, Outcome::Warning);
        assert!(check.advice.unwrap().starts_with("chmod 700"));
    }

    #[test]
    fn a_data_folder_may_be_missing_but_not_a_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            check_data_folder(&folder.path().join("a/b")).outcome,
            Outcome::Ok
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(check_data_folder(file.path()).outcome, Outcome::Failure);
    }

    #[test]
    fn a_key_that_others_can_read_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("sessions.key");
        assert_eq!(check_keys(std::slice::from_ref(&key)).outcome, Outcome::Ok);
        std::fs::write(&key, "key").unwrap();
        set_mode(&key, 0o644);
        assert_eq!(
            check_keys(std::slice::from_ref(&key)).outcome,
            Outcome::Failure
        );
        set_mode(&key, 0o600);
        assert_eq!(check_keys(std::slice::from_ref(&key)).outcome, Outcome::Ok);
    }

    #[test]
    fn df_is_understood() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 40 60 40% /\n";
        assert_eq!(parse_df(text), Some(60 * 1024));
        assert_eq!(parse_df("df: no\n"), None);
    }
}
