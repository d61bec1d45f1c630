//! The record as a person reads it: what was added, changed, heard and told.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::Page;
use crate::commands::{App, add, close, edit, forget, heard, show};
use crate::domain::text::printable;
use crate::domain::zone::Zone;

pub fn add(report: &add::Report, app: &App) -> Page {
    let mut page = Page::default();
    let said = &report.said;
    let would = match (report.dry_run, report.how) {
        (false, how) => how.to_owned(),
        (true, "added") => "would add".to_owned(),
        (true, _) => "would update".to_owned(),
    };
    let ends = if said.is_ahead { "ends" } else { "ended" };
    let year = far_year(report.ended, app).map(|year| format!(" {year}")).unwrap_or_default();
    page.data.push_str(&format!(
        "{would} {}: {}, {ends} {}{year}\n",
        report.application,
        printable(&report.role),
        said.zone.stamp(report.ended.to_utc())
    ));
    let width = report.people.iter().map(|person| person.id.chars().count()).max().unwrap_or_default();
    for person in &report.people {
        let address = match (&person.address, &said.agent) {
            (Some(address), _) => format!(" <{address}>"),
            (None, Some(_)) => String::new(),
            (None, None) => ", no address".to_owned(),
        };
        page.data.push_str(&printable(&format!("  {:<width$}  {}{address}", person.id, person.name)));
        page.data.push('\n');
    }
    if let Some(agent) = &said.agent {
        page.data.push_str(&format!("all goes to {}\n", printable(agent)));
    }
    if let Some(by) = report.thank_by {
        let stamp = said.zone.stamp(by.to_utc());
        page.data.push_str(&match said.is_late {
            true => format!("thank them now: the time for it ended {stamp}\n"),
            false => format!("thank them by {stamp}\n"),
        });
    }
    page.data.push_str(&decision(
        report.decision.as_deref(),
        report.decision_by,
        report.no_nudge_before.map(|at| (at, &said.zone)),
        app,
    ));
    for notice in &report.notices {
        page.talk.push_str(&format!("{}\n", printable(notice)));
    }
    page.talk.push_str(if report.dry_run { "nothing was recorded\n" } else { "next: thanks draft\n" });
    page
}

/// `"in two weeks" = Thu 19 Mar; no nudge before Mon 23 Mar 10:00 EDT`
fn decision(
    words: Option<&str>,
    by: Option<NaiveDate>,
    held: Option<(DateTime<FixedOffset>, &Zone)>,
    app: &App,
) -> String {
    let Some(words) = words.map(printable) else {
        return String::new();
    };
    let (Some(by), Some((held, zone))) = (by, held) else {
        return format!("\"{words}\" names no day; the usual pause holds\n");
    };
    let year = match by.year() {
        year if year == app.local_now().year() => String::new(),
        year => format!(" {year}"),
    };
    let day = by.format("%a %-d %b");
    format!("\"{words}\" = {day}{year}; no nudge before {}\n", zone.stamp(held.to_utc()))
}

/// The year, where it is not this one.
fn far_year(at: DateTime<FixedOffset>, app: &App) -> Option<i32> {
    Some(at.year()).filter(|year| *year != app.local_now().year())
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
