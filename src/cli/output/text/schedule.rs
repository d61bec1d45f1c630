//! The timer, as a person reads it.

use super::{Page, notes};
use crate::commands::App;
use crate::commands::schedule::{Installed, Instructions, Printed, Program, Removed, Report, Status, run};
use crate::domain::text::printable;

pub fn schedule(report: &Report, app: &App) -> Page {
    match report {
        Report::Pasted(instructions) => paste(instructions),
        Report::Printed(printed) => files(printed),
        Report::Installed(installed) => done(installed),
        Report::Removed(removed) => gone(removed),
        Report::Status(status) => state(status),
        Report::Ran(ran) => news(ran, app),
    }
}

/// Nothing at all without news.
fn news(ran: &run::Report, app: &App) -> Page {
    let mut page = Page::default();
    for line in &ran.news {
        page.data.push_str(&format!("{line}\n"));
    }
    for note in &ran.notes {
        page.data.push_str(&format!("{:<8} {}, {}\n", note.state, note.id, printable(&note.detail)));
    }
    for outcome in &ran.sent {
        let told = notes::outcomes(outcome, app);
        page.data.push_str(&told.data);
        page.talk.push_str(&told.talk);
    }
    page
}

fn paste(instructions: &Instructions) -> Page {
    let text: String = instructions.text.lines().map(|line| format!("{}\n", printable(line))).collect();
    Page { data: text, talk: format!("{}\n", instructions.how) }
}

fn files(printed: &Printed) -> Page {
    let mut page = Page::default();
    for file in &printed.files {
        page.data.push_str(&format!("# {}\n\n", printable(&file.path.to_string_lossy())));
        for line in file.text.lines() {
            page.data.push_str(&printable(line));
            page.data.push('\n');
        }
        page.data.push('\n');
    }
    page
}

fn done(installed: &Installed) -> Page {
    let mut page = Page::default();
    for file in &installed.files {
        page.data.push_str(&format!("written  {}\n", printable(&file.path.to_string_lossy())));
    }
    page.data.push_str(&format!(
        "the timer is active: every {} minutes while you are logged in, later what was missed\n",
        installed.every_minutes
    ));
    page
}

fn gone(removed: &Removed) -> Page {
    let mut page = Page::default();
    for path in &removed.deleted {
        page.data.push_str(&format!("deleted  {}\n", printable(&path.to_string_lossy())));
    }
    for path in &removed.left {
        let path = printable(&path.to_string_lossy());
        page.talk.push_str(&format!("left, since it is not as thanks wrote it: {path}\n"));
    }
    page.data.push_str(match (removed.deleted.is_empty(), removed.left.is_empty()) {
        (true, true) => "there was no timer; nothing was changed\n",
        _ => "nothing is sent by itself any more\n",
    });
    page
}

fn state(status: &Status) -> Page {
    let mut page = Page::default();
    if !status.installed {
        page.data.push_str("no timer is installed\n");
        match &status.shown.last_run {
            Some(at) => page.data.push_str(&format!("last     {at}, started by something else\n")),
            None => page.talk.push_str("next: thanks schedule install\n"),
        }
        return page;
    }
    let mut line = |name: &str, text: &str| page.data.push_str(&format!("{name:<9}{}\n", printable(text)));
    line(
        "timer",
        &match (status.active, &status.why) {
            (Some(true), _) => "active".to_owned(),
            (Some(false), _) => "not active".to_owned(),
            (None, why) => {
                let why = why.as_deref().and_then(|why| why.lines().next()).unwrap_or("it did not answer");
                format!("installed; whether it is active is not known: {why}")
            }
        },
    );
    if let Some(at) = &status.shown.next_run {
        line("next", at);
    }
    if let Some(at) = &status.shown.last_run {
        let exit = status.last_exit.map(|code| format!(", exit code {code}")).unwrap_or_default();
        line("last", &format!("{at}{exit}"));
    }
    if let Some(program) = &status.program {
        let which = match status.program_is {
            Some(Program::Missing) => ", which is not there any more",
            Some(Program::Other) => ", which is not this program",
            _ => "",
        };
        line("calls", &format!("{}{which}", program.display()));
    }
    for file in status.files.iter().filter(|file| file.state != "ours") {
        line(file.state, &file.path.to_string_lossy());
    }
    if let Some(log) = status.log {
        line("log", log);
    }
    if status.needs_its_owner() {
        page.talk.push_str("next: thanks schedule install\n");
    }
    page
}
