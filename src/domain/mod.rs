//! What is true about interviews, people, notes and time. Values in, values out: no clock, no
//! files, no sockets, no terminal; whatever the present is comes in as a parameter.

pub mod address;
pub mod application;
pub mod calendar;
pub mod checks;
pub mod company;
pub mod debrief;
pub mod delivery_failure;
pub mod encoded;
pub mod inbound;
pub mod interview;
pub mod login;
pub mod note;
pub mod outbox;
pub mod person;
pub mod phrases;
pub mod places;
pub mod policy;
pub mod present;
pub mod problem;
pub mod retry;
pub mod text;
pub mod view;
pub mod words;
pub mod zone;
