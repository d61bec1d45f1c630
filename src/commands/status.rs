//! What is due now, what waits and until when, what went out: grouped by what it asks of its owner.

mod held;
mod unreached;

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::Serialize;

use super::App;
use crate::adapters::store::Question;
use crate::domain::inbound::{Mail, holds_thank_you};
use crate::domain::note::{Note, NoteKind};
use crate::domain::outbox::State;
use crate::domain::policy::{Step, Timing};
use crate::domain::problem::Kind;
use crate::domain::text::printable;
use crate::domain::view;
use crate::flow::compose::{Desk, Item};
use held::Obstacles;

/// What is due now, what waits and until when, and what was sent
///
/// Examples:
///   thanks status
///   thanks status --check               for a prompt: a word if something needs you, exit code 1
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Only whether something is due or in doubt: one short line or nothing, exit code 1 or 0
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub notes: Vec<NoteView>,
    pub steps: Vec<StepView>,
    /// Mails that only their owner can judge.
    pub questions: Vec<QuestionView>,
    pub mailbox_read_at: Option<DateTime<FixedOffset>>,
    /// Why the last look at the mailbox failed; absent after one that didn't.
    pub mailbox_trouble: Option<String>,
    #[serde(skip)]
    pub brevity: Brevity,
    #[serde(skip)]
    pub lines: Vec<Line>,
    /// Applications that are open, for the word that there is nothing.
    #[serde(skip)]
    pub open: usize,
    #[serde(skip)]
    pub record: Record,
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
    /// Within its section, the soonest first.
    pub order: Option<DateTime<FixedOffset>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    InDoubt,
    Asked,
    Due,
    Waiting,
    /// Too late now, and never sent: nobody is forgotten without a word.
    NotSent,
    Sent,
}

/// Whether there is anything that the picture could show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Record {
    /// Nothing was ever recorded.
    #[default]
    None,
    /// There is a record, and no application in it.
    Empty,
    Kept,
}

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Brevity {
    #[default]
    Timeline,
    /// One short line, or nothing.
    Word,
}

/// After so long a silence there is nothing to look at any more (etiquette 2.1).
const ARCHIVED_AFTER: TimeDelta = TimeDelta::days(30);
/// Signs of the longest scale.
const WIDEST: usize = 10;

impl Report {
    /// Only who asks whether something is due gets a code for it.
    pub fn gravest(&self) -> Option<Kind> {
        let needs = self.brevity == Brevity::Word
            && (self.count(Section::InDoubt) + self.count(Section::Asked) + self.count(Section::Due) > 0);
        needs.then_some(Kind::Declined)
    }

    pub fn count(&self, section: Section) -> usize {
        self.lines.iter().filter(|line| line.section == section).count()
    }
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let brevity = if args.check { Brevity::Word } else { Brevity::Timeline };
    let Some(store) = app.existing_store()? else {
        return Ok(Report { brevity, ..Report::default() });
    };
    let desk = app.current(&store)?;
    let items = desk.items();
    let silent = silent(&desk, &items);
    let open = |slug: &str| desk.application(slug).is_some_and(|application| application.is_open());
    let told = |note: &&Note| match note.state {
        State::Unsure => true,
        State::Sent | State::Answered => {
            open(&note.application) && !silent.contains(note.application.as_str())
        }
        _ => open(&note.application),
    };
    let (questions, read_at) = (store.questions()?, store.mailbox_read_at()?);
    let obstacles = Obstacles::of(app.config.as_ref(), &store, &questions)?;
    let mut lines: Vec<Line> = questions.iter().map(|question| question_line(&desk, question)).collect();
    lines.extend(items.iter().map(|item| step_line(&desk, item, &obstacles)));
    lines.extend(desk.notes.iter().filter(told).filter_map(|note| note_line(&desk, note, read_at)));
    lines.extend(unreached::never_thanked(&desk, &items));
    group(&mut lines);
    Ok(Report {
        notes: desk.notes.iter().map(note_view).collect(),
        steps: items.iter().map(|item| step_view(&desk, item, &obstacles)).collect(),
        questions: questions.iter().map(|question| question_view(&question.mail)).collect(),
        mailbox_read_at: read_at,
        mailbox_trouble: obstacles.trouble,
        lines,
        brevity,
        record: if store.is_empty()? { Record::Empty } else { Record::Kept },
        open: desk.applications.iter().filter(|application| application.is_open()).count(),
    })
}

/// Open applications of which nothing comes next, and nothing has been for long: their sent notes
/// have left the picture.
fn silent<'d>(desk: &'d Desk, items: &[Item]) -> HashSet<&'d str> {
    let waiting: HashSet<&str> = items.iter().map(|item| item.step.application.as_str()).collect();
    let lately = desk
        .notes
        .iter()
        .filter(|note| note.sent_at.is_some_and(|at| desk.now.signed_duration_since(at) <= ARCHIVED_AFTER));
    let lately: HashSet<&str> = lately.map(|note| note.application.as_str()).collect();
    desk.applications
        .iter()
        .filter(|application| {
            let slug = application.slug.as_str();
            let heard = application.heard.iter().map(|heard| heard.at).max();
            let is_heard = heard.is_some_and(|at| desk.now.signed_duration_since(at) <= ARCHIVED_AFTER)
                || application.heard.iter().any(|h| application.waits_for_news_since(h.at));
            !waiting.contains(slug) && !lately.contains(slug) && !is_heard
        })
        .map(|application| application.slug.as_str())
        .collect()
}

/// By what they ask of their owner, the soonest first, those of one application together; what was
/// sent stays in the order in which it was drafted.
fn group(lines: &mut [Line]) {
    let application = |line: &Line| line.id.split('/').next().unwrap_or_default().to_owned();
    lines.sort_by_key(|line| (line.section, line.order));
    let mut places: HashMap<(Section, String), usize> = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        places.entry((line.section, application(line))).or_insert(place);
    }
    lines.sort_by_key(|line| places.get(&(line.section, application(line))).copied());
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

fn step_view(desk: &Desk, item: &Item, obstacles: &Obstacles) -> StepView {
    let step = &item.step;
    let held = held_now(desk, item, obstacles).map(|why| format!("; held: {why}"));
    StepView {
        application: step.application.clone(),
        kind: step.kind.name(),
        to: address(desk, item),
        earliest: step.earliest,
        due: step.due,
        latest: step.latest,
        state: item.note.as_ref().map_or(State::Drafted, |note| note.state).name(),
        reason: format!("{}{}", step.reason, held.unwrap_or_default()),
    }
}

/// Why a note whose time has come isn't sent.
fn held_now(desk: &Desk, item: &Item, obstacles: &Obstacles) -> Option<String> {
    let planned = item.note.as_ref().and_then(|note| note.send_after);
    let is_due = planned.unwrap_or(item.step.due) <= item.step.zone.at(desk.now);
    obstacles.why(&item.step, item.note.as_ref()).filter(|_| is_due)
}

fn address(desk: &Desk, item: &Item) -> Option<String> {
    let person = desk.application(&item.step.application)?.recipient(&item.step.person)?;
    person.address.as_ref().map(ToString::to_string)
}

fn step_line(desk: &Desk, item: &Item, obstacles: &Obstacles) -> Line {
    let step = &item.step;
    let (mut section, mut text) = timeline(desk, step);
    if address(desk, item).is_none() {
        text.push_str("; no address");
    }
    if crosses_an_answer(desk, item) {
        text.push_str("; they wrote after the interview, so you're asked before it's sent");
    }
    match item.note.as_ref().map(|note| (note.state, &note.detail, note.send_after)) {
        Some((State::Approved, _, Some(at))) if at > desk.now => {
            section = Section::Waiting;
            text = format!("{}; approved, goes then", step.zone.stamp(at.to_utc()));
        }
        Some((State::Approved, _, Some(at))) => {
            text.push_str(&format!("; was to go {}", step.zone.stamp(at.to_utc())));
        }
        Some((State::Approved, Some(why), None)) => {
            text.push_str(&format!("; approved, not sent yet: {why}"));
        }
        Some((State::Approved, None, None)) => text.push_str("; approved"),
        Some((State::Refused, why, _)) => {
            text.push_str(&format!("; refused: {}", why.as_deref().unwrap_or("by the server")));
        }
        Some((state @ (State::Expired | State::Claimed | State::Sending), ..)) => {
            text.push_str(&format!("; {}", state.name()));
        }
        _ => {}
    }
    match (held_now(desk, item, obstacles), &obstacles.trouble) {
        (Some(why), _) => text.push_str(&format!("; held: {why}")),
        (None, Some(why)) if step.kind.is_follow_up() => {
            text.push_str(&format!("; the mailbox could not be read: {why}"));
        }
        (None, _) => {}
    }
    let order = step.latest.filter(|_| section == Section::Due).unwrap_or(step.due);
    Line { section, id: id_of_person(item.id.as_str()), kind: step.kind.name(), text, order: Some(order) }
}

/// Whether mail came that a thank-you must not cross unasked.
fn crosses_an_answer(desk: &Desk, item: &Item) -> bool {
    let note = item.note.as_ref().filter(|note| note.kind == NoteKind::ThankYou);
    note.zip(desk.application(&item.step.application)).is_some_and(|(note, application)| {
        desk.letters.iter().any(|mail| holds_thank_you(mail, note, application))
    })
}

/// Where a step stands between what it is counted from and its moment.
fn timeline(desk: &Desk, step: &Step) -> (Section, String) {
    let now = step.zone.at(desk.now);
    let stamp = |at: DateTime<FixedOffset>| step.zone.stamp(at.to_utc());
    let has_ended = step.kind != NoteKind::ThankYou || step.since <= now;
    match (step.kind, step.latest) {
        (NoteKind::ThankYou, Some(latest)) if has_ended && step.timing != Timing::Late => (
            Section::Due,
            format!("{} {}, {}", bar(step.since, latest, now), left(latest - now), stamp(latest)),
        ),
        (NoteKind::ThankYou, Some(latest)) if has_ended => {
            (Section::Due, format!("late since {}; it still counts", stamp(latest)))
        }
        (NoteKind::ThankYou, _) => (Section::Waiting, format!("{}; after the interview", stamp(step.due))),
        (_, Some(latest)) if step.earliest <= now && step.timing == Timing::Late => {
            (Section::Due, format!("late since {}; it still counts", stamp(latest)))
        }
        (_, Some(latest)) if step.earliest <= now => {
            (Section::Due, format!("{}, {}", left(latest - now), stamp(latest)))
        }
        _ if step.due <= now => (Section::Due, format!("since {}; {}", stamp(step.due), step.reason)),
        _ if step.kind.is_follow_up() && counts_days(step) => (
            Section::Waiting,
            format!("{} {}; {}", scale(desk, step).0, stamp(step.due), scale(desk, step).1),
        ),
        _ => (Section::Waiting, format!("{}; {}", stamp(step.due), step.reason)),
    }
}

/// Whether it waits for days alone, and not for what they said; the reason then begins with their
/// number.
fn counts_days(step: &Step) -> bool {
    step.reason.starts_with(|c: char| c.is_ascii_digit())
}

/// The business days of the wait, those that have passed as `#`, and the same in words.
fn scale(desk: &Desk, step: &Step) -> (String, String) {
    let country = desk.application(&step.application).and_then(|application| application.country.as_deref());
    let rule = (desk.rules)(country);
    let calendar = &rule.calendar;
    let day = |at: DateTime<FixedOffset>| step.zone.at(at.to_utc()).date_naive();
    let days = calendar.business_days_between(day(step.since), day(step.due)).max(1);
    let gone = calendar.business_days_between(day(step.since), day(step.zone.at(desk.now))).min(days);
    let width = usize::try_from(days).unwrap_or(WIDEST).min(WIDEST);
    let full = usize::try_from(gone).unwrap_or(WIDEST) * width / usize::try_from(days).unwrap_or(WIDEST);
    let bar = format!("[{}{}]", "#".repeat(full), "-".repeat(width - full));
    (bar, format!("business day {gone} of {days}"))
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
    Line { section: Section::Asked, id: id_of_person(id), kind: "mail", text, order: None }
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
        State::Bounced => unreached::came_back(desk, note),
        _ => return None,
    };
    Some(Line { section, id: id_of_person(note.id.as_str()), kind: note.kind.name(), text, order: None })
}

/// `acme/jane` of `acme/jane/nudge`: the kind stands beside it.
fn id_of_person(id: &str) -> String {
    id.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// How much of the time for thanks has gone.
fn bar(since: DateTime<FixedOffset>, latest: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    let whole = (latest - since).num_minutes().max(1);
    let left = (latest - now).num_minutes().clamp(0, whole);
    let gone = usize::try_from(8 - (left * 8 + whole - 1) / whole).unwrap_or_default();
    format!("[{}{}]", "#".repeat(gone), "-".repeat(8 - gone))
}

fn left(time: TimeDelta) -> String {
    match time.num_minutes() {
        minutes if minutes < 120 => format!("{minutes} min left"),
        minutes => format!("{} h left", minutes / 60),
    }
}
