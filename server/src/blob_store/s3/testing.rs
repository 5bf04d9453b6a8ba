//! A bucket in the test process.

use secrecy::SecretString;

use super::S3Settings;

#[path = "../../../tests/it/harness/s3_server.rs"]
mod server;

pub(crate) use server::S3Server;

/// How to reach a bucket of such a server.
pub(crate) fn settings_for(endpoint: &str, bucket: &str) -> S3Settings {
    S3Settings {
        bucket: bucket.to_owned(),
        endpoint: Some(endpoint.parse().expect("a URL")),
        region: "us-east-1".to_owned(),
        access_key_id: server::ACCESS_KEY_ID.to_owned(),
        secret_access_key: SecretString::from(server::SECRET_ACCESS_KEY),
        path_style: true,
        redirect: true,
    }
}

/// A new bucket of the server that `LONGSHORE_TEST_S3` names: software that nobody here wrote. `None` where there is
/// none; `make test` starts one and insists on it.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is set up by its environment"
)]
pub(crate) async fn bucket_elsewhere() -> Option<S3Settings> {
    let Ok(url) = std::env::var("LONGSHORE_TEST_S3") else {
        assert!(
            std::env::var("LONGSHORE_REQUIRE_S3").is_err(),
            "LONGSHORE_TEST_S3 is not set"
        );
        return None;
    };
    let mut url: url::Url = url.parse().expect("LONGSHORE_TEST_S3 is a URL");
    let access_key_id = url.username().to_owned();
    let secret = url.password().expect("it has a secret").to_owned();
    url.set_username("").expect("it can go without");
    url.set_password(None).expect("it can go without");
    let name = format!("longshore-{}", uuid::Uuid::new_v4().simple());
    let settings = S3Settings {
        access_key_id,
        secret_access_key: SecretString::from(secret),
        ..settings_for(url.as_str(), &name)
    };
    super::bucket::Bucket::new(&settings).create().await;
    Some(settings)
}
