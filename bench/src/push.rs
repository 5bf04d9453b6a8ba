//! The ways in which clients push.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use futures::future::try_join_all;

use crate::connection::{Answer, Connection};
use crate::image::{Blob, MANIFEST_TYPE};
use crate::subjects::Subject;

/// What docker's client writes at once into a stream of unknown length.
const STREAM_PIECE: usize = 32 * 1024;
/// The size of a chunk that is acknowledged on its own.
const CHUNK: usize = 10 * 1024 * 1024;

/// How the bytes of a blob come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// POST, then one PUT with everything, as skopeo and crane do for small blobs.
    Monolithic,
    /// POST, a PATCH of unknown length, PUT, as docker and podman do.
    Streamed,
    /// POST, a PATCH for each 10 MiB, PUT.
    Chunked,
}

/// Pushes one blob on `connection`.
pub async fn blob(
    connection: &mut Connection,
    subject: &Subject,
    blob: &Blob,
    manner: Manner,
) -> Result<()> {
    let start = format!("/v2/{}/blobs/uploads/", subject.repository);
    let mut upload = location(expect(
        request(connection, subject, "POST", &start, "", &[]).await?,
        202,
    )?)?;
    let last: &[u8] = match manner {
        Manner::Monolithic => &blob.bytes,
        Manner::Streamed => {
            upload = stream(connection, subject, &upload, &blob.bytes).await?;
            &[]
        }
        Manner::Chunked => {
            for (index, chunk) in blob.bytes.chunks(CHUNK).enumerate() {
                let first = index * CHUNK;
                let range = format!("content-range: {first}-{}\r\n", first + chunk.len() - 1);
                let answer = request(connection, subject, "PATCH", &upload, &range, chunk).await?;
                upload = location(expect(answer, 202)?)?;
            }
            &[]
        }
    };
    let mark = if upload.contains('?') { '&' } else { '?' };
    let end = format!("{upload}{mark}digest={}", blob.digest);
    expect(
        request(connection, subject, "PUT", &end, "", last).await?,
        201,
    )?;
    Ok(())
}

/// Pushes many blobs, on as many connections as there are groups.
pub async fn blobs(subject: &Subject, groups: &[&[Blob]]) -> Result<()> {
    try_join_all(groups.iter().map(|group| async {
        let mut connection = Connection::open(subject.address).await?;
        for one in *group {
            blob(&mut connection, subject, one, Manner::Monolithic).await?;
        }
        anyhow::Ok(())
    }))
    .await?;
    Ok(())
}

/// Pushes a manifest under a tag.
pub async fn manifest(
    connection: &mut Connection,
    subject: &Subject,
    tag: &str,
    manifest: &Blob,
) -> Result<()> {
    let path = format!("/v2/{}/manifests/{tag}", subject.repository);
    let kind = format!("content-type: {MANIFEST_TYPE}\r\n");
    expect(
        request(connection, subject, "PUT", &path, &kind, &manifest.bytes).await?,
        201,
    )?;
    Ok(())
}

async fn request(
    connection: &mut Connection,
    subject: &Subject,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> Result<Answer> {
    let head = subject.head(
        method,
        path,
        &format!("{headers}content-length: {}\r\n", body.len()),
    );
    connection.send(&head).await?;
    connection.send(body).await?;
    connection.read_answer().await
}

async fn stream(
    connection: &mut Connection,
    subject: &Subject,
    path: &str,
    body: &Bytes,
) -> Result<String> {
    connection
        .send(&subject.head("PATCH", path, "transfer-encoding: chunked\r\n"))
        .await?;
    let mut framed = Vec::with_capacity(STREAM_PIECE + 16);
    for piece in body.chunks(STREAM_PIECE) {
        framed.clear();
        framed.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        framed.extend_from_slice(piece);
        framed.extend_from_slice(b"\r\n");
        connection.send(&framed).await?;
    }
    connection.send(b"0\r\n\r\n").await?;
    location(expect(connection.read_answer().await?, 202)?)
}

fn expect(answer: Answer, status: u16) -> Result<Answer> {
    ensure!(
        answer.status == status,
        "expected {status}, got {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(answer)
}

/// Where to go on, as a path: docker-registry names its host.
fn location(answer: Answer) -> Result<String> {
    let location = answer.location.context("an answer has no Location")?;
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |start| &rest[start..]),
        None => &location,
    };
    Ok(path.to_owned())
}
