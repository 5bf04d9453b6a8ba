//! A DNS server for tests, with answers written down beforehand.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use hickory_resolver::proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::TXT;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

/// What the server knows about a name.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeZone {
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) texts: Vec<String>,
    /// Answers SERVFAIL to every question.
    pub(crate) broken: bool,
}

impl FakeZone {
    pub(crate) fn addresses(addresses: &[&str]) -> Self {
        let addresses = addresses
            .iter()
            .map(|address| address.parse().unwrap())
            .collect();
        Self {
            addresses,
            ..Self::default()
        }
    }

    pub(crate) fn texts(texts: &[&str]) -> Self {
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        Self {
            texts,
            ..Self::default()
        }
    }
}

/// Starts a server on loopback that knows these names (without the dot at the end) and no others.
pub(crate) async fn start_fake_dns(zones: &[(&str, FakeZone)]) -> SocketAddr {
    let zones: HashMap<String, FakeZone> = zones
        .iter()
        .map(|(name, zone)| (format!("{name}."), zone.clone()))
        .collect();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = socket.recv_from(&mut buffer).await {
            let Ok(request) = Message::from_vec(&buffer[..length]) else {
                continue;
            };
            let answer = answer(&zones, &request).to_vec().unwrap();
            socket.send_to(&answer, client).await.unwrap();
        }
    });
    address
}

fn answer(zones: &HashMap<String, FakeZone>, request: &Message) -> Message {
    let query = &request.queries[0];
    let mut message = Message::new(request.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.add_query(query.clone());
    let Some(zone) = zones.get(&query.name().to_ascii().to_ascii_lowercase()) else {
        message.metadata.response_code = ResponseCode::NXDomain;
        return message;
    };
    if zone.broken {
        message.metadata.response_code = ResponseCode::ServFail;
        return message;
    }
    let data: Vec<RData> = match query.query_type() {
        RecordType::TXT => zone
            .texts
            .iter()
            .map(|text| RData::TXT(TXT::new(vec![text.clone()])))
            .collect(),
        RecordType::A => zone
            .addresses
            .iter()
            .filter(|it| it.is_ipv4())
            .map(|&it| it.into())
            .collect(),
        RecordType::AAAA => zone
            .addresses
            .iter()
            .filter(|it| it.is_ipv6())
            .map(|&it| it.into())
            .collect(),
        _ => Vec::new(),
    };
    let name = query.name().clone();
    message.add_answers(
        data.into_iter()
            .map(|data| Record::from_rdata(name.clone(), 0, data)),
    );
    message
}
