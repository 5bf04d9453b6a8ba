//! What an operator finds in the log, and whom they sign out.

use ::http::StatusCode;
use server::clock::Clock;
use sqlx::Connection as _;

use crate::cli::said;
use crate::harness::{Installation, ServerProcess, network, new_postgresql_database};

/// A server on a PostgreSQL database of its own, and the address of that.
async fn on_postgresql() -> (Installation, String) {
    let database = new_postgresql_database().await;
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    (
        installation.with("DATABASE_URL", database.clone()),
        database,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_08_a_page_of_our_own_failure_has_a_name_for_it_and_the_log_has_the_cause() {
    let (installation, database) = on_postgresql().await;
    let server = tokio::task::block_in_place(|| installation.start());
    let mut connection = sqlx::PgConnection::connect(&database).await.unwrap();
    sqlx::query("DROP TABLE repository_search CASCADE")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let person = [("accept", "text/html")];
    let page = server
        .nobody()
        .send(::http::Method::GET, "/search?q=harbour", &person, "")
        .await;
    page.expect(StatusCode::INTERNAL_SERVER_ERROR);
    let (id, html) = (page.header("x-request-id"), page.text());
    assert!(html.contains(&format!("<code>{id}<")), "{html}");
    let program = server.nobody().get("/api/v1/search?q=harbour").await;
    program.expect(StatusCode::INTERNAL_SERVER_ERROR);
    for answer in [html, program.text()] {
        for inner in [
            "repository_search",
            "SELECT",
            "relation",
            "postgres",
            "sqlx",
            ".rs:",
        ] {
            assert!(!answer.contains(inner), "{inner}: {answer}");
        }
    }

    let log = tokio::task::block_in_place(|| server.stop()).log;
    let cause = log
        .lines()
        .find(|line| line.contains(r#""level":"ERROR""#) && line.contains(&id))
        .unwrap_or_else(|| panic!("no error of {id} in the log: {log}"));
    assert!(cause.contains("repository_search"), "{cause}");
}

/// `docker login` with an app password, up to the registry token.
async fn log_in(server: &ServerProcess) -> String {
    let alice = &network().alice;
    let answer = server.nobody().ask_token(Some(alice), &[]).await;
    let answer = answer.expect(StatusCode::OK).json();
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_09_the_operator_ends_the_sessions_of_one_account_or_of_everybody() {
    let (installation, database) = on_postgresql().await;
    let server = tokio::task::block_in_place(|| installation.start());
    let mut connection = sqlx::PgConnection::connect(&database).await.unwrap();
    let (alice, bob) = (&network().alice, &network().bob);
    // Two browsers and an access token each, as signing in and the page leave them.
    for (number, did) in [&alice.did, &alice.did, &bob.did, &bob.did]
        .into_iter()
        .enumerate()
    {
        sqlx::query(
            "INSERT INTO browser_sessions
                (id_hash, name, did, oauth_session_id, browser, signed_in_at, last_used_at)
            VALUES ($1, $2, $3, 'none', 'Test browser', $4, $4)",
        )
        .bind(hex::decode(oci::Digest::sha256_of(cookie(number).as_bytes()).hex()).unwrap())
        .bind(number.to_string())
        .bind(did)
        .bind(Clock::System.now_millis())
        .execute(&mut connection)
        .await
        .unwrap();
    }
    let count = async |connection: &mut sqlx::PgConnection, table: &str, did: &str| -> i64 {
        let query = format!("SELECT COUNT(*) FROM {table} WHERE did = $1");
        sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(did)
            .fetch_one(connection)
            .await
            .unwrap()
    };
    assert_eq!(signed_in(&server).await, [true; 4]);
    let token = log_in(&server).await;
    let client = server.nobody().with_token(token);
    client.get("/v2/").await.expect(StatusCode::OK);
    assert_eq!(count(&mut connection, "pds_sessions", &alice.did).await, 1);

    let run =
        |arguments: &[&str]| tokio::task::block_in_place(|| said(&installation.run(arguments), 0));
    let text = run(&["oauth", "sign-out", &alice.did]);
    assert!(
        text.contains(&format!("Signed {} out of 2 browsers", alice.did)),
        "{text}"
    );
    assert_eq!(signed_in(&server).await, [false, false, true, true]);
    assert_eq!(
        count(&mut connection, "pds_sessions", &alice.did).await,
        1,
        "only asked for browsers"
    );

    let text = run(&["oauth", "sign-out", "--with-tokens"]);
    assert!(
        text.contains("Signed everybody out of 2 browsers"),
        "{text}"
    );
    assert!(text.contains("ended 1 logins with app passwords"), "{text}");
    assert_eq!(signed_in(&server).await, [false; 4]);
    for table in [
        "browser_sessions",
        "pds_sessions",
        "access_tokens",
        "oauth_sessions",
    ] {
        for did in [&alice.did, &bob.did] {
            assert_eq!(count(&mut connection, table, did).await, 0, "{table}");
        }
    }
    connection.close().await.unwrap();
    tokio::task::block_in_place(|| server.stop()).expect_success();
}

/// Which of the four browsers are signed in.
async fn signed_in(server: &ServerProcess) -> Vec<bool> {
    let mut found = Vec::new();
    for number in 0..4 {
        let cookie = format!("longshore-session={}", cookie(number));
        let headers = [("cookie", cookie.as_str())];
        let page = server
            .nobody()
            .send(::http::Method::GET, "/settings/sessions", &headers, "")
            .await;
        found.push(page.status == StatusCode::OK);
    }
    found
}

/// The cookie of a browser, by its number.
fn cookie(number: usize) -> String {
    format!("{number:0>43}")
}
