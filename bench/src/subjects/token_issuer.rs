//! Tokens for docker-registry, which reads them and leaves making them to others.
//!
//! Docker Registry token specification: an ES256 token whose certificate comes along in `x5c`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;

/// How long a token is good for, in seconds; longer than a run.
const LIFETIME: u64 = 3600;

/// A throwaway key with a certificate that docker-registry is told to trust.
pub struct TokenIssuer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    header: String,
    pub certificate: PathBuf,
}

impl TokenIssuer {
    pub const ISSUER: &str = "bench";
    pub const SERVICE: &str = "docker-registry";

    /// Makes the key and its certificate in `folder`.
    pub fn create(folder: &Path) -> Result<Self> {
        let (key_file, certificate) = (folder.join("token.key"), folder.join("token.pem"));
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random)
            .map_err(|_| anyhow!("a key cannot be made"))?;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random)
            .map_err(|rejected| anyhow!("a key that was just made is refused: {rejected}"))?;
        std::fs::write(&key_file, &pkcs8)?;
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-new",
                "-keyform",
                "DER",
                "-days",
                "2",
                "-subj",
                "/CN=bench",
            ])
            .arg("-key")
            .arg(&key_file)
            .arg("-out")
            .arg(&certificate)
            .output()
            .context("openssl cannot be started")?;
        ensure!(
            made.status.success(),
            "openssl: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let pem = std::fs::read_to_string(&certificate)?;
        let der: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        STANDARD
            .decode(&der)
            .context("the certificate is not PEM")?;
        let header = json!({ "alg": "ES256", "typ": "JWT", "x5c": [der] }).to_string();
        Ok(Self {
            key,
            random,
            header: URL_SAFE_NO_PAD.encode(header),
            certificate,
        })
    }

    /// A token to pull from and push to `repository`.
    pub fn issue(&self, repository: &str) -> Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "iss": Self::ISSUER, "aud": Self::SERVICE, "sub": "bench",
            "iat": now, "nbf": now - 10, "exp": now + LIFETIME, "jti": now.to_string(),
            "access": [{ "type": "repository", "name": repository, "actions": ["pull", "push"] }],
        });
        let signed = format!(
            "{}.{}",
            self.header,
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self
            .key
            .sign(&self.random, signed.as_bytes())
            .map_err(|_| anyhow!("a token cannot be signed"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
