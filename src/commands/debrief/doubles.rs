//! Flags as a debrief that knows where it belongs: what looks like something recorded already is
//! asked about on a terminal, and said elsewhere, so that nobody is thanked twice unnoticed.

use anyhow::Result;

use super::flags::DebriefArgs;
use super::reading::{self, Reading};
use crate::commands::App;
use crate::domain::application::Application;
use crate::domain::debrief::{Debrief, Twin, corrected, twin};
use crate::domain::note::Note;
use crate::domain::problem::{Kind, Problem};

/// What was told, and the application that it is about.
pub struct Understood<'a> {
    pub told: Debrief,
    pub known: Option<&'a Application>,
    pub notices: Vec<String>,
    /// Whether its owner said that another date is another round.
    pub round: Round,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Unsaid,
    Another,
}

/// What is recorded.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    pub applications: &'a [Application],
    pub notes: &'a [Note],
}

/// Reads the flags; `known` is the application that they name. Errors are `Data` for what cannot
/// be read, and `Interrupted` at a question.
pub fn understand<'a>(
    args: &DebriefArgs,
    slug: Option<&str>,
    known: Option<&'a Application>,
    record: Record<'a>,
    round: Round,
    app: &App,
) -> Result<Understood<'a>> {
    let own = Reading { now: app.now, zone: app.zone.clone(), country: app.country() };
    let read = |args: &DebriefArgs, slug, known| reading::read(args, slug, known, &own);
    let (mut told, mut notices) = read(args, slug, known)?;
    let mut known = known;
    if let (None, Some(twin)) = (known, twin(record.applications, &told)) {
        if !app.terminal.is_interactive() {
            notices.push(said(&twin, &told, record.notes));
        } else if is_same(&twin, &told, record.notes, app)? {
            let args = DebriefArgs { company: None, role: None, ..args.clone() };
            known = Some(twin.application);
            (told, notices) = read(&args, Some(&twin.application.slug), known)?;
        }
    }
    let mut round = round;
    if let Some(application) = known {
        notices.extend(renamed(&told, application));
        let is_timed = args.ended.is_some() || args.starts.is_some();
        if let Some(last) = corrected(application, &told, app.now)
            && (is_timed && round == Round::Unsaid && app.terminal.is_interactive())
        {
            let day = last.ended.format("%a %-d %b");
            app.terminal.say(&format!("{day} is round {} of {}", last.round, application.slug));
            match app.terminal.choose("[n]ew round [s]ame interview, other time: ", "ns", HINT) {
                Ok('s') => told.corrects = Some(last.round),
                Ok(_) => round = Round::Another,
                Err(problem) => return Err(unrecorded(problem).into()),
            }
        }
    }
    Ok(Understood { told, known, notices, round })
}

/// A question that was broken off has recorded nothing.
pub fn unrecorded(problem: Problem) -> Problem {
    if problem.kind == Kind::Interrupted { problem.detail("nothing was recorded") } else { problem }
}

/// `added round 2 of acme (Thu 5 Mar is round 1)`, where the round is new beside others.
pub fn new_round(known: Option<&Application>, round: u32) -> Option<String> {
    let known = known.filter(|known| known.interview(round).is_none())?;
    let last = known.interviews.last()?;
    let day = last.ended.format("%a %-d %b");
    Some(format!("round {round} of {} ({day} is round {})", known.slug, last.round))
}

const HINT: &str = "type it on a terminal";

fn is_same(twin: &Twin<'_>, told: &Debrief, notes: &[Note], app: &App) -> Result<bool> {
    let application = twin.application;
    app.terminal.say(&said(twin, told, notes));
    let prompt = format!("Is this {}, {}? [y]es [n]o: ", application.slug, application.role);
    let prompt = crate::domain::text::printable(&prompt);
    Ok(app.terminal.choose(&prompt, "yn", HINT).map_err(unrecorded)? == 'y')
}

/// `jane@acme.example is also in acme (thanked Thu 5 Mar)`.
fn said(twin: &Twin<'_>, told: &Debrief, notes: &[Note]) -> String {
    let slug = &twin.application.slug;
    let Some(address) = &twin.address else {
        let company = told.company.as_deref().unwrap_or_default();
        return format!("{company} is nearly {}, which is {slug}", twin.application.company);
    };
    let thanked = notes.iter().filter(|note| note.application == *slug).find_map(|note| {
        let is_theirs = note.to.as_ref().is_some_and(|to| to.address.canonical() == address.canonical());
        note.sent_at.filter(|_| is_theirs)
    });
    let thanked = thanked.map(|at| format!(" (thanked {})", at.format("%a %-d %b"))).unwrap_or_default();
    format!("{address} is also in {slug}{thanked}")
}

/// Known addresses that were told with another name, which is theirs from now on.
fn renamed(told: &Debrief, application: &Application) -> Vec<String> {
    let mut lines = Vec::new();
    for met in told.met.iter().chain(&told.agent).chain(&told.contact) {
        let Some(address) = &met.address else { continue };
        let is_known =
            |known: &crate::domain::address::EmailAddress| known.canonical() == address.canonical();
        let known = application.people.iter().find(|person| person.address.as_ref().is_some_and(is_known));
        if let Some(known) = known.filter(|known| known.name != met.name) {
            lines.push(format!("{address} was {}, and is {} from now on", known.name, met.name));
        }
    }
    lines.dedup();
    lines
}
