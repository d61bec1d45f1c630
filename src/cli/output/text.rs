//! Every report as a person reads it.

mod calendar;
mod doctor;
mod mailbox;
mod notes;
mod record;
mod schedule;
mod setup;
mod status;

use super::Page;
use crate::commands::{App, Report};

pub fn page(report: &Report, app: &App) -> Page {
    match report {
        Report::Add(report) => record::add(report, app),
        Report::Draft(report) => notes::draft(report),
        Report::Send(report) | Report::Nudge(report) => notes::outcomes(report, app),
        Report::Status(report) => status::status(report, app),
        Report::Edit(report) => record::edit(report, app),
        Report::Show(report) => record::show(report, app),
        Report::Heard(report) => record::heard(report, app),
        Report::Mark(report) => notes::mark(report),
        Report::Close(report) => record::close(report),
        Report::Forget(report) => record::forget(report),
        Report::Doctor(report) => doctor::doctor(report),
        Report::Sync(report) => mailbox::sync(report, app),
        Report::Export(report) => calendar::export(report),
        Report::Init(report) => setup::init(report),
        Report::Holidays(report) => calendar::holidays(report),
        Report::Schedule(report) => schedule::schedule(report, app),
    }
}
