//! The text that explains an archive to whoever opens it, in years too.

use std::fmt::Write as _;

use chrono::SecondsFormat;

use super::documents::component;
use super::export::file_name;
use super::{Missing, PersonalDataParts, UsedHold};
use crate::identity::Identity;

const FILES: &str = "\
account.json     who you are, where you are signed in, your access tokens and devices (none of their secrets)
registry.json    your repositories with their manifests and tags, and the at:// addresses of their records
blobs.json       every blob of your images: digest, size, the hold it lies in, and where to fetch it
records/         your own records of images, tags, settings and stars, as your server has them, one file a collection
repo.car         your whole repo at your own server, signed (https://atproto.com/specs/repository#car-file-serialization)
holds/           what each hold keeps about you: membership, layers, counters, posts
";

const FETCH: &str = "\
Nothing here needs Longshore to be read: the files are text in JSON, and repo.car opens with any tool of the AT Protocol.

The bytes of your images are not in here, they may be many gigabytes. To take an image along whole, copy it with any
client of container registries, for example:

    skopeo copy docker://HOST/NAME:TAG oci:FOLDER:TAG

A blob alone is fetched by its address in blobs.json; its name is the SHA-256 of its bytes, so you can check what you get:

    curl -LO ADDRESS && sha256sum FILE
";

/// The text.
pub(super) fn text(
    parts: &PersonalDataParts,
    identity: &Identity,
    holds: &[UsedHold],
    missing: &[Missing],
) -> String {
    let host = parts.public_url.as_str().trim_end_matches('/');
    let now = parts.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut text = format!(
        "Everything that {host} and the holds you use keep about you\n\nMade for {} ({})\nat {now}\n\n{FILES}\n{FETCH}\n",
        component(identity),
        identity.did,
    );
    let _ = writeln!(text, "Holds that were asked:\n");
    for hold in holds {
        let did = hold.did.as_str();
        let failed = missing.iter().find(|missing| missing.place == did);
        let outcome = match failed {
            Some(missing) => format!("MISSING. {}", missing.reason),
            None => format!("holds/{}.json", file_name(did)),
        };
        let _ = writeln!(text, "    {did}: {outcome}");
    }
    let others: Vec<&Missing> = missing
        .iter()
        .filter(|missing| holds.iter().all(|hold| hold.did.as_str() != missing.place))
        .collect();
    if !others.is_empty() {
        let _ = writeln!(text, "\nAlso missing:\n");
        for missing in others {
            let _ = writeln!(text, "    {}: {}", missing.place, missing.reason);
        }
    }
    text
}
