//! The program against real servers: Postfix and Dovecot on loopback. Run by
//! `cargo test --features live --test live`.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod home;
mod mailbox;
mod sending;
mod stand;
