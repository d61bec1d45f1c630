//! What is due now, what waits and until when, what went out: grouped by what it asks of its owner.

use anyhow::Result;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::Serialize;

use super::App;
use crate::adapters::store::Question;
use crate::domain::inbound::Mail;
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::State;
use crate::domain::policy::Timing;
use crate::domain::text::printable;
use crate::domain::view;
use crate::flow::compose::{Desk, Item};

/// What is due now, what waits and until when, and what was sent
#[derive(Debug, Default, clap::Args)]
pub struct Args {}

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub notes: Vec<NoteView>,
    pub steps: Vec<StepView>,
    /// Mails that only their owner can judge.
    pub questions: Vec<QuestionView>,
    pub mailbox_read_at: Option<DateTime<FixedOffset>>,
    #[serde(skip)]
    pub lines: Vec<Line>,
    /// Applications that are open, for the word that there is nothing.
    #[serde(skip)]
    pub open: usize,
    /// Whether anything was ever recorded.
    #[serde(skip)]
    pub recorded: bool,
}

/// A note that exists.
#[derive(Debug, Serialize)]
pub struct NoteView {
    pub id: String,
    pub application: String,
    pub kind: &'static str,
    pub to: Option<String>,
    pub subject: String,
    pub state: &'static str,
    pub message_id: Option<String>,
    pub sent_at: Option<DateTime<FixedOffset>>,
    pub detail: Option<String>,
}

/// A mail that may be an answer.
#[derive(Debug, Serialize)]
pub struct QuestionView {
    pub application: String,
    pub from: String,
    pub subject: String,
    pub received: DateTime<FixedOffset>,
    pub detail: String,
}

/// Something that comes next. Its state is that of its note; one not yet written counts as
/// drafted.
#[derive(Debug, Serialize)]
pub struct StepView {
    pub application: String,
    pub kind: &'static str,
    pub to: Option<String>,
    pub earliest: DateTime<FixedOffset>,
    pub due: DateTime<FixedOffset>,
    pub latest: Option<DateTime<FixedOffset>>,
    pub state: &'static str,
    pub reason: String,
}

/// One line for a reader.
#[derive(Debug)]
pub struct Line {
    pub section: Section,
    pub id: String,
    pub kind: &'static str,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Asked,
    InDoubt,
    Due,
    Waiting,
    /// Too late now, and never sent: nobody is forgotten without a word.
    NotSent,
    Sent,
}

pub fn run(_: &Args, app: &mut App) -> Result<Report> {
    let Some(store) = app.existing_store()? else {
        return Ok(Report::default());
    };
    let desk = app.current(&store)?;
    let items = desk.items();
    let open = |slug: &str| desk.application(slug).is_some_and(|application| application.is_open());
    let told = |note: &&Note| open(&note.application) || note.state == State::Unsure;
    let (questions, read_at) = (store.questions()?, store.mailbox_read_at()?);
    let mut lines: Vec<Line> = questions.iter().map(|question| question_line(&desk, question)).collect();
    lines.extend(items.iter().map(|item| step_line(&desk, item)));
    lines.extend(desk.notes.iter().filter(told).filter_map(|note| note_line(&desk, note, read_at)));
    lines.extend(never_thanked(&desk, &items));
    lines.sort_by_key(|line| line.section);
    Ok(Report {
        notes: desk.notes.iter().map(note_view).collect(),
        steps: items.iter().map(|item| step_view(&desk, item)).collect(),
        questions: questions.iter().map(|question| question_view(&question.mail)).collect(),
        mailbox_read_at: read_at,
        lines,
        recorded: true,
        open: desk.applications.iter().filter(|application| application.is_open()).count(),
    })
}

/// People met in an open application whose thanks never left, and for which it is too late now.
fn never_thanked(desk: &Desk, items: &[Item]) -> Vec<Line> {
    let mut lines = Vec::new();
    for application in desk.applications.iter().filter(|application| application.is_open()) {
        for interview in application.interviews.iter().filter(|interview| interview.ended <= desk.now) {
            let people = match &application.agent {
                Some(agent) => vec![agent],
                None => interview.meetings.iter().map(|meeting| &meeting.person).collect(),
            };
            for person in people {
                let id = NoteId::new(&application.slug, person, NoteKind::ThankYou, interview.round);
                let waits = items.iter().any(|item| item.id == id);
                let settled = desk
                    .notes
                    .iter()
                    .any(|note| note.id == id && (note.state.has_left() || note.state == State::Unsure));
                if !waits && !settled {
                    let ended = interview.zone.stamp(interview.ended.to_utc());
                    let text = format!("never sent, and too late after {ended}");
                    lines.push(Line {
                        section: Section::NotSent,
                        id: id_of_person(id.as_str()),
                        kind: NoteKind::ThankYou.name(),
                        text,
                    });
                }
            }
        }
    }
    lines
}

fn note_view(note: &Note) -> NoteView {
    NoteView {
        id: note.id.to_string(),
        application: note.application.clone(),
        kind: note.kind.name(),
        to: note.to.as_ref().map(|to| to.address.to_string()),
        subject: note.subject.clone(),
        state: note.state.name(),
        message_id: note.message_id.clone(),
        sent_at: note.sent_at,
        detail: note.detail.clone(),
    }
}

fn step_view(desk: &Desk, item: &Item) -> StepView {
    let step = &item.step;
    StepView {
        application: step.application.clone(),
        kind: step.kind.name(),
        to: address(desk, item),
        earliest: step.earliest,
        due: step.due,
        latest: step.latest,
        state: item.note.as_ref().map_or(State::Drafted, |note| note.state).name(),
        reason: step.reason.clone(),
    }
}

fn address(desk: &Desk, item: &Item) -> Option<String> {
    let person = desk.application(&item.step.application)?.recipient(&item.step.person)?;
    person.address.as_ref().map(ToString::to_string)
}

fn step_line(desk: &Desk, item: &Item) -> Line {
    let step = &item.step;
    let now = step.zone.at(desk.now);
    let stamp = |at: DateTime<FixedOffset>| step.zone.stamp(at.to_utc());
    let is_ahead = |at: DateTime<FixedOffset>| now < at;
    let has_ended = desk
        .application(&step.application)
        .and_then(|application| application.interview(step.round))
        .is_some_and(|interview| interview.ended <= now);
    let (section, mut text) = match (step.kind, step.latest) {
        (NoteKind::ThankYou, Some(latest)) if has_ended && step.timing != Timing::Late => {
            (Section::Due, format!("{} {}, {}", bar(latest, now), left(latest - now), stamp(latest)))
        }
        (NoteKind::ThankYou, Some(latest)) if has_ended => {
            (Section::Due, format!("late since {}; it still counts", stamp(latest)))
        }
        (NoteKind::ThankYou, _) => (Section::Waiting, format!("{}; after the interview", stamp(step.due))),
        (_, Some(latest)) if !is_ahead(step.earliest) => {
            (Section::Due, format!("{}, {}", left(latest - now), stamp(latest)))
        }
        _ if is_ahead(step.due) => (Section::Waiting, format!("{}; {}", stamp(step.due), step.reason)),
        _ => (Section::Due, format!("since {}; {}", stamp(step.due), step.reason)),
    };
    if address(desk, item).is_none() {
        text.push_str("; no address");
    }
    match item.note.as_ref().map(|note| (note.state, &note.detail)) {
        Some((State::Approved, Some(why))) => text.push_str(&format!("; approved, not sent yet: {why}")),
        Some((State::Approved, None)) => text.push_str("; approved"),
        Some((State::Refused, why)) => {
            text.push_str(&format!("; refused: {}", why.as_deref().unwrap_or("by the server")));
        }
        Some((state @ (State::Expired | State::Claimed | State::Sending), _)) => {
            text.push_str(&format!("; {}", state.name()));
        }
        _ => {}
    }
    Line { section, id: id_of_person(item.id.as_str()), kind: step.kind.name(), text }
}

fn question_view(mail: &Mail) -> QuestionView {
    QuestionView {
        application: mail.application.clone(),
        from: printable(&mail.sender),
        subject: printable(&mail.subject),
        received: mail.received,
        detail: printable(&mail.detail),
    }
}

fn question_line(desk: &Desk, question: &Question) -> Line {
    let mail = &question.mail;
    let id = mail.note.as_ref().map_or(mail.application.as_str(), |note| note.as_str());
    let text = format!("{}; {}: thanks sync", view::mail_text(mail, &desk.sender.zone), mail.detail);
    Line { section: Section::Asked, id: id_of_person(id), kind: "mail", text }
}

/// "no answer heard", or since when nothing was there.
fn no_answer(desk: &Desk, read_at: Option<DateTime<FixedOffset>>) -> String {
    let zone = &desk.sender.zone;
    match read_at.map(|at| zone.at(at.to_utc())) {
        None => "no answer heard".to_owned(),
        Some(at) if at.date_naive() == zone.at(desk.now).date_naive() => {
            format!("no answer (mailbox read {})", at.format("%H:%M"))
        }
        Some(at) => format!("no answer (mailbox read {})", at.format("%a %-d %b %H:%M")),
    }
}

fn note_line(desk: &Desk, note: &Note, read_at: Option<DateTime<FixedOffset>>) -> Option<Line> {
    let zone = desk
        .application(&note.application)
        .and_then(|application| application.interview(note.round))
        .map_or(&desk.sender.zone, |interview| &interview.zone);
    let sent = note.sent_at.map(|at| zone.stamp(at.to_utc()));
    let detail = note.detail.as_deref().unwrap_or_default();
    let (section, text) = match note.state {
        State::Unsure => {
            let id = &note.id;
            (Section::InDoubt, format!("{detail}; `thanks mark {id} sent` or `… not-sent`"))
        }
        State::Sent => (Section::Sent, format!("{}; {}", sent?, no_answer(desk, read_at))),
        State::Answered => {
            let application = desk.application(&note.application);
            let is_untold = application.is_some_and(|application| {
                note.sent_at.is_some_and(|at| application.waits_for_news_since(at))
            });
            let slug = &note.application;
            let ask =
                if is_untold { format!(": what does it say? thanks heard {slug}") } else { String::new() };
            (Section::Sent, format!("{}; answered{ask}", sent?))
        }
        State::Bounced => (Section::Sent, format!("bounced: {detail}")),
        _ => return None,
    };
    Some(Line { section, id: id_of_person(note.id.as_str()), kind: note.kind.name(), text })
}

/// `acme/jane` of `acme/jane/nudge`: the kind stands beside it.
fn id_of_person(id: &str) -> String {
    id.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// How much of the 24 hours has gone.
fn bar(latest: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    let left = (latest - now).num_minutes().clamp(0, 24 * 60);
    let gone = usize::try_from(8 - (left * 8 + 24 * 60 - 1) / (24 * 60)).unwrap_or_default();
    format!("[{}{}]", "#".repeat(gone), "-".repeat(8 - gone))
}

fn left(time: TimeDelta) -> String {
    match time.num_minutes() {
        minutes if minutes < 120 => format!("{minutes} min left"),
        minutes => format!("{} h left", minutes / 60),
    }
}
