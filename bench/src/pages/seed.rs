//! Repositories with many tags.
//!
//! Images are pushed as docker does it. Of their tags the first is pushed too; the others are records that are
//! written to the owner's PDS, 200 in a commit, as other software may do it: the server finds them when it lists the
//! owner's records. In docker-registry they are files, which is what it lists. Pushing each of ten thousand tags would
//! measure nothing and take a quarter of an hour.

use anyhow::Result;
use serde_json::{Value, json};

use super::REPOSITORIES;
use crate::connection::Connection;
use crate::image::{self, Blob, SMALL_BYTES};
use crate::push;
use crate::repo::Pds;
use crate::subjects::Subjects;

/// Different images of a repository; its tags take turns with them. A page of tags has each once.
const IMAGES: usize = 50;

/// Makes all of them, in both registries.
pub(super) async fn repositories(subjects: &mut Subjects) -> Result<()> {
    let pds = Pds::new(&subjects.longshore.network.alice).await?;
    for (repository, tags, _) in REPOSITORIES {
        eprintln!("{tags} tags for {repository}");
        subjects.enter(repository).await?;
        let images = push_images(subjects, repository, tags.min(IMAGES)).await?;
        let records: Vec<Value> = (1..tags)
            .map(|number| record(&pds.did, repository, number, &images))
            .collect();
        pds.write(&records).await?;
        let tags =
            (1..tags).map(|number| (tag(number), images[number % images.len()].digest.as_str()));
        subjects.distribution.place_tags(tags)?;
    }
    Ok(())
}

/// Pushes images that differ in their configs; the first gets the first tag.
async fn push_images(subjects: &Subjects, repository: &str, count: usize) -> Result<Vec<Blob>> {
    let layers: Vec<Blob> = (2..7).map(|seed| Blob::random(SMALL_BYTES, seed)).collect();
    let configs: Vec<Blob> = (0..count)
        .map(|number| config(repository, number))
        .collect();
    let images: Vec<Blob> = configs
        .iter()
        .map(|config| image::manifest(config, &layers))
        .collect();
    for subject in subjects.registries() {
        push::blobs(subject, &[&layers, &configs]).await?;
        let mut connection = Connection::open(subject.address).await?;
        for (number, image) in images.iter().enumerate() {
            let reference = if number == 0 {
                tag(0)
            } else {
                image.digest.clone()
            };
            push::manifest(&mut connection, subject, &reference, image).await?;
        }
    }
    Ok(images)
}

fn tag(number: usize) -> String {
    format!("1.{}.{}", number / 100, number % 100)
}

/// The config of an image, as far as pages look at it.
fn config(repository: &str, number: usize) -> Blob {
    let architecture = ["amd64", "arm64"][number % 2];
    let config = json!({
        "created": format!("2026-01-01T00:00:{:02}Z", number % 60),
        "architecture": architecture,
        "os": "linux",
        "config": { "Labels": { "org.opencontainers.image.title": repository } },
        "rootfs": { "type": "layers", "diff_ids": [] },
        "history": [],
    });
    Blob::of(config.to_string().into_bytes())
}

/// A tag as its record in the owner's repo.
fn record(did: &str, repository: &str, number: usize, images: &[Blob]) -> Value {
    let digest = &images[number % images.len()].digest;
    let hex = digest.trim_start_matches("sha256:");
    let (path, tag) = (
        repository.split('/').nth(1).unwrap_or_default(),
        tag(number),
    );
    json!({
        "$type": "com.atproto.repo.applyWrites#create",
        "collection": "io.atcr.tag",
        "rkey": format!("{path}_{tag}"),
        "value": {
            "$type": "io.atcr.tag",
            "repository": path,
            "tag": tag,
            "manifest": format!("at://{did}/io.atcr.manifest/{hex}"),
            "manifestDigest": digest,
            "createdAt": "2026-01-01T00:00:00.000Z",
            "updatedAt": "2026-01-01T00:00:00.000Z",
        },
    })
}
