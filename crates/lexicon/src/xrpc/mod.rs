//! Inputs and outputs of the methods `io.atcr.hold.*`, one module per method.
//!
//! The types carry the published field names. Fields they do not know are ignored on reading, and absent ones are left
//! out on writing. They do not check limits: [`schema`](crate::schema) does, on the JSON.

pub mod abort_upload;
pub mod complete_upload;
pub mod delete_user_data;
pub mod export_user_data;
pub mod get_part_upload_url;
pub mod get_quota;
pub mod initiate_upload;
pub mod list_tiers;
pub mod notify_manifest;
pub mod request_crew;
pub mod update_crew_tier;
pub mod upload_part;
