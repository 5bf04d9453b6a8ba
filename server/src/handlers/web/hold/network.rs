//! How a hold stands on the network.

use app::api::error::PageError;
use app::api::hold::network::{HoldNetwork, NetworkSource, RelayView};
use app::api::hold::upkeep::UpkeepPage;
use app::api::hold::{ForThose, Whom};

use super::upkeep::said;
use super::{HoldPages, refused};
use crate::handlers::web::views::moment;
use crate::hold::{NetworkStatus, RelayState};

#[async_trait::async_trait]
impl NetworkSource for HoldPages {
    async fn network(&self, did: &str) -> Result<ForThose<UpkeepPage<HoldNetwork>>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let Some(user) = opened.administrator() else {
            return Ok(refused(opened.head, Whom::Administrators));
        };
        let mut endpoint = opened.admin.endpoint().clone();
        endpoint.set_path("/xrpc/com.atproto.sync.getRepo");
        endpoint
            .query_pairs_mut()
            .append_pair("did", opened.admin.did().as_str());
        let export = endpoint.to_string();
        endpoint.set_query(None);
        endpoint.set_path("/xrpc/com.atproto.sync.subscribeRepos");
        // http becomes ws, and https wss.
        let firehose = endpoint.as_str().replacen("http", "ws", 1);
        let answer = said(opened.admin.network(user).await)
            .map(|status| self.network_view(status, export, firehose));
        Ok(ForThose::Allowed(UpkeepPage {
            head: opened.head,
            said: answer,
        }))
    }
}

impl HoldPages {
    fn network_view(&self, status: NetworkStatus, export: String, firehose: String) -> HoldNetwork {
        let now = self.state.clock.now_millis();
        HoldNetwork {
            public_url: status.public_url.trim_end_matches('/').to_owned(),
            handle: status.handle,
            did_document: serde_json::to_string_pretty(&status.did_document).unwrap_or_default(),
            rev: status.rev,
            commit: status.commit,
            records: status
                .records
                .into_iter()
                .map(|records| (records.collection, records.count))
                .collect(),
            blocks: status.blocks,
            block_bytes: status.block_bytes,
            subscribers: status.subscribers,
            last_event: status.last_event,
            last_event_at: status.last_event_at.map(|at| moment(at, now)),
            oldest_event: status.oldest_event,
            relays: status.relays.into_iter().map(relay_view).collect(),
            export,
            firehose,
        }
    }
}

fn relay_view(state: RelayState) -> RelayView {
    RelayView {
        relay: state.relay,
        status: state.status,
        seq: state.seq,
        problem: state.problem,
    }
}
