//! The outside world, one thing a module, each with the one crate that it needs. No adapter names
//! another, but for `net`, which `smtp` and `imap` stand on.

pub mod clock;
pub mod config;
pub mod editor;
pub mod imap;
pub mod invite;
pub mod journal;
pub mod loopback;
pub mod mime;
pub mod net;
pub mod secrets;
pub mod smtp;
pub mod store;
pub mod templates;
pub mod terminal;
pub mod timer;
