//! One binary for all tests that need more than one module: less to link.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod architecture;
mod bug;
mod decision;
mod deliver;
mod demo;
mod doctor;
mod encoded;
mod exits;
mod export;
mod holidays;
mod imap;
mod imap_server;
mod inbound;
mod init;
mod inputs;
mod ledger;
mod listen;
#[cfg(target_os = "linux")]
mod matrix;
mod mime;
mod promise;
mod readme;
mod record;
mod sandbox;
mod scale;
mod schedule;
mod security;
mod send;
mod shell;
mod smtp;
mod smtp_server;
mod status;
mod timing;
mod usage;
mod versions;

use smtp_server::pause;
