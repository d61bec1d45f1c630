//! Reads the mailbox: answers, absences, bounces and copies of one's own, and what they settle.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::App;
use crate::adapters::store::{Question, Store};
use crate::domain::inbound::{Mail, MailKind};
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::flow::filing;
use crate::flow::listen::{self, News, Reading};
use crate::flow::mailbox::Mailbox;

/// Read the mailbox: answers, absences, bounces; settles what it can
///
/// It changes nothing there but for copies of your notes in Sent. What it cannot judge it asks.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

#[derive(Debug, Serialize)]
pub struct Report {
    pub read_at: DateTime<FixedOffset>,
    pub news: Vec<NewsView>,
    /// What only its owner can say.
    pub questions: Vec<QuestionView>,
    pub settled: Vec<SettledView>,
    /// Notes whose copy was put into Sent.
    pub filed: Vec<String>,
    /// Notes that may have been sent, still.
    pub in_doubt: Vec<String>,
    #[serde(skip)]
    pub told: Vec<News>,
    #[serde(skip)]
    pub open: Vec<Mail>,
    #[serde(skip)]
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct NewsView {
    pub application: String,
    pub kind: &'static str,
    pub from: String,
    pub subject: String,
    pub received: DateTime<FixedOffset>,
    pub note: Option<String>,
    pub detail: String,
    pub withdrawn: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct QuestionView {
    pub application: String,
    pub kind: &'static str,
    pub from: String,
    pub subject: String,
    pub received: DateTime<FixedOffset>,
    pub note: Option<String>,
    pub detail: String,
}

#[derive(Debug, Serialize)]
pub struct SettledView {
    pub note: String,
    pub state: &'static str,
    pub sent_at: Option<DateTime<FixedOffset>>,
    pub detail: String,
}

pub fn run(_: &Args, app: &mut App) -> Result<Report> {
    let mut mailbox = Mailbox::configured(app.config.as_ref())?.ok_or_else(|| {
        Problem::new(Kind::Config, "no mailbox is set up")
            .detail("nothing was read")
            .hint("name it in [imap] of the configuration; or tell what came: `thanks heard APP --answered`")
    })?;
    let mut store = app.store()?;
    let now = app.local_now();
    let mut session = mailbox
        .open(&mut store, &app.terminal)
        .map_err(|problem| problem.detail("the mailbox was not read"))?;
    let mut reading = listen::read(&mut session, &mailbox, &mut store, now)?;
    let mut warnings = std::mem::take(&mut reading.warnings);
    let mut trouble = Vec::new();
    // What INBOX has brought stays, whatever becomes of Sent.
    match listen::settle_doubts(&mut session, &mailbox, &mut store, &app.zone, now) {
        Ok(settled) => reading.settled.extend(settled),
        Err(error) => trouble.push(format!("Sent was not read: {}", only_problem(error)?)),
    }
    let mut filed = Vec::new();
    if let Err(error) = filing::file(&mut session, &mailbox, &mut store, &mut filed) {
        trouble.push(format!("no copy was put into Sent: {}", only_problem(error)?));
    }
    if trouble.is_empty()
        && let Err(error) = listen::learn_ids(&mut session, &mailbox, &mut store, now)
    {
        trouble.push(format!("Sent was not read: {}", only_problem(error)?));
    }
    if trouble.is_empty() {
        session.logout();
    }
    warnings.extend(trouble);
    if let Some(guess) = mailbox.guess_to_say() {
        app.terminal.say(&guess);
    }
    let questions = store.questions()?;
    let (open, answers) = listen::ask(&mut store, &app.terminal, questions, &app.zone, now)?;
    reading.news.extend(answers);
    report(&store, now, reading, open, filed.iter().map(ToString::to_string).collect(), warnings)
}

/// Trouble of the record is no warning.
fn only_problem(error: anyhow::Error) -> Result<Problem> {
    error.downcast::<Problem>()
}

fn report(
    store: &Store,
    read_at: DateTime<FixedOffset>,
    reading: Reading,
    open: Vec<Question>,
    filed: Vec<String>,
    warnings: Vec<String>,
) -> Result<Report> {
    let mut settled = Vec::new();
    for one in &reading.settled {
        let note = store.note(&one.note)?;
        settled.push(SettledView {
            note: one.note.to_string(),
            state: note.as_ref().map_or(State::Sent, |note| note.state).name(),
            sent_at: note.and_then(|note| note.sent_at).or(Some(one.at)),
            detail: printable(&one.evidence),
        });
    }
    let in_doubt = store.notes_in(State::Unsure)?.iter().map(|note| note.id.to_string()).collect();
    // What is still open is told as a question, and what was answered by what it came to.
    let told: Vec<News> = reading
        .news
        .into_iter()
        .filter(|news| !open.iter().any(|question| question.mail.key == news.mail.key))
        .collect();
    Ok(Report {
        read_at,
        news: told.iter().map(news_view).collect(),
        questions: open.iter().map(|question| question_view(&question.mail)).collect(),
        settled,
        filed,
        in_doubt,
        told,
        open: open.into_iter().map(|question| question.mail).collect(),
        warnings,
    })
}

fn news_view(news: &News) -> NewsView {
    let QuestionView { application, kind, from, subject, received, note, detail } = question_view(&news.mail);
    let withdrawn = news.withdrawn.iter().map(ToString::to_string).collect();
    NewsView { application, kind, from, subject, received, note, detail, withdrawn }
}

fn question_view(mail: &Mail) -> QuestionView {
    QuestionView {
        application: mail.application.clone(),
        kind: mail.kind.name(),
        from: printable(&mail.sender),
        subject: printable(&mail.subject),
        received: mail.received,
        note: mail.note.as_ref().map(ToString::to_string),
        detail: printable(&mail.detail),
    }
}

impl Report {
    /// A question waits, or something came back: its owner is needed.
    pub fn gravest(&self) -> Option<Kind> {
        let came_back = self.told.iter().any(|news| news.mail.kind == MailKind::Bounce);
        (came_back || !self.open.is_empty()).then_some(Kind::NeedsYou)
    }
}
