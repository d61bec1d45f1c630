//! The program against real servers on loopback: Postfix, Dovecot and GNOME's keyring.
//!
//! As root (the servers change their user), on Debian or Ubuntu:
//!
//! ```sh
//! apt-get install --no-install-recommends postfix dovecot-core dovecot-imapd dovecot-lmtpd openssl \
//!     gnome-keyring libsecret-tools dbus-daemon
//! cargo test --locked --features live --test live
//! ```
//!
//! Each test has servers, a session bus and a home of its own in a folder that goes with it; nothing
//! outside is changed. Where a package is missing a test says "not run, needs …", and fails if `CI`
//! is set.
#![cfg(target_os = "linux")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod doctor;
mod enrolling;
mod home;
mod keyring;
mod mailbox;
mod message;
mod needed;
mod refusals;
mod secrets;
mod sending;
mod stand;
mod trust;
