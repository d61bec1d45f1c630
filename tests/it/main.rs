//! One binary for all tests that need more than one module: less to link.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod architecture;
mod mime;
mod schedule;
mod smtp;
mod smtp_server;
