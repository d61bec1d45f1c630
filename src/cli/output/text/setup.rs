//! Setting up, as a person reads it.

use super::Page;
use crate::commands::init;

pub fn init(_: &init::Report) -> Page {
    Page::default()
}
