//! Collecting garbage on demand.

use http::StatusCode;
use lexicon::schema;
use serde_json::{Value, json};

use super::people::Person;
use super::procedure;
use super::uploads::{start_hold, upload};
use crate::harness::{Answer, TestServer, blob};
use crate::on_both_engines;

const METHOD: &str = "dev.longshore.hold.collectGarbage";

async fn collect(server: &TestServer, person: &Person, input: Value) -> Answer {
    procedure(server, Some(person), METHOD, &input).await
}

on_both_engines! {
    async fn the_captain_is_told_what_a_collection_frees_and_has_it_freed(engine) {
        let captain = Person::new().await;
        let server = start_hold(engine, &captain, "small=1MB").await;
        upload(&server, &captain, &blob(1000)).await.expect(StatusCode::OK);
        let kept = collect(&server, &captain, json!({ "dryRun": true })).await.json();
        schema::validate_output(METHOD, &kept).unwrap();
        let amount = json!({ "blobs": 1, "bytes": 1000 });
        assert_eq!((&kept["kept"], &kept["keptFor"]["grace"]), (&amount, &amount));
        assert_eq!(kept["graceMinutes"], 60);

        for is_dry_run in [true, false] {
            let now = json!({ "dryRun": is_dry_run, "graceMinutes": 0 });
            let report = collect(&server, &captain, now).await.json();
            assert_eq!((&report["quarantined"], &report["freedBytes"]), (&amount, &json!(0)));
            assert_eq!(report["digests"].as_array().unwrap().len(), 1);
        }
        let report = collect(&server, &captain, json!({ "dryRun": false, "graceMinutes": 0 })).await.json();
        schema::validate_output(METHOD, &report).unwrap();
        assert_eq!((&report["removed"], &report["freedBytes"]), (&amount, &json!(1000)));
        server.stop().await;
    }

    async fn a_collection_without_a_word_about_changing_anything_is_refused(engine) {
        let captain = Person::new().await;
        let server = start_hold(engine, &captain, "small=1MB").await;
        for input in [json!({}), json!({ "dryRun": true, "graceMinutes": -1 }), json!({ "dryRun": "yes" })] {
            collect(&server, &captain, input).await.expect(StatusCode::BAD_REQUEST);
        }
        server.stop().await;
    }
}
