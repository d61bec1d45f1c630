//! The record as a person reads it: what was added, changed, heard and told.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::Page;
use crate::commands::{App, add, close, edit, forget, heard, show};
use crate::domain::text::printable_line;
use crate::domain::zone::Zone;

pub fn add(report: &add::Report, app: &App) -> Page {
    let mut page = Page::default();
    let said = &report.said;
    let done = match (report.dry_run, report.how) {
        (_, "unchanged") => "nothing new in",
        (false, how) if said.new_round.is_none() => how,
        (false, _) => "added",
        (true, "added") => "would add",
        (true, _) if said.new_round.is_some() => "would add",
        (true, _) => "would update",
    };
    let what = said.new_round.as_ref().unwrap_or(&report.application);
    let ends = if said.is_ahead { "ends" } else { "ended" };
    let year = far_year(report.ended, app).map(|year| format!(" {year}")).unwrap_or_default();
    page.data.push_str(&format!(
        "{done} {what}: {}, {ends} {}{year}\n",
        printable_line(&report.role),
        said.zone.stamp(report.ended.to_utc())
    ));
    let width = report.people.iter().map(|person| person.id.chars().count()).max().unwrap_or_default();
    for person in &report.people {
        let address = match (&person.address, &said.agent) {
            (Some(address), _) => format!(" <{address}>"),
            (None, Some(_)) => String::new(),
            (None, None) => ", no address".to_owned(),
        };
        page.data.push_str(&printable_line(&format!("  {:<width$}  {}{address}", person.id, person.name)));
        page.data.push('\n');
    }
    if let Some(agent) = &said.agent {
        page.data.push_str(&format!("all goes to {}\n", printable_line(agent)));
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
        page.talk.push_str(&format!("{}\n", printable_line(notice)));
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
    let Some(words) = words.map(printable_line) else {
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

pub fn edit(report: &edit::Report, _: &App) -> Page {
    let mut page = Page::default();
    let slug = &report.application;
    page.data.push_str(&match report.changed {
        true => format!("updated {slug}\n"),
        false => format!("nothing changed in {slug}\n"),
    });
    page.data.push_str(&withdrawn(&report.withdrawn));
    page.talk = one_a_line(&report.notices);
    page
}

pub fn show(report: &show::Report, app: &App) -> Page {
    let data = match report {
        show::Report::Story(story) => story_text(story, app),
        show::Report::Log(log) => attempts_text(&log.attempts, app),
        show::Report::Note(note) => {
            let history = attempts_text(&note.attempts, app);
            format!("{}\n{}: {}\n{history}", note.text, note.id, show::plain_step(note.state))
        }
    };
    let talk = match report {
        show::Report::Log(log) if log.attempts.is_empty() => "nothing was attempted yet\n".to_owned(),
        _ => String::new(),
    };
    Page { data, talk }
}

fn story_text(story: &show::Story, app: &App) -> String {
    let state = match (&story.reason, story.is_open) {
        (_, true) => "open".to_owned(),
        (Some(reason), false) => format!("closed, {reason}"),
        (None, false) => "closed".to_owned(),
    };
    let mut lines = vec![format!("{}: {}, {}; {state}", story.application, story.company, story.role)];
    for person in &story.people {
        let address = person.address.as_ref().map_or(", no address".to_owned(), |a| format!(" <{a}>"));
        lines.push(format!("  {}{address}", person.name));
        lines.extend(person.topics.iter().map(|topic| format!("    {topic}")));
    }
    if let Some(words) = &story.decision {
        let by = story.decision_by.map(|day| format!(" = {}", day.format("%a %-d %b %Y")));
        lines.push(format!("  they decide \"{words}\"{}", by.unwrap_or_default()));
    }
    lines.push(String::new());
    for moment in &story.story {
        lines.push(format!("{:<22} {}", app.zone.stamp(moment.at.to_utc()), moment.what));
    }
    one_a_line(&lines)
}

fn attempts_text(attempts: &[show::AttemptView], app: &App) -> String {
    let width = attempts.iter().map(|attempt| attempt.note.chars().count()).max().unwrap_or_default();
    let lines: Vec<String> = attempts
        .iter()
        .map(|attempt| {
            let stamp = app.zone.stamp(attempt.at.to_utc());
            let text = attempt.text.as_ref().map(|text| format!(", {text}")).unwrap_or_default();
            format!("{stamp:<22} {:<width$}  {}{text}", attempt.note, show::plain_step(&attempt.step))
        })
        .collect();
    one_a_line(&lines)
}

/// Each on a line of its own, whatever a stranger wrote into it.
fn one_a_line(lines: &[String]) -> String {
    lines.iter().map(|line| printable_line(line) + "\n").collect()
}

pub fn heard(report: &heard::Report, app: &App) -> Page {
    let mut page = Page::default();
    let slug = &report.application;
    if report.reopened {
        page.data.push_str(&format!("{slug} is open again\n"));
    }
    match report.news {
        "rejected" => {
            page.data.push_str(&format!("{slug} closed: rejected; all follow-ups stopped\n"));
            page.data.push_str(&withdrawn(&report.withdrawn));
        }
        "next-round" => {
            page.data.push_str(&format!("{slug}: another round; follow-ups stopped\n"));
            page.data.push_str(&withdrawn(&report.withdrawn));
        }
        "decision" => {
            let held = report.no_nudge_before.map(|at| (at, &app.zone));
            page.data.push_str(&format!("{slug}: {}", heard_decision(report, held, app)));
            if !report.redrafted.is_empty() {
                let ids = report.redrafted.join(", ");
                page.data.push_str(&format!("approved no more: {ids}; look again: thanks draft {slug}\n"));
            }
        }
        _ => {
            let which = report.answered.as_ref().map(|id| format!(", {id}")).unwrap_or_default();
            page.data.push_str(&format!("{slug} answered{which}\n"));
            page.data.push_str(&withdrawn(&report.withdrawn));
            page.talk.push_str(&format!("next: a date? thanks heard {slug} --decision WORDS\n"));
        }
    }
    if let Some(from) = report.reply_from {
        let when = match from <= app.now {
            true => "now".to_owned(),
            false => format!("from {}", app.zone.stamp(from.to_utc())),
        };
        page.data.push_str(&format!("a short reply can go {when}: thanks draft {slug}\n"));
    }
    if report.news == "next-round" {
        page.talk.push_str(&format!("next: the new interview: thanks add {slug}\n"));
    }
    page.talk.push_str(&doubtful(&report.in_doubt));
    page
}

fn heard_decision(report: &heard::Report, held: Option<(DateTime<FixedOffset>, &Zone)>, app: &App) -> String {
    decision(report.decision.as_deref(), report.decision_by, held, app)
}

pub fn close(report: &close::Report) -> Page {
    let why =
        report.reason.as_ref().map(|reason| format!(": {}", printable_line(reason))).unwrap_or_default();
    let data = format!("{} closed{why}; all follow-ups stopped\n", report.application);
    Page { data: data + &withdrawn(&report.withdrawn), talk: doubtful(&report.in_doubt) }
}

pub fn forget(report: &forget::Report) -> Page {
    let people = forget::counted(report.people, "person", "people");
    let notes = forget::counted(report.notes, "note", "notes");
    Page { data: format!("{} forgotten: {people}, {notes}\n", report.application), talk: String::new() }
}

fn withdrawn(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!("withdrawn: {}\n", ids.join(", ")) }
}

fn doubtful(ids: &[String]) -> String {
    ids.iter().map(|id| format!("{id} is still in doubt: thanks mark {id} sent, or not-sent\n")).collect()
}
