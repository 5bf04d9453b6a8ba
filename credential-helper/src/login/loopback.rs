//! A page in the browser on this computer, which comes back here with a code. RFC 8252, section 7.3
//!
//! The listener is on 127.0.0.1 alone, answers its own path under its own name, believes one request that has the
//! state of this login, and is gone after five minutes.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use url::{Url, form_urlencoded};

use super::{browser, pkce};
use crate::command_line::PROGRAM;
use crate::environment::Environment;
use crate::error::HelperError;
use crate::registry_address::RegistryAddress;
use crate::registry_client::{Approved, RegistryClient};

/// How long the person may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// Between two looks for a visitor.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A visitor who does not finish a request does not hold up the one who brings the code.
const VISIT: Duration = Duration::from_secs(2);
/// Longer requests are not our browser's.
const MAX_REQUEST_BYTES: u64 = 16 * 1024;
const PATH: &str = "/callback";

/// What the browser brought.
#[derive(Debug, PartialEq, Eq)]
enum Callback {
    Code(String),
    /// `error=access_denied`, or another error.
    Refused(String),
}

/// Opens the registry's page and waits for the code. `None`: no browser could be started.
pub fn log_in(
    environment: &Environment,
    client: &RegistryClient<'_>,
    registry: &RegistryAddress,
    device: &str,
) -> Result<Option<Approved>, HelperError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(HelperError::Listen)?;
    let address = listener.local_addr().map_err(HelperError::Listen)?;
    let redirect_uri = format!("http://{address}{PATH}");
    let (verifier, state) = (pkce::random_text()?, pkce::random_text()?);
    let page = registry.url("/device/authorize");
    let page = Url::parse_with_params(
        &page,
        [
            ("response_type", "code"),
            ("client_id", PROGRAM),
            ("client_version", env!("CARGO_PKG_VERSION")),
            ("device_name", device),
            ("redirect_uri", &redirect_uri),
            ("state", &state),
            ("code_challenge", &pkce::challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ],
    )
    .map_err(|_| HelperError::NotLongshore {
        registry: registry.to_string(),
    })?;
    if !browser::open(environment, page.as_str()) {
        eprintln!("No browser could be opened here.");
        return Ok(None);
    }
    eprintln!("Your browser shows a page of {registry}: approve the login there.");
    eprintln!("If it does not, stop this with Ctrl-C and run login --device.");
    match wait_for_callback(&listener, address, &state)? {
        Callback::Code(code) => client.redeem(&code, &verifier, &redirect_uri).map(Some),
        Callback::Refused(error) if error == "access_denied" => Err(HelperError::Denied),
        Callback::Refused(error) => Err(HelperError::Refused {
            registry: registry.to_string(),
            reason: error
                .chars()
                .filter(|character| !character.is_control())
                .take(100)
                .collect(),
        }),
    }
}

fn wait_for_callback(
    listener: &TcpListener,
    address: SocketAddr,
    state: &str,
) -> Result<Callback, HelperError> {
    listener
        .set_nonblocking(true)
        .map_err(HelperError::Listen)?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match listener.accept() {
            Ok((visitor, _)) => {
                // Whoever breaks off, or comes for something else, is not the one who is waited for.
                if let Ok(Some(callback)) = receive(visitor, address, state) {
                    return Ok(callback);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(error) => return Err(HelperError::Listen(error)),
        }
    }
    Err(HelperError::TimedOut)
}

/// Reads one request and answers it.
fn receive(
    mut visitor: TcpStream,
    address: SocketAddr,
    state: &str,
) -> io::Result<Option<Callback>> {
    visitor.set_nonblocking(false)?;
    visitor.set_read_timeout(Some(VISIT))?;
    visitor.set_write_timeout(Some(VISIT))?;
    let mut head = Vec::new();
    for line in BufReader::new(visitor.try_clone()?.take(MAX_REQUEST_BYTES)).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let callback = read_callback(&head, address, state);
    let (status, text) = match &callback {
        Some(Callback::Code(_)) => ("200 OK", "You are logged in. You may close this page."),
        Some(Callback::Refused(_)) => ("200 OK", "The login was denied. You may close this page."),
        None => ("404 Not Found", "There is nothing here."),
    };
    write!(
        visitor,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )?;
    Ok(callback)
}

/// The code or the error in a request, if it is the one that is waited for: to our path, under our name (another
/// page's script that was given our address has another `Host`), with the state of this login, and nothing twice.
fn read_callback(head: &[String], address: SocketAddr, state: &str) -> Option<Callback> {
    let (request, headers) = head.split_first()?;
    let mut words = request.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?')?;
    let host = headers.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then_some(value.trim())
    })?;
    if method != "GET" || path != PATH || host != address.to_string() {
        return None;
    }
    let value = |name: &str| {
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value.into_owned()),
            _ => None,
        }
    };
    if value("state")? != state {
        return None;
    }
    match (value("code"), value("error")) {
        (Some(code), None) => Some(Callback::Code(code)),
        (None, Some(error)) => Some(Callback::Refused(error)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: &str) -> Option<Callback> {
        let head: Vec<String> = request.split('\n').map(str::to_owned).collect();
        read_callback(&head, "127.0.0.1:5555".parse().unwrap(), "s1")
    }

    #[test]
    fn dv_01_one_request_brings_the_code() {
        let request =
            "GET /callback?code=c%201&state=s1 HTTP/1.1\nhost: 127.0.0.1:5555\nAccept: */*";
        assert_eq!(read(request), Some(Callback::Code("c 1".to_owned())));
        let request = "GET /callback?error=access_denied&state=s1 HTTP/1.1\nHost: 127.0.0.1:5555";
        assert_eq!(
            read(request),
            Some(Callback::Refused("access_denied".to_owned()))
        );
    }

    #[test]
    fn dv_01_every_other_request_brings_nothing() {
        for request in [
            "",
            "GET",
            "GET / HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?code=c&state=s1 HTTP/1.1",
            "GET /callback?code=c&state=s1 HTTP/1.1\nHost: evil.example",
            "GET /callback?code=c&state=s1 HTTP/1.1\nHost: localhost:5555",
            "POST /callback?code=c&state=s1 HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?code=c&state=s2 HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?code=c HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?code=c&state=s1&state=s1 HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?code=c&code=d&state=s1 HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?code=c&error=x&state=s1 HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /callback?state=s1 HTTP/1.1\nHost: 127.0.0.1:5555",
            "GET /favicon.ico?code=c&state=s1 HTTP/1.1\nHost: 127.0.0.1:5555",
        ] {
            assert_eq!(read(request), None, "{request}");
        }
    }

    #[test]
    fn dv_01_visitors_who_bring_nothing_do_not_end_the_wait() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let visit = |request: String| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| wait_for_callback(&listener, address, "s1").unwrap());
            let host = format!("Host: {address}\r\n\r\n");
            let answer = visit(format!("GET /callback?code=c&state=s2 HTTP/1.1\r\n{host}"));
            assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
            drop(TcpStream::connect(address).unwrap());
            let answer = visit(format!("GET /callback?code=c&state=s1 HTTP/1.1\r\n{host}"));
            assert!(
                answer.starts_with("HTTP/1.1 200") && !answer.contains("code"),
                "{answer}"
            );
            assert_eq!(waiting.join().unwrap(), Callback::Code("c".to_owned()));
        });
    }
}
