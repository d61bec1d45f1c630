//! The record as a person reads it: what was added, changed, heard and told.

use super::Page;
use crate::commands::{App, add, close, edit, forget, heard, show};

pub fn add(_: &add::Report, _: &App) -> Page {
    Page::default()
}
pub fn edit(_: &edit::Report, _: &App) -> Page {
    Page::default()
}
pub fn show(_: &show::Report, _: &App) -> Page {
    Page::default()
}
pub fn heard(_: &heard::Report, _: &App) -> Page {
    Page::default()
}
pub fn close(_: &close::Report) -> Page {
    Page::default()
}
pub fn forget(_: &forget::Report) -> Page {
    Page::default()
}
