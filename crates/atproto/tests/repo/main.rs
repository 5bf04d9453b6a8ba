//! Repos, from single nodes to whole archives and events.

mod cost;
mod events;
mod fixture;
mod histories;
mod hostile;
mod interop;
mod oracle;
mod records;
#[path = "../vectors/mod.rs"]
mod vectors;
mod writes;
