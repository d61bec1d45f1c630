//! `thanks`: thank-you and follow-up emails after an interview, each sent at most once.
//!
//! Five layers; an arrow points at what may be imported:
//!
//! ```text
//! domain  ←  adapters  ←  flow  ←  commands  ←  cli
//! ```
//!
//! Data goes round once: argv → `Args` → command → flow (the store reads, the domain decides, an
//! adapter acts, the store records) → `Report` → text or JSON. `tests/it/architecture.rs` keeps
//! the arrows and says which module owns which outside crate.

pub mod adapters;
pub mod cli;
pub mod commands;
pub mod domain;
pub mod flow;
