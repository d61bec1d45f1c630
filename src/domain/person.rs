//! Someone met on the way: the name as they write it, and nothing about them that was not said.

use chrono::NaiveDate;

use super::address::{EmailAddress, PersonName};

/// A person's handle within one application, as in `acme/jane`: lower-case ASCII, digits, `-`.
pub type PersonKey = String;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub key: PersonKey,
    /// As they write it.
    pub name: PersonName,
    /// What they go by in a salutation, where it differs from the first word of the name.
    pub goes_by: Option<String>,
    /// "Dr.", "Ms.": only as told, never derived from a name.
    pub honorific: Option<String>,
    pub title: Option<String>,
    pub address: Option<EmailAddress>,
    /// The first day on which they are there again, by their own automatic answer.
    pub away_until: Option<NaiveDate>,
}
