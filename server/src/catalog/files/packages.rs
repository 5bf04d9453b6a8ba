//! Which packages an image has, from the databases of dpkg and apk and the lists that rpm-based images carry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Package databases larger than this are not read; those of whole distributions have some ten megabytes.
pub const MAX_DATABASE_BYTES: u64 = 32 * 1024 * 1024;

/// The packages of one system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageList {
    /// `dpkg`, `apk` or `rpm`.
    pub manager: String,
    /// Versions by name.
    pub packages: BTreeMap<String, String>,
}

/// How a package database is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageDatabase {
    /// `var/lib/dpkg/status`, or one file for each package in images without a shell.
    Dpkg,
    /// `lib/apk/db/installed`.
    Apk,
    /// `var/lib/rpmmanifest/container-manifest-2`: tab-separated name, version and more.
    RpmManifest,
}

impl PackageDatabase {
    /// What lies at a path.
    pub fn at(path: &str) -> Option<Self> {
        match path {
            "var/lib/dpkg/status" => Some(Self::Dpkg),
            "lib/apk/db/installed" | "usr/lib/apk/db/installed" => Some(Self::Apk),
            "var/lib/rpmmanifest/container-manifest-2" => Some(Self::RpmManifest),
            _ => path
                .strip_prefix("var/lib/dpkg/status.d/")
                .filter(|name| !name.contains('.') || !name.ends_with(".md5sums"))
                .map(|_| Self::Dpkg),
        }
    }

    /// Adds what a database lists.
    pub fn read_into(self, content: &[u8], list: &mut Option<PackageList>) {
        let text = String::from_utf8_lossy(content);
        let list = list.get_or_insert_with(PackageList::default);
        match self {
            Self::Dpkg => {
                "dpkg".clone_into(&mut list.manager);
                for paragraph in text.split("\n\n") {
                    read_paragraph(paragraph, "Package: ", "Version: ", &mut list.packages);
                }
            }
            Self::Apk => {
                "apk".clone_into(&mut list.manager);
                for paragraph in text.split("\n\n") {
                    read_paragraph(paragraph, "P:", "V:", &mut list.packages);
                }
            }
            Self::RpmManifest => {
                "rpm".clone_into(&mut list.manager);
                for line in text.lines() {
                    let mut fields = line.split('\t');
                    if let (Some(name), Some(version)) = (fields.next(), fields.next()) {
                        list.packages.insert(name.to_owned(), version.to_owned());
                    }
                }
            }
        }
    }
}

/// One package. dpkg also lists those that were removed and left their settings behind.
fn read_paragraph(
    paragraph: &str,
    name_field: &str,
    version_field: &str,
    packages: &mut BTreeMap<String, String>,
) {
    let field = |start: &str| paragraph.lines().find_map(|line| line.strip_prefix(start));
    let is_installed = field("Status: ").is_none_or(|status| status.ends_with(" installed"));
    if let (Some(name), Some(version)) = (field(name_field), field(version_field))
        && is_installed
    {
        packages.insert(name.trim().to_owned(), version.trim().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, content: &str) -> Vec<(String, String)> {
        let mut list = None;
        PackageDatabase::at(path)
            .unwrap()
            .read_into(content.as_bytes(), &mut list);
        list.unwrap().packages.into_iter().collect()
    }

    #[test]
    fn databases_of_three_managers_are_read() {
        let bash = vec![("bash".to_owned(), "5.2".to_owned())];
        let dpkg = "Package: bash\nStatus: install ok installed\nVersion: 5.2\n\n\
                    Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
        assert_eq!(read("var/lib/dpkg/status", dpkg), bash);
        assert_eq!(
            read(
                "var/lib/dpkg/status.d/bash",
                "Package: bash\nVersion: 5.2\n"
            ),
            bash
        );
        assert_eq!(read("lib/apk/db/installed", "C:x\nP:bash\nV:5.2\n\n"), bash);
        assert_eq!(
            read("var/lib/rpmmanifest/container-manifest-2", "bash\t5.2\tx\n"),
            bash
        );
        assert_eq!(PackageDatabase::at("etc/passwd"), None);
    }
}
