//! What the services answer while they work.

use std::collections::HashMap;

use atproto::data::Cid;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::repo::Worth;
use super::{Fault, State};

const ANOTHER_DID: &str = "did:plc:anotheranotheranotherano";

/// A call with all it carries.
struct Call<'a> {
    state: &'a State,
    query: HashMap<String, String>,
    bearer: String,
    media_type: String,
    body: Vec<u8>,
    fault: Option<Fault>,
}

pub async fn call(
    state: &State,
    method: &str,
    request: Request<Body>,
    fault: Option<Fault>,
) -> Response {
    let (parts, body) = request.into_parts();
    let text = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let query = parts.uri.query().unwrap_or_default();
    let call = Call {
        state,
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        bearer: text(AUTHORIZATION).trim_start_matches("Bearer ").to_owned(),
        media_type: text(CONTENT_TYPE).to_owned(),
        body: to_bytes(body, 64 << 20).await.unwrap_or_default().to_vec(),
        fault,
    };
    match method {
        "plc" => call.did_document(&parts.uri.path()[1..]),
        "resolveHandle" => call.resolve_handle(),
        "createSession" => call.create_session(),
        "refreshSession" => call.refresh_session(),
        "getRecord" => call.get_record(),
        "listRecords" => call.list_records(),
        "getBlob" => call.get_blob(),
        "deleteSession" => json_answer(&json!({})),
        "uploadBlob" | "putRecord" | "deleteRecord" | "applyWrites" => match call.refusal() {
            Some(refusal) => refusal,
            None => call.write(method),
        },
        _ => error(501, "MethodNotImplemented"),
    }
}

impl Call<'_> {
    fn did_document(&self, did: &str) -> Response {
        let account = self.state.account.lock().unwrap().clone();
        if did != account.did {
            return StatusCode::NOT_FOUND.into_response();
        }
        json_answer(&json!({
            "id": if self.fault == Some(Fault::WrongDid) { ANOTHER_DID } else { did },
            "alsoKnownAs": [format!("at://{}", account.handle)],
            "service": [{
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": self.state.origin,
            }],
        }))
    }

    fn resolve_handle(&self) -> Response {
        let account = self.state.account.lock().unwrap().clone();
        if self.query.get("handle") != Some(&account.handle) {
            return error(400, "HandleNotFound");
        }
        json_answer(&json!({ "did": account.did }))
    }

    fn create_session(&self) -> Response {
        let input: Value = serde_json::from_slice(&self.body).unwrap();
        let password = input["password"].as_str().unwrap_or_default();
        if !self
            .state
            .repo
            .lock()
            .unwrap()
            .tokens
            .accepts_password(password)
        {
            return error(401, "AuthenticationRequired");
        }
        self.new_session()
    }

    fn refresh_session(&self) -> Response {
        if !self
            .state
            .repo
            .lock()
            .unwrap()
            .tokens
            .spend_refresh(&self.bearer)
        {
            return error(400, "ExpiredToken");
        }
        self.new_session()
    }

    fn new_session(&self) -> Response {
        let account = self.state.account.lock().unwrap().clone();
        let now = self.state.clock.now_millis() / 1000;
        let (access, refresh) = self.state.repo.lock().unwrap().tokens.issue(now);
        json_answer(&json!({
            "did": if self.fault == Some(Fault::WrongDid) { ANOTHER_DID } else { &account.did },
            "handle": account.handle,
            "active": true,
            "accessJwt": access,
            "refreshJwt": refresh,
        }))
    }

    fn refusal(&self) -> Option<Response> {
        match self.state.repo.lock().unwrap().tokens.worth(&self.bearer) {
            Worth::Good => None,
            Worth::Expired => Some(error(400, "ExpiredToken")),
            Worth::Nothing => Some(error(401, "InvalidToken")),
        }
    }

    fn write(&self, method: &str) -> Response {
        let mut repo = self.state.repo.lock().unwrap();
        if method == "uploadBlob" {
            let content = if self.fault == Some(Fault::OtherBytes) {
                b"other bytes"
            } else {
                &self.body[..]
            };
            return json_answer(&json!({ "blob": repo.add_blob(&self.media_type, content) }));
        }
        let input: Value = serde_json::from_slice(&self.body).unwrap();
        let key = |write: &Value| {
            let part = |name: &str| write[name].as_str().unwrap().to_owned();
            (part("collection"), part("rkey"))
        };
        match method {
            "putRecord" => {
                let written = self.reference(&key(&input), &input["record"]);
                repo.records.insert(key(&input), input["record"].clone());
                return json_answer(&written);
            }
            "deleteRecord" => drop(repo.records.remove(&key(&input))),
            _ => {
                for write in input["writes"].as_array().unwrap() {
                    if write["$type"].as_str().unwrap().ends_with("#delete") {
                        repo.records.remove(&key(write));
                    } else {
                        repo.records.insert(key(write), write["value"].clone());
                    }
                }
            }
        }
        json_answer(&json!({}))
    }

    fn get_record(&self) -> Response {
        let key = (self.query["collection"].clone(), self.query["rkey"].clone());
        match self.state.repo.lock().unwrap().records.get(&key) {
            Some(value) => json_answer(&self.record(&key, value)),
            None => error(400, "RecordNotFound"),
        }
    }

    fn list_records(&self) -> Response {
        let repo = self.state.repo.lock().unwrap();
        let of_collection = repo
            .records
            .iter()
            .filter(|((name, _), _)| *name == self.query["collection"]);
        let records: Vec<Value> = of_collection
            .map(|(key, value)| self.record(key, value))
            .collect();
        json_answer(&json!({ "records": records }))
    }

    fn get_blob(&self) -> Response {
        if self.fault == Some(Fault::OtherBytes) {
            return "bytes that were never stored".into_response();
        }
        match self
            .state
            .repo
            .lock()
            .unwrap()
            .blobs
            .get(&self.query["cid"])
        {
            Some(content) => content.clone().into_response(),
            None => error(400, "BlobNotFound"),
        }
    }

    fn reference(&self, (collection, rkey): &(String, String), value: &Value) -> Value {
        let did = &self.state.account.lock().unwrap().did;
        let cid = Cid::dag_cbor_sha256(value.to_string().as_bytes()).to_string();
        json!({ "uri": format!("at://{did}/{collection}/{rkey}"), "cid": cid })
    }

    fn record(&self, key: &(String, String), value: &Value) -> Value {
        let mut record = self.reference(key, value);
        record["value"] = value.clone();
        record
    }
}

fn json_answer(value: &Value) -> Response {
    axum::Json(value.clone()).into_response()
}

fn error(status: u16, name: &str) -> Response {
    let body = json!({ "error": name, "message": "says the fake service" });
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}
