//! The checks, in the order in which things depend on each other.

use chrono::Datelike;

use super::super::App;
use super::{Check, connections, files};
use crate::adapters::config;
use crate::adapters::invite::OwnDays;
use crate::adapters::store::{self, Inspection, Store};
use crate::domain::calendar::{self, Place};
use crate::domain::present;
use crate::domain::problem::Problem;
use crate::domain::zone;
use crate::flow::account::Account;
use crate::flow::timer;

pub(super) fn all(app: &App) -> Vec<Check> {
    let inspection = inspected(app);
    let mut checks = vec![clock(app, inspection.as_ref().ok().and_then(Option::as_ref)), zones(app)];
    checks.push(calendars(app));
    checks.push(configuration(app));
    checks.push(account(app));
    checks.extend(connections::all(app));
    checks.push(templates(app));
    checks.push(files::ownership(app));
    checks.push(files::room(app));
    let last_run = last_run(app, inspection.as_ref().ok().and_then(Option::as_ref));
    match inspection {
        Ok(None) => checks.push(Check::ok("record", "nothing recorded yet")),
        Ok(Some(inspection)) => {
            checks.push(record(&inspection));
            checks.push(journal(app, &inspection));
            checks.push(doubts(app));
        }
        Err(check) => checks.push(check),
    }
    checks.push(clockwork(app));
    checks.push(last_run);
    checks
}

fn inspected(app: &App) -> Result<Option<Inspection>, Check> {
    let path = &app.paths.database;
    if !Store::is_begun(path) {
        if app.journal().is_empty() {
            return Ok(None);
        }
        let detail = "the database is missing, and the journal says that notes were sent";
        let mend = "put the database back from a copy, or move the journal away to start anew";
        return Err(Check::fail("record", detail, mend));
    }
    store::inspect(path).map(Some).map_err(|error| {
        let mend = "put the database back from a copy; the journal beside it says what was sent";
        match error.downcast_ref::<Problem>() {
            Some(problem) => Check::problem("record", problem, mend),
            None => Check::fail("record", format!("{error:#}"), mend),
        }
    })
}

fn clock(app: &App, inspection: Option<&Inspection>) -> Check {
    let newest = inspection.and_then(|inspection| inspection.newest).map(|at| at.to_utc());
    match present::doubt(app.now, newest) {
        None => Check::ok("clock", format!("{}, in {}", app.zone.stamp(app.now), app.zone)),
        Some(doubt) => Check::fail("clock", doubt.to_string(), "set the clock of this computer right"),
    }
}

fn zones(app: &App) -> Check {
    if let Some(trouble) = &app.zone_trouble {
        return Check::problem("time zones", trouble, "set timezone in [me]");
    }
    let bundled = zone::version();
    let detail = match config::system_zones() {
        Some(system) if system.as_str() == bundled => format!("{bundled}, as this computer has"),
        Some(system) => format!("{bundled}, bundled; this computer has {system}, which is not used"),
        None => format!("{bundled}, bundled"),
    };
    Check::ok("time zones", detail)
}

fn calendars(app: &App) -> Check {
    let last = *calendar::years().end();
    if let Some(trouble) = &app.holidays_trouble {
        return Check::problem("holidays", trouble, "see holidays_ics in [policy]");
    }
    let country = app.config.as_ref().and_then(|config| config.me.as_ref()?.country.clone());
    if let Some(Err(unknown)) = country.as_deref().map(Place::parse) {
        let nearest = unknown.nearest.map_or("`thanks holidays` lists what is known".to_owned(), |code| {
            format!("did you mean {code}? `thanks holidays` lists what is known")
        });
        return Check::warn("holidays", format!("country in [me]: {unknown}"), nearest);
    }
    if app.now.year() >= last {
        let detail = format!("known until {last}");
        return Check::warn("holidays", detail, "a newer version of thanks knows more");
    }
    let read = app.calendars.iter().map(|(path, own)| {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let days = match own.days.len() {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        match own.left_out.as_slice() {
            [] => format!("{file}: {days}"),
            left_out => format!("{file}: {days}, and not read: {}", shortened(left_out)),
        }
    });
    let table = format!("{}, until {last}", calendar::package());
    let detail = [table].into_iter().chain(read).collect::<Vec<_>>().join("; ");
    let is_whole = |own: &OwnDays| own.left_out.is_empty() && !own.days.is_empty();
    if app.calendars.iter().all(|(_, own)| is_whole(own)) {
        return Check::ok("holidays", detail);
    }
    Check::warn("holidays", detail, "list the missing dates in holidays of [policy]")
}

/// The first of them, and how many more there are.
fn shortened(left_out: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = left_out.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match left_out.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

fn configuration(app: &App) -> Check {
    let path = app.paths.config_file.display();
    match (&app.config_trouble, &app.config) {
        (Some(trouble), _) => Check::problem(
            "configuration",
            trouble,
            "mend that line, or move the file away and `thanks init`",
        ),
        (None, None) => Check::warn("configuration", format!("none at {path}"), "thanks init"),
        (None, Some(_)) => Check::ok("configuration", path.to_string()),
    }
}

fn account(app: &App) -> Check {
    match Account::configured(app.config.as_ref()) {
        Err(problem) => Check::problem("account", &problem, "see [smtp]"),
        Ok(None) => Check::warn("account", "no mail account is set up", "thanks init"),
        Ok(Some(account)) => {
            let server = &account.server;
            let mailbox = match app.config.as_ref().and_then(|config| config.imap.as_ref()) {
                Some(imap) => format!("; answers from {}:{}", imap.host, imap.port),
                None => "; answers are told by hand".to_owned(),
            };
            Check::ok("account", format!("{}:{}{mailbox}", server.host, server.port))
        }
    }
}

fn templates(app: &App) -> Check {
    let templates = app.templates();
    let names = templates.names();
    let broken: Vec<Problem> = names.iter().filter_map(|name| templates.parse(name).err()).collect();
    match broken.first() {
        None => Check::ok("templates", format!("{}, all can be read", names.len())),
        Some(problem) => Check::problem(
            "templates",
            problem,
            "mend the file, or move it away for the text that comes with thanks",
        ),
    }
}

fn record(inspection: &Inspection) -> Check {
    let (version, newest) = inspection.version;
    if let Some(damage) = inspection.damage.first() {
        return Check::fail(
            "record",
            format!("the database is damaged: {damage}"),
            "put it back from a copy",
        );
    }
    if version > newest {
        return Check::fail("record", "written by a newer thanks", "use that version");
    }
    if !inspection.lacking.is_empty() {
        return Check::fail(
            "record",
            format!("it lacks the guards of its states: {}", inspection.lacking.join(", ")),
            "another program changed it; put it back from a copy",
        );
    }
    if version < newest {
        return Check::ok("record", format!("version {version}; the next command makes it {newest}"));
    }
    Check::ok(
        "record",
        format!("applications: {}, notes: {}, whole", inspection.applications, inspection.notes),
    )
}

fn journal(app: &App, inspection: &Inspection) -> Check {
    let lines = match app.journal().offered() {
        Ok(lines) => lines,
        Err(error) => return Check::fail("journal", format!("{error:#}"), "see its permissions"),
    };
    // What was forgotten stands in the journal alone.
    let older = lines
        .iter()
        .filter(|(id, offers)| inspection.offered.get(*id).is_some_and(|recorded| *recorded < offers.highest))
        .count();
    let lost = inspection
        .offered
        .iter()
        .filter(|(id, recorded)| lines.get(*id).map_or(0, |offers| offers.highest) < **recorded)
        .count();
    if older > 0 {
        let detail = format!("it knows of offers that the record does not; notes: {older}");
        return Check::warn(
            "journal",
            detail,
            "the record is an older copy; `thanks send` treats them as in doubt",
        );
    }
    if lost > 0 {
        let detail = format!("it lacks offers that the record has; notes: {lost}");
        return Check::warn("journal", detail, "put the journal back beside the database");
    }
    Check::ok("journal", format!("ids: {}, as the record says", lines.len()))
}

fn doubts(app: &App) -> Check {
    match store::unsettled(&app.paths.database) {
        Ok(ids) if ids.is_empty() => missed(app),
        Ok(ids) => Check::warn(
            "notes",
            format!("in doubt: {}", ids.join(", ")),
            "`thanks sync`, or `thanks mark NOTE sent` or `… not-sent`",
        ),
        Err(error) => Check::fail("notes", format!("{error:#}"), "see the record"),
    }
}

/// Whether every plan was kept.
fn missed(app: &App) -> Check {
    let plans = app.overdue_plans().unwrap_or_default();
    let told: Vec<String> =
        plans.iter().map(|(id, at)| format!("{id} was to go {}", app.zone.stamp(at.to_utc()))).collect();
    match told.is_empty() {
        true => Check::ok("notes", "none is in doubt"),
        false => Check::warn("notes", format!("not sent as planned: {}", told.join(", ")), "thanks send"),
    }
}

fn clockwork(app: &App) -> Check {
    let Some(why) = timer::idle(&app.environment, &app.paths, app.now) else {
        return Check::ok("timer", "active");
    };
    match store::planned(&app.paths.database).unwrap_or_default() {
        0 => Check::ok("timer", format!("{why}; nothing is planned")),
        planned => {
            Check::warn("timer", format!("{why}; planned notes: {planned}"), "thanks schedule install")
        }
    }
}

/// Of the timer; one that is silent for a day although it is there does not do its work.
fn last_run(app: &App, inspection: Option<&Inspection>) -> Check {
    let is_active = || timer::idle(&app.environment, &app.paths, app.now).is_none();
    match inspection.and_then(|inspection| inspection.last_run).map(|at| at.to_utc()) {
        None => Check::ok("last run", "the timer has not run yet"),
        Some(at) if app.now - at > timer::SILENT && is_active() => {
            let detail = format!("{}, although the timer is active", app.zone.stamp(at));
            Check::warn("last run", detail, "thanks schedule status")
        }
        Some(at) => Check::ok("last run", app.zone.stamp(at)),
    }
}
