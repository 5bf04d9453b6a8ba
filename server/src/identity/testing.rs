//! A directory for tests that answers from memory and counts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use atproto::identity::DidDocument;
use atproto::syntax::{Did, Handle};
use serde_json::json;

use super::{Directory, IdentityError};
use crate::db::{Database, DatabaseLocation};

#[derive(Default)]
pub(crate) struct FakeDirectory {
    documents: Mutex<HashMap<Did, DidDocument>>,
    handles: Mutex<HashMap<Handle, Did>>,
    /// Everything is unreachable.
    pub(crate) down: std::sync::atomic::AtomicBool,
    /// Handles are unreachable.
    pub(crate) dns_down: std::sync::atomic::AtomicBool,
    look_ups: AtomicUsize,
}

impl FakeDirectory {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// An account whose document claims `aliases` and whose PDS is at `pds`.
    pub(crate) fn add_account(&self, did: &str, aliases: &[&str], pds: &str) {
        let document = json!({
            "id": did,
            "alsoKnownAs": aliases.iter().map(|alias| format!("at://{alias}")).collect::<Vec<_>>(),
            "verificationMethod": [{
                "id": format!("{did}#atproto"),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": "zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF",
            }],
            "service": [{
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": pds,
            }],
        });
        self.add_document(did, did, &document);
    }

    /// Serves for `did` a document that says it is of `id`.
    pub(crate) fn add_document(&self, did: &str, id: &str, document: &serde_json::Value) {
        let document = DidDocument::parse(document.to_string().as_bytes(), &id.parse().unwrap());
        self.documents
            .lock()
            .unwrap()
            .insert(did.parse().unwrap(), document.unwrap());
    }

    pub(crate) fn point_handle(&self, handle: &str, did: &str) {
        self.handles
            .lock()
            .unwrap()
            .insert(handle.parse().unwrap(), did.parse().unwrap());
    }

    /// Requests for documents and handles so far.
    pub(crate) fn look_ups(&self) -> usize {
        self.look_ups.load(Ordering::SeqCst)
    }

    async fn count(&self, unreachable: bool) -> Result<(), IdentityError> {
        self.look_ups.fetch_add(1, Ordering::SeqCst);
        // Lets everybody else in before there is an answer.
        tokio::task::yield_now().await;
        if unreachable {
            return Err(IdentityError::Unreachable {
                what: "the fake directory".to_owned(),
            });
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Directory for FakeDirectory {
    async fn fetch_document(&self, did: &Did) -> Result<Option<DidDocument>, IdentityError> {
        self.count(self.down.load(Ordering::SeqCst)).await?;
        Ok(self.documents.lock().unwrap().get(did).cloned())
    }

    async fn resolve_handle(&self, handle: &Handle) -> Result<Option<Did>, IdentityError> {
        let down = self.down.load(Ordering::SeqCst) || self.dns_down.load(Ordering::SeqCst);
        self.count(down).await?;
        Ok(self.handles.lock().unwrap().get(handle).cloned())
    }
}

/// A migrated SQLite database in a folder that goes when it is dropped.
pub(crate) async fn open_database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let location = DatabaseLocation::Sqlite(folder.path().join("test.db"));
    let database = Database::connect(&location).await.unwrap();
    database.migrate().await.unwrap();
    (folder, database)
}
