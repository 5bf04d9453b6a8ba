//! end-1: is this a registry?

use http::{Method, StatusCode};

use crate::on_every_topology;

on_every_topology! {
    async fn the_version_check_sends_strangers_to_the_token_endpoint_and_lets_token_holders_pass(server) {
        let nobody = server.nobody();
        let with_token = nobody.signed_in(None, &[]).await;
        for path in ["/v2", "/v2/"] {
            let refused = nobody.get(path).await;
            refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
            assert_eq!(
                refused.header("www-authenticate"),
                format!(r#"Bearer realm="{}/auth/token",service="{}""#, server.base, server.host)
            );
            let passed = with_token.get(path).await;
            passed.expect(StatusCode::OK);
            for answer in [refused, passed] {
                assert_eq!(answer.header("docker-distribution-api-version"), "registry/2.0");
            }
            assert_eq!(nobody.head(path).await.expect(StatusCode::UNAUTHORIZED).body.len(), 0);
            with_token.head(path).await.expect(StatusCode::OK);
            let posted = with_token.send(Method::POST, path, &[], "").await;
            posted.expect_error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED");
            assert!(posted.header("allow").contains("GET"));
        }
    }
}
