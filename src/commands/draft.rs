//! What is next, as it will go out, with what the checks found.

use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::App;
use super::debrief::{self, DebriefArgs};
use crate::adapters::config;
use crate::adapters::editor::Edited as EditedText;
use crate::adapters::store::Store;
use crate::domain::checks::{Finding, Severity};
use crate::domain::note::{Edited, Note, NoteKind};
use crate::domain::outbox::{Forbidden, State};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text;
use crate::domain::view;
use crate::flow::compose::{Desk, Draft, Item, Wish, is_settled};
use crate::flow::outgoing::departure::{self, Departure};
use crate::flow::outgoing::{edit_text, keep, keep_edited, wire_of};

/// Show what is next as it will go out, with what the checks found
///
/// Examples:
///   thanks draft                        everything that comes next
///   thanks draft jane --edit            in your own words
///   thanks draft acme/omar --body       only the text, to paste elsewhere
///   thanks draft --to "Jane Doe <jane@acme.example>" --company Acme \
///     --role "Platform Engineer" --topic "moving the billing jobs to Kafka"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which notes: acme/jane, jane, or acme for all of them
    #[arg(value_name = "NOTE")]
    notes: Vec<String>,
    /// Change the text in $EDITOR
    #[arg(short, long)]
    edit: bool,
    /// Start from another template
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Print only the text, to paste elsewhere
    #[arg(long, conflicts_with = "out")]
    body: bool,
    /// Write each note as an .eml file into a folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// As it would go out at a moment ahead: "tomorrow 9:00", on your own clock
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
    #[command(flatten)]
    told: Box<DebriefArgs>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub notes: Vec<Preview>,
    /// What was recorded on the way, for a reader.
    #[serde(skip)]
    pub notices: Vec<String>,
    /// Only the texts were asked for.
    #[serde(skip)]
    pub body_only: bool,
    #[serde(skip)]
    pub has_account: bool,
}

/// One note as it will go out.
#[derive(Debug, Serialize)]
pub struct Preview {
    pub id: String,
    pub application: String,
    pub kind: &'static str,
    pub to: Option<String>,
    pub state: &'static str,
    pub template: String,
    pub headers: Headers,
    pub body: String,
    pub words: usize,
    pub findings: Vec<Found>,
    /// What the record would say now, where edited words were kept.
    pub difference: Option<String>,
    /// The .eml file that was written.
    pub file: Option<PathBuf>,
    /// The note as a person reads it.
    #[serde(skip)]
    pub text: String,
    #[serde(skip)]
    pub blocked: bool,
}

#[derive(Debug, Serialize)]
pub struct Headers {
    #[serde(rename = "From")]
    pub from: Option<String>,
    #[serde(rename = "To")]
    pub to: Option<String>,
    #[serde(rename = "Subject")]
    pub subject: String,
    #[serde(rename = "Message-ID")]
    pub message_id: Option<String>,
    #[serde(rename = "In-Reply-To")]
    pub in_reply_to: Option<String>,
    #[serde(rename = "References")]
    pub references: Vec<String>,
}

/// One finding of the checks.
#[derive(Debug, Serialize)]
pub struct Found {
    pub name: &'static str,
    pub id: &'static str,
    pub severity: &'static str,
    pub message: String,
    pub line: Option<usize>,
    pub text: Option<String>,
    pub allowed: bool,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let planned = match &args.at {
        Some(text) => departure::read("--at", text, app.now, &app.zone, app.country().as_deref())?,
        None => Departure::Now,
    };
    let mut store = app.store()?;
    let mut names = args.notes.clone();
    let mut notices = Vec::new();
    if !args.told.is_empty() {
        let recorded = debrief::record(&args.told, &names, app, &mut store)?;
        names = recorded.notes;
        notices = recorded.notices;
    }
    let mut desk = app.compose(&store)?;
    let wish = Wish { template: args.template.clone(), tone: args.told.tone(), allow: Vec::new() };
    let items = next(&desk, &names)?;
    let mut begin = |store: &mut Store, item: &Item| {
        let departs = match planned {
            Departure::Now => departure(&desk, item),
            Departure::Planned(at) => item.step.zone.at(at),
        };
        begin_draft(args, app, store, &mut desk, item, departs, &wish)
    };
    let drafts: Vec<Draft> = match args.edit {
        // An open editor must not keep the record from other commands.
        true => items.iter().map(|item| begin(&mut store, item)).collect::<Result<_>>()?,
        // One commit: a commit for each note would be most of the time.
        false => store.atomically(|store| items.iter().map(|item| begin(store, item)).collect())?,
    };
    let mut previews = Vec::new();
    for mut draft in drafts {
        // Notes of one panel are compared once all of them are there.
        let application = desk.application(&draft.note.application).context("no such application")?;
        draft.findings = desk.findings(application, &draft.note);
        let file = match &args.out {
            Some(folder) => Some(write_eml(&draft.note, folder, app)?),
            None => None,
        };
        previews.push(preview(&draft, file));
    }
    let has_account = app.config.as_ref().is_some_and(|config| config.smtp.is_some());
    Ok(Report { notes: previews, notices, body_only: args.body, has_account })
}

/// The note as it would go out at `departs`, recorded as a draft and as shown.
fn begin_draft(
    args: &Args,
    app: &App,
    store: &mut Store,
    desk: &mut Desk,
    item: &Item,
    departs: DateTime<FixedOffset>,
    wish: &Wish,
) -> Result<Draft> {
    let mut draft = desk.compose(item, departs, wish)?;
    if args.edit {
        let before = store.note(&draft.note.id)?;
        let text;
        (draft, text) = edited(app, desk, item, draft, departs)?;
        keep_edited(store, before.as_ref(), &draft.note, text, departs)?;
    } else if !is_settled(&draft.note) {
        match keep(store, &draft.note, departs) {
            Err(error) if error.chain().any(|cause| cause.is::<Forbidden>()) => {
                // Another command took it since it was read: shown is what became of it.
                draft.note = store.note(&draft.note.id)?.context("a note has gone")?;
            }
            kept => kept?,
        }
    }
    desk.adopt(&draft.note);
    store.remember_shown(&draft.note.id, &draft.note.shown_hash())?;
    Ok(draft)
}

impl Report {
    pub fn gravest(&self) -> Option<Kind> {
        self.notes.iter().any(|note| note.blocked).then_some(Kind::Declined)
    }
}

/// What was named; else thank-yous and replies, and follow-ups where there are none of those.
fn next(desk: &Desk, names: &[String]) -> Result<Vec<Item>> {
    if !names.is_empty() {
        return desk.choose(names, |_| true);
    }
    let first = desk.choose(&[], |kind| !NoteKind::is_follow_up(kind))?;
    if first.is_empty() { desk.choose(&[], NoteKind::is_follow_up) } else { Ok(first) }
}

/// When the note would go: now, or at its time where that lies ahead.
fn departure(desk: &Desk, item: &Item) -> DateTime<FixedOffset> {
    let now = item.step.zone.at(desk.now);
    let is_over = desk
        .application(&item.step.application)
        .and_then(|application| application.interview(item.step.round))
        .is_some_and(|interview| interview.ended <= now);
    match item.step.kind {
        NoteKind::ThankYou if is_over => now,
        _ => now.max(item.step.due),
    }
}

fn edited(
    app: &App,
    desk: &Desk,
    item: &Item,
    draft: Draft,
    departs: DateTime<FixedOffset>,
) -> Result<(Draft, EditedText)> {
    let mut note = draft.note;
    if note.offers > 0 && is_settled(&note) {
        return Err(Problem::new(Kind::NeedsYou, format!("{} was offered to the server once", note.id))
            .detail("what was offered is never changed; nothing was done")
            .into());
    }
    let text = edit_text(&mut note, &app.environment, &app.paths.data_dir)?;
    note.edited = Edited::ByOwner;
    note.state = State::Drafted;
    let item = Item { note: Some(note), ..item.clone() };
    Ok((desk.compose(&item, departs, &Wish::default())?, text))
}

fn write_eml(note: &Note, folder: &std::path::Path, app: &App) -> Result<PathBuf> {
    if note.from.is_none() {
        return Err(Problem::new(Kind::Config, "no sender is set, so no message can be written")
            .hint("`thanks init` sets one; `thanks draft --body` prints the text alone")
            .into());
    }
    if note.to.is_none() {
        return Err(Problem::new(Kind::NeedsYou, format!("{} has no address", note.id))
            .hint(format!("`thanks draft {} --body` prints the text alone", note.id))
            .into());
    }
    let wire = wire_of(note, app.local_now())?;
    let path = folder.join(format!("{}.eml", note.id.as_str().replace('/', "-")));
    config::make_private_folder(folder)?;
    config::write_private(&path, &wire)?;
    Ok(path)
}

fn preview(draft: &Draft, file: Option<PathBuf>) -> Preview {
    let note = &draft.note;
    let is_allowed = |finding: &Finding| note.allowed.iter().any(|name| name == finding.name);
    Preview {
        id: note.id.to_string(),
        application: note.application.clone(),
        kind: note.kind.name(),
        to: note.to.as_ref().map(|to| to.address.to_string()),
        state: note.state.name(),
        template: note.template.clone(),
        headers: Headers {
            from: note.from.as_ref().map(ToString::to_string),
            to: note.to.as_ref().map(ToString::to_string),
            subject: note.subject.clone(),
            message_id: note.message_id.clone(),
            in_reply_to: note.in_reply_to.clone(),
            references: note.references.clone(),
        },
        body: note.body.clone(),
        words: text::word_count(&note.body),
        findings: draft
            .findings
            .iter()
            .map(|finding| Found {
                name: finding.name,
                id: finding.id,
                severity: finding.severity.letter(),
                message: finding.message.clone(),
                line: finding.line.as_ref().map(|(number, _)| *number),
                text: finding.line.as_ref().map(|(_, text)| text.clone()),
                allowed: is_allowed(finding),
            })
            .collect(),
        difference: draft.difference.clone(),
        file,
        text: format!("{}{}", view::note_text(note), view::findings_text(&draft.findings)),
        blocked: draft
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Block && !is_allowed(finding)),
    }
}
