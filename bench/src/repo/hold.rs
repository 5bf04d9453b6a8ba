//! The repo of a hold. What fills it is what fills it in life: notices of manifests, with one record for each layer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::pds::Pds;
use super::xrpc::{self, request};
use crate::connection::Connection;
use crate::image::Blob;
use crate::push;
use crate::subjects::Longshore;

/// Layers of a manifest. With the record that counts the push, they make five full commits.
const LAYERS: usize = 999;
const NOTIFY: &str = "io.atcr.hold.notifyManifest";
const CREATE: &str = "com.atproto.repo.createRecord";

/// A hold, and its captain at their PDS.
pub struct Hold {
    pub address: SocketAddr,
    pub did: String,
    captain: Pds,
    layers: Vec<Blob>,
}

impl Hold {
    /// Stores the layers, and logs the captain in.
    pub async fn new(longshore: &Longshore) -> Result<Self> {
        let address = longshore.subject.address;
        let describe = "com.atproto.server.describeServer";
        let describe = request(address, "GET", describe, None, None);
        let answer = xrpc::call(&mut Connection::open(address).await?, &describe).await?;
        let did = answer["did"].as_str().context("the hold has no DID")?;
        let layers: Vec<Blob> = (0..LAYERS as u64)
            .map(|number| Blob::random(64, 77_000_000 + number))
            .collect();
        push::blobs(&longshore.subject, &[&layers]).await?;
        Ok(Self {
            address,
            did: did.to_owned(),
            captain: Pds::new(&longshore.network.alice).await?,
            layers,
        })
    }

    async fn procedure(
        &self,
        pds: &mut Connection,
        method: &str,
        input: &Value,
    ) -> Result<Vec<u8>> {
        let token = self.captain.service_token(pds, &self.did, method).await?;
        let token = Some(token.as_str());
        Ok(request(self.address, "POST", method, token, Some(input)))
    }

    /// Requests that each write the same record, under another key.
    pub async fn create_records(&self, input: &Value, count: usize) -> Result<Vec<Vec<u8>>> {
        let mut pds = self.captain.connect().await?;
        let mut requests = Vec::with_capacity(count);
        for _ in 0..count {
            requests.push(self.procedure(&mut pds, CREATE, input).await?);
        }
        Ok(requests)
    }

    /// Writes layer records by notices of manifests.
    pub async fn fill(&self, records: usize) -> Result<Duration> {
        let mut pds = self.captain.connect().await?;
        let mut connection = Connection::open(self.address).await?;
        let mut spent = Duration::ZERO;
        let mut written = 0;
        while written < records {
            let layers = &self.layers[..LAYERS.min(records - written)];
            let input = self.notice(layers, written);
            let request = self.procedure(&mut pds, NOTIFY, &input).await?;
            let started = Instant::now();
            let answer = xrpc::call(&mut connection, &request).await?;
            spent += started.elapsed();
            ensure!(answer["layersCreated"] == layers.len(), "{answer}");
            written += layers.len();
        }
        Ok(spent)
    }

    fn notice(&self, layers: &[Blob], number: usize) -> Value {
        let layers: Vec<Value> = layers
            .iter()
            .map(|layer| {
                json!({
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": layer.digest,
                    "size": layer.bytes.len(),
                })
            })
            .collect();
        json!({
            "repository": "bench",
            "userDid": self.captain.did,
            "manifestDigest": format!("sha256:{number:064x}"),
            "manifest": {
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "layers": layers,
            },
            "operation": "push",
        })
    }
}
