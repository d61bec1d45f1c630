//! News that the mailbox cannot say, and what follows from them for the notes that wait.

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::ArgGroup;
use serde::Serialize;

use super::App;
use super::debrief::{not_understood, read_decision, zone_for};
use crate::adapters::store::{Store, Which};
use crate::domain::application::{Application, Heard, News, Status};
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::{Event, State};
use crate::domain::policy::held_until;
use crate::domain::problem::{Kind, Problem};
use crate::flow::choose;
use crate::flow::compose::next_steps;
use crate::flow::record::in_doubt;

/// Tell what came from them: an answer, a date, a no, an invitation
///
/// Examples:
///   thanks heard acme --answered                   somebody wrote; nothing pending goes out
///   thanks heard acme --decision "end of March"    a new date; follow-ups wait for it
///   thanks heard acme --rejected                   closes it; a short reply can go
///   thanks heard acme --next-round                 a short reply; follow-ups stop
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(group(ArgGroup::new("news").required(true).args(["answered", "decision", "rejected", "next_round"])))]
pub struct Args {
    /// An application: acme; `thanks status` names them
    #[arg(value_name = "APP")]
    application: String,
    /// Somebody answered
    #[arg(long)]
    answered: bool,
    /// When they decide, in their words
    #[arg(long, value_name = "WORDS")]
    decision: Option<String>,
    /// They said no
    #[arg(long)]
    rejected: bool,
    /// They invited you to another round
    #[arg(long)]
    next_round: bool,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub application: String,
    pub news: &'static str,
    pub is_open: bool,
    pub decision: Option<String>,
    pub decision_by: Option<NaiveDate>,
    pub no_nudge_before: Option<DateTime<FixedOffset>>,
    /// The note that was answered.
    pub answered: Option<String>,
    pub withdrawn: Vec<String>,
    /// Notes that were approved, and are drafts again, since they speak of the old date.
    pub redrafted: Vec<String>,
    /// Notes that may have been sent and that only their owner can settle.
    pub in_doubt: Vec<String>,
    /// From when a short reply is customary.
    pub reply_from: Option<DateTime<FixedOffset>>,
    /// A closed application is open again.
    pub reopened: bool,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = app.store()?;
    let app = &*app;
    // What another command records at the same time is there before or comes after, as a whole.
    store.atomically(|store| hear(args, store, app))
}

fn hear(args: &Args, store: &mut Store, app: &App) -> Result<Report> {
    let applications = store.applications(Which::All)?;
    let mut application = choose::application(&applications, &args.application)?.clone();
    let news = match (args.answered, args.rejected, args.next_round) {
        (true, ..) => News::Answered,
        (_, true, _) => News::Rejected,
        (.., true) => News::NextRound,
        _ => News::Decision,
    };
    let reopened = !application.is_open();
    // What its owner closed goes on when they write; what they refused does so on an invitation.
    let stays_closed = |reason: &str| match news {
        News::NextRound => false,
        News::Rejected => true,
        _ => reason == News::Rejected.name(),
    };
    if let Status::Closed { reason, .. } = &application.status
        && stays_closed(reason)
    {
        return Err(Problem::new(Kind::Declined, format!("{} is closed: {reason}", application.slug))
            .detail("nothing was changed")
            .hint(format!(
                "only an invitation opens it again: `thanks heard {} --next-round`",
                application.slug
            ))
            .into());
    }
    let at = app.local_now();
    if let Some(words) = &args.decision {
        let today = zone_for(None, Some(&application), &app.zone).at(app.now).date_naive();
        let country = application.country.clone().or_else(|| app.country());
        let read = read_decision(words, today, country.as_deref())
            .map_err(|error| not_understood("--decision", error))?;
        application.decision = Some(read);
    }
    application.heard.push(Heard { at, news });
    application.status = match news {
        News::Rejected => Status::Closed { reason: news.name().to_owned(), at },
        _ => Status::Open,
    };
    store.save_application(&application, at, &told(news, &application))?;
    store.settle_questions_of(&application.slug)?;
    let mut report = settle(store, &application, news, at)?;
    let notes = store.notes(Which::One(&application.slug))?;
    report.in_doubt = in_doubt(&notes);
    report.reopened = reopened;
    plan(&mut report, &application, &notes, app);
    Ok(report)
}

/// What the news mean for the notes there are.
fn settle(
    store: &mut Store,
    application: &Application,
    news: News,
    at: DateTime<FixedOffset>,
) -> Result<Report> {
    let slug = &application.slug;
    let notes = store.notes(Which::One(slug))?;
    let (mut answered, mut redrafted) = (None, Vec::new());
    let withdrawn = match news {
        News::Answered | News::Wrote => {
            let last = notes.iter().filter(|note| note.state == State::Sent).max_by_key(|note| note.sent_at);
            if let Some(note) = last {
                store.step(&note.id, Event::Answer, at, Some("as told by its owner"))?;
                answered = Some(note.id.to_string());
            }
            store.withdraw(slug, at, "an answer came")?
        }
        News::Rejected => store.withdraw(slug, at, "they said no")?,
        News::NextRound => {
            let pending = |note: &&Note| note.state.is_pending() && note.kind != NoteKind::ThankYou;
            let ids: Vec<NoteId> = notes.iter().filter(pending).map(|note| note.id.clone()).collect();
            for id in &ids {
                store.step(id, Event::Withdraw, at, Some("they invited to another round"))?;
            }
            ids
        }
        News::Decision => {
            // An approved text speaks of the old date, also that of a thank-you.
            let stale = |note: &&Note| note.state == State::Approved && note.offers == 0;
            for note in notes.iter().filter(stale) {
                store.step(&note.id, Event::Redraft, at, Some("they named another date"))?;
                redrafted.push(note.id.to_string());
            }
            Vec::new()
        }
    };
    Ok(Report {
        application: slug.clone(),
        news: news.name(),
        is_open: application.is_open(),
        decision: None,
        decision_by: None,
        no_nudge_before: None,
        answered,
        withdrawn: withdrawn.iter().map(ToString::to_string).collect(),
        redrafted,
        in_doubt: Vec::new(),
        reply_from: None,
        reopened: false,
    })
}

/// What comes next now.
fn plan(report: &mut Report, application: &Application, notes: &[Note], app: &App) {
    let rule = (app.rules())(application.country.as_deref());
    if let (true, Some(decision)) = (application.is_open(), &application.decision) {
        report.decision = Some(decision.words.clone());
        report.decision_by = decision.by;
        report.no_nudge_before = held_until(application, &rule.calendar, &rule.policy, &app.zone);
    }
    let steps = next_steps(application, notes, &rule, &app.zone, app.now);
    report.reply_from = steps
        .iter()
        .find(|step| matches!(step.kind, NoteKind::RejectionReply | NoteKind::NextRoundReply))
        .map(|step| step.due);
}

fn told(news: News, application: &Application) -> String {
    match (news, &application.decision) {
        (News::Answered | News::Wrote, _) => "heard: an answer".to_owned(),
        (News::Decision, Some(decision)) => format!("heard: they decide \"{}\"", decision.words),
        (News::Decision, None) => "heard: another date".to_owned(),
        (News::Rejected, _) => "heard: they said no; closed".to_owned(),
        (News::NextRound, _) => "heard: an invitation to another round".to_owned(),
    }
}
