//! The two-minute debrief: by questions, or in one line.

mod questions;

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;

use super::App;
use super::debrief::{self, DebriefArgs, Record, Round, Understood};
use crate::adapters::store::Which;
use crate::domain::application::Application;
use crate::domain::debrief::{Applied, How, slug};
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::policy::{Timing, held_until};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::nearest;
use crate::domain::zone::Zone;
use crate::flow::compose::next_steps;

/// Record an interview: by questions, or in one line
///
/// Examples:
///   thanks add                          asks, in two minutes
///   thanks add --company Acme --role "Platform Engineer" --ended 15:45 \
///     --with "Jane Doe <jane@acme.example>" --topic "moving the billing jobs to Kafka" \
///     --why "the nightly freeze goes away" --decision "in two weeks"
///   thanks add acme                     asks what is missing, or adds a round
///   thanks add acme --with "Omar Aziz <omar@acme.example>"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// An application that is recorded already: acme
    #[arg(value_name = "APP")]
    application: Option<String>,
    /// Say what would be recorded, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    told: Box<DebriefArgs>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub application: String,
    pub company: String,
    pub role: String,
    /// The end of the interview, on the clock of its zone.
    pub ended: DateTime<FixedOffset>,
    pub zone: String,
    pub round: u32,
    pub kind: &'static str,
    pub decision: Option<String>,
    pub decision_by: Option<NaiveDate>,
    pub people: Vec<PersonView>,
    pub thank_by: Option<DateTime<FixedOffset>>,
    pub no_nudge_before: Option<DateTime<FixedOffset>>,
    pub notices: Vec<String>,
    /// `added`, `updated` or `unchanged`.
    pub how: &'static str,
    #[serde(skip)]
    pub dry_run: bool,
    #[serde(skip)]
    pub said: Said,
}

/// What only a reader of text needs.
#[derive(Debug)]
pub struct Said {
    pub zone: Zone,
    /// `round 2 of acme (Thu 5 Mar is round 1)`, where it is another round.
    pub new_round: Option<String>,
    pub is_ahead: bool,
    /// The time for thank-yous is over.
    pub is_late: bool,
    pub agent: Option<String>,
}

/// Somebody met; `id` is that of their thank-you.
#[derive(Debug, Serialize)]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub address: Option<String>,
    pub topics: Vec<TopicView>,
}

#[derive(Debug, Serialize)]
pub struct TopicView {
    pub what: String,
    pub why: Option<String>,
    pub fit: Option<String>,
    pub need: Option<String>,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = if args.dry_run { app.existing_store()? } else { Some(app.store()?) };
    let (applications, notes) = match &store {
        Some(store) => {
            store.at_one_moment(|store| Ok((store.applications(Which::All)?, store.notes(Which::All)?)))?
        }
        None => (Vec::new(), Vec::new()),
    };
    let mut told = (*args.told).clone();
    let name = args.application.as_deref().map(named).transpose()?;
    let suggested = name.as_deref().filter(|name| told.company.is_none() && is_new(name, &applications));
    let suggested =
        args.application.as_deref().filter(|_| suggested.is_some() && app.terminal.is_interactive());
    told.company = told.company.or(suggested.map(str::to_owned));
    let known = debrief::known(&applications, name.as_deref(), &told)?;
    let (kept, round) = match app.terminal.is_interactive() {
        true => questions::ask(&mut told, suggested, known, &applications, app)?,
        false => (Vec::new(), Round::Unsaid),
    };
    let known = debrief::known(&applications, name.as_deref(), &told)?;
    if known.is_some() && told.is_empty() && told.tone.is_none() {
        return Err(nothing_said(known).into());
    }
    debrief::require(&told, known, "thanks add")?;
    let record = Record { applications: &applications, notes: &notes };
    let understood = debrief::understand(&told, name.as_deref(), known, record, round, app)?;
    let Understood { told: debrief, known, mut notices, round } = understood;
    notices.extend(debrief::advise(app, &debrief, known, &kept)?);
    let mut applied = debrief::propose(&applications, &debrief)?;
    notices.extend(debrief::same_one(&applied, known, round));
    if let (Some(store), false) = (&mut store, args.dry_run) {
        let written = debrief::write(store, &debrief, applied, known, app.local_now())?;
        applied = written.0;
        notices.extend(written.1);
    }
    let mut report = report(&applied, &notes, app)?;
    report.notices = notices;
    report.said.new_round = debrief::new_round(known, applied.round);
    if known == Some(&applied.application) {
        report.how = "unchanged";
    }
    report.dry_run = args.dry_run;
    Ok(report)
}

/// The name of an application as it is recorded.
fn named(name: &str) -> Result<String, Problem> {
    match name.split_once('/') {
        None => Ok(slug(name)),
        Some((application, _)) => {
            Err(Problem::new(Kind::Usage, format!("{name} is a note; an application is meant here"))
                .hint(format!("`thanks add {application}`")))
        }
    }
}

/// Whether the name is none that is recorded, nor one of them mistyped.
fn is_new(name: &str, applications: &[Application]) -> bool {
    nearest(name, applications.iter().map(|application| application.slug.as_str())).is_none()
}

fn nothing_said(known: Option<&Application>) -> Problem {
    let slug = known.map(|application| application.slug.as_str()).unwrap_or_default();
    Problem::new(Kind::NeedsYou, format!("nothing was said about {slug}"))
        .detail("nothing was recorded")
        .hint(format!("`thanks add {slug} --with \"Name <address>\"`, or `thanks add {slug}` on a terminal"))
}

fn report(applied: &Applied, notes: &[Note], app: &App) -> Result<Report> {
    let application = &applied.application;
    let interview = application.interview(applied.round).ok_or_else(|| {
        Problem::new(Kind::Bug, format!("{} has no round {}", application.slug, applied.round))
    })?;
    let rule = (app.rules())(application.country.as_deref());
    let steps = next_steps(application, notes, &rule, &app.zone, app.now);
    let thanks: Vec<_> =
        steps.iter().filter(|step| step.kind == NoteKind::ThankYou && step.round == applied.round).collect();
    let named = |person: &str| applied.people.is_empty() || applied.people.iter().any(|key| key == person);
    let people = interview
        .meetings
        .iter()
        .filter(|meeting| named(&meeting.person))
        .filter_map(|meeting| Some((meeting, application.person(&meeting.person)?)))
        .map(|(meeting, person)| PersonView {
            id: thanks
                .iter()
                .find(|step| step.person == person.key)
                .map_or_else(
                    || NoteId::new(&application.slug, &person.key, NoteKind::ThankYou, applied.round, 1),
                    |step| step.note_id(),
                )
                .to_string(),
            name: person.name.to_string(),
            address: person.address.as_ref().map(ToString::to_string),
            topics: meeting
                .topics
                .iter()
                .cloned()
                .map(|topic| TopicView { what: topic.what, why: topic.why, fit: topic.fit, need: topic.need })
                .collect(),
        })
        .collect();
    let agent = application.agent.as_ref().and_then(|key| application.person(key)).map(|agent| {
        let address = agent.address.as_ref().map_or(", no address".to_owned(), |a| format!(" <{a}>"));
        format!("{}{address}", agent.name)
    });
    Ok(Report {
        application: application.slug.clone(),
        company: application.company.clone(),
        role: application.role.clone(),
        ended: interview.ended,
        zone: interview.zone.to_string(),
        round: interview.round,
        kind: interview.kind.name(),
        decision: application.decision.as_ref().map(|decision| decision.words.clone()),
        decision_by: application.decision.as_ref().and_then(|decision| decision.by),
        people,
        thank_by: thanks.iter().filter_map(|step| step.latest).min(),
        no_nudge_before: held_until(application, &rule.calendar, &rule.policy, &app.zone),
        notices: Vec::new(),
        how: match applied.how {
            How::Added => "added",
            How::Updated => "updated",
        },
        dry_run: false,
        said: Said {
            zone: interview.zone.clone(),
            new_round: None,
            is_ahead: interview.ended > app.now,
            is_late: thanks.iter().any(|step| step.timing == Timing::Late),
            agent,
        },
    })
}
