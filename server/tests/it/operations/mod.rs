//! What whoever operates the server relies on: probes, numbers, ids, headers and a stop in good order.

mod headers;
mod metrics;
mod origins;
mod probes;
mod raw;
mod shutdown;
mod smuggling;
