//! A debrief on its way into the record: does it fit, is anything odd about the people, what is
//! written.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::doubles::{Record, Round, Understood, new_round, understand, unrecorded};
use super::flags::DebriefArgs;
use crate::adapters::store::{Store, Which};
use crate::commands::App;
use crate::domain::address::{EmailAddress, PersonName, Weight, weighed_advice};
use crate::domain::application::{Application, Clash, Status, Tone, merge};
use crate::domain::calendar::Place;
use crate::domain::debrief::{self, Applied, Debrief, How, Met, Unfit};
use crate::domain::note::NoteKind;
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::flow::compose::next_steps;

/// What was recorded on the way to a draft.
pub struct Recorded {
    /// The notes of the people that were named.
    pub notes: Vec<String>,
    pub notices: Vec<String>,
}

/// Records what the flags of `draft` tell; `names` may hold the application, or one of its notes.
pub fn record(args: &DebriefArgs, names: &[String], app: &App, store: &mut Store) -> Result<Recorded> {
    let applications = store.applications(Which::All)?;
    let mut args = args.clone();
    let name = match names {
        [] => None,
        [one] => Some(one.as_str()),
        _ => {
            return Err(Problem::new(Kind::Usage, "facts can be told for one application at a time")
                .detail("nothing was recorded")
                .into());
        }
    };
    let (slug, person) = match name.and_then(|name| name.split_once('/')) {
        Some((slug, rest)) => (Some(slug), rest.split('/').next()),
        None => (name, None),
    };
    if let Some(person) = person.filter(|_| args.met.is_empty()) {
        let topics = std::mem::take(&mut args.topics);
        args.met.push(super::Said { who: person.to_owned(), topics });
    }
    let known = known(&applications, slug, &args)?;
    require(&args, known, "thanks draft")?;
    let notes = store.notes(Which::All)?;
    let record = Record { applications: &applications, notes: &notes };
    let understood = understand(&args, slug, known, record, Round::Unsaid, app)?;
    let Understood { told, known, mut notices, round } = understood;
    notices.extend(advise(app, &told, known, &[])?);
    let applied = propose(&applications, &told)?;
    if let Some(round) = new_round(known, applied.round) {
        notices.push(format!("added {round}"));
    }
    notices.extend(same_one(&applied, known, round));
    let (applied, overlapping) = write(store, &told, applied, known, app.local_now())?;
    notices.extend(overlapping);
    let notes = notes_of(&applied, store, app)?;
    for note in store.notes(Which::One(&applied.application.slug))? {
        if note.state == State::Approved && notes.iter().any(|id| id == note.id.as_str()) {
            notices.push(format!("{} was approved and stays as it was approved", note.id));
        }
    }
    Ok(Recorded { notes, notices })
}

/// The application that the flags are about, if there is one.
pub fn known<'a>(
    applications: &'a [Application],
    slug: Option<&str>,
    args: &DebriefArgs,
) -> Result<Option<&'a Application>, Problem> {
    let told = Debrief {
        slug: slug.map(str::to_owned),
        company: args.company.clone(),
        role: args.role.clone(),
        ..Debrief::default()
    };
    match debrief::find(applications, &told) {
        Ok(found) => match found.map(|application| (&application.status, application)) {
            Some((Status::Closed { reason, .. }, application)) => {
                Err(unfit(&Unfit::Closed { slug: application.slug.clone(), reason: reason.clone() }))
            }
            _ => Ok(found),
        },
        Err(Unfit::Missing { .. }) => Ok(None),
        Err(error) => Err(unfit(&error)),
    }
}

/// What a new application cannot do without and nobody can be asked for.
pub fn require(args: &DebriefArgs, known: Option<&Application>, command: &str) -> Result<(), Problem> {
    let needed = [
        ("--company COMPANY", args.company.is_none()),
        ("--role ROLE", args.role.is_none()),
        ("--with \"Name <address>\"", args.met.is_empty()),
    ];
    let missing: Vec<&str> =
        needed.iter().filter(|(_, is_missing)| *is_missing).map(|(flag, _)| *flag).collect();
    if known.is_some() || missing.is_empty() {
        return Ok(());
    }
    let are = if missing.len() == 1 { "is" } else { "are" };
    let missing = missing.join(", ");
    Err(Problem::new(Kind::NeedsYou, format!("to record an interview, {missing} {are} missing"))
        .detail("nothing was recorded")
        .hint(format!(
            "`{command} --company Acme --role \"Platform Engineer\" --with \"Jane Doe <jane@acme.example>\"`; \
             `thanks add` on a terminal asks"
        )))
}

/// What is odd about the people: asked on a terminal where it is most likely wrong, else
/// returned as notices. Somebody known as they are is not asked about again, nor is what is to be
/// kept.
pub fn advise(
    app: &App,
    told: &Debrief,
    known: Option<&Application>,
    kept: &[String],
) -> Result<Vec<String>> {
    let mut notices: Vec<String> = told.country.as_deref().and_then(unknown_place).into_iter().collect();
    for met in told.met.iter().chain(&told.agent).chain(&told.contact) {
        let is_known = known.is_some_and(|application| {
            application.people.iter().any(|person| person.name == met.name && person.address == met.address)
        });
        if is_known {
            continue;
        }
        for (weight, line) in odd(app, met) {
            if notices.contains(&line) || kept.contains(&line) {
                continue;
            }
            if weight == Weight::Ask {
                confirm(app, &line)?;
            }
            notices.push(line);
        }
    }
    Ok(notices)
}

/// A place without a calendar is no error: weekends and quiet spans count all the same.
fn unknown_place(code: &str) -> Option<String> {
    let unknown = Place::parse(code).err()?;
    let country = code.split('-').next().unwrap_or(code);
    let instead = match Place::parse(country) {
        Ok(place) if country != code => format!("; those of {} count", place.code),
        _ => "; only weekends count".to_owned(),
    };
    let nearest = unknown.nearest.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Some(format!("{unknown}{instead}{nearest}"))
}

/// What is odd about one person.
pub fn odd(app: &App, met: &Met) -> Vec<(Weight, String)> {
    odd_about(app, &met.name, met.address.as_ref())
}

/// What is odd about a name and an address.
pub fn odd_about(app: &App, name: &PersonName, address: Option<&EmailAddress>) -> Vec<(Weight, String)> {
    let own = app.config.as_ref().and_then(|config| config.me.as_ref()).map(|me| &me.email);
    weighed_advice(Some(name), address, own)
}

fn confirm(app: &App, line: &str) -> Result<()> {
    let declined = |kind| Problem::new(kind, line.to_owned()).detail("nothing was recorded");
    if !app.terminal.is_interactive() {
        return Err(declined(Kind::NeedsYou)
            .hint("if it is right, type the same command on a terminal and say so")
            .into());
    }
    app.terminal.say(line);
    let keep = app.terminal.choose("Keep it? [y]es [n]o: ", "yn", "type it on a terminal");
    match keep.map_err(unrecorded)? {
        'y' => Ok(()),
        _ => Err(declined(Kind::Declined).into()),
    }
}

/// Another date is another round; whether it was meant as one, only its owner knows.
pub fn same_one(applied: &Applied, known: Option<&Application>, round: Round) -> Option<String> {
    let is_new = new_round(known, applied.round).is_some() && round == Round::Unsaid;
    is_new.then(|| format!("same one? thanks edit {}", applied.application.slug))
}

/// Joins a debrief to the record in memory.
pub fn propose(applications: &[Application], told: &Debrief) -> Result<Applied, Problem> {
    debrief::apply(applications, told).map_err(|error| unfit(&error))
}

/// Writes what was told, unless it says nothing new. It is joined to the record as it is at that
/// moment, since other commands went on while the questions were answered; what they recorded and
/// this one replaces is returned as notices.
pub fn write(
    store: &mut Store,
    told: &Debrief,
    applied: Applied,
    before: Option<&Application>,
    at: DateTime<FixedOffset>,
) -> Result<(Applied, Vec<String>)> {
    if before == Some(&applied.application) {
        return Ok((applied, Vec::new()));
    }
    store.atomically(|store| {
        let applications = store.applications(Which::All)?;
        let current = match before {
            Some(before) => {
                let same = applications.iter().find(|application| application.slug == before.slug);
                Some(same.ok_or_else(|| erased(&before.slug))?)
            }
            None => debrief::find(&applications, told).map_err(|error| unfit(&error))?,
        };
        let (applied, notices) = match current {
            None => (propose(&applications, told)?, Vec::new()),
            Some(current) if Some(current) == before => (applied, Vec::new()),
            Some(current) => {
                let joined = debrief::join(current.clone(), How::Updated, told);
                let joined = joined.map_err(|error| unfit(&error))?;
                let notices = overlapping(before, &joined.application, current);
                (joined, notices)
            }
        };
        if current != Some(&applied.application) {
            store.save_application(&applied.application, at, &story(&applied, current))?;
        }
        Ok((applied, notices))
    })
}

fn erased(slug: &str) -> Problem {
    Problem::new(Kind::NotFound, format!("{slug} was erased by another command"))
        .detail("nothing was recorded")
        .hint("`thanks add --company COMPANY --role ROLE` begins it anew")
}

/// What another command recorded while this one was asking, as far as it matters to what was told.
fn overlapping(before: Option<&Application>, after: &Application, current: &Application) -> Vec<String> {
    let was_open = before.is_none_or(Application::is_open);
    let mut notices = Vec::new();
    if let (true, Status::Closed { reason, .. }) = (was_open, &current.status) {
        let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        notices.push(format!("{} was closed meanwhile{why}, and stays closed", current.slug));
    }
    // Of an application that another command has just begun everything is theirs.
    let begun = Application {
        role_short: None,
        country: None,
        zone: None,
        tone: Tone::default(),
        contact: None,
        agent: None,
        decision: None,
        ..current.clone()
    };
    let merged = merge(before.unwrap_or(&begun), after, current);
    notices.extend(merged.clashes.iter().map(|clash| {
        let Clash { what, mine, theirs } = clash;
        format!("{what}: another command recorded {theirs} meanwhile; it is now {mine}")
    }));
    notices
}

fn story(applied: &Applied, before: Option<&Application>) -> String {
    let application = &applied.application;
    let names: Vec<&str> = applied
        .people
        .iter()
        .filter_map(|key| application.person(key))
        .map(|person| person.name.as_str())
        .collect();
    let how = match applied.how {
        How::Added => format!("recorded: {}, {}", application.company, application.role),
        How::Updated if before.is_some_and(|before| before.interview(applied.round).is_none()) => {
            format!("recorded: round {}", applied.round)
        }
        How::Updated => "updated".to_owned(),
    };
    if names.is_empty() { how } else { format!("{how}; met {}", names.join(", ")) }
}

/// The thank-yous of the people named; the application where there are none to write.
fn notes_of(applied: &Applied, store: &Store, app: &App) -> Result<Vec<String>> {
    let application = &applied.application;
    let notes = store.notes(Which::One(&application.slug))?;
    let rule = (app.rules())(application.country.as_deref());
    let steps = next_steps(application, &notes, &rule, &app.zone, app.now);
    let named =
        |person: &String| applied.people.contains(person) || application.agent.as_ref() == Some(person);
    let ids: Vec<String> = steps
        .iter()
        .filter(|step| step.kind == NoteKind::ThankYou && step.round == applied.round)
        .filter(|step| named(&step.person))
        .map(|step| step.note_id().to_string())
        .collect();
    Ok(if ids.is_empty() { vec![application.slug.clone()] } else { ids })
}

fn unfit(error: &Unfit) -> Problem {
    let nothing = |kind, message: String| Problem::new(kind, message).detail("nothing was recorded");
    match error {
        Unfit::NoSuchApplication { slug, nearest } => {
            let problem = nothing(Kind::NotFound, format!("no application {slug}"));
            match nearest {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint("`thanks add --company COMPANY --role ROLE` begins a new one"),
            }
        }
        Unfit::WhichRole { company, slugs } => {
            nothing(Kind::NeedsYou, format!("{company} has several applications: {}", slugs.join(", ")))
                .hint("name one of them, or say its --role")
        }
        Unfit::Missing { what } => nothing(Kind::NeedsYou, format!("the {what} is missing"))
            .hint("`thanks add` on a terminal asks for it"),
        Unfit::Closed { slug, reason } => {
            let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            nothing(Kind::Declined, format!("{slug} is closed{why}"))
                .hint("`thanks add --company COMPANY --role ROLE` begins another application there")
        }
    }
}
