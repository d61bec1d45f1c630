//! Follow-ups, only when they are due and nobody has answered, as the mailbox says or its owner.

use anyhow::Result;

use super::App;
use super::outcome::{self, Chosen, How};
use crate::adapters::store::Store;
use crate::domain::application::{Heard, News};
use crate::domain::note::{Note, NoteKind};
use crate::domain::policy::Timing;
use crate::domain::problem::{Kind, Problem};
use crate::flow::compose::{Desk, Item, Wish};
use crate::flow::listen;
use crate::flow::mailbox::Mailbox;
use crate::flow::outgoing::departure::Departure;
use crate::flow::record;

pub use super::outcome::Report;

/// Send the follow-ups that are due, after a look for answers
///
/// Examples:
///   thanks nudge                        whatever is due; nothing due is no error
///   thanks nudge acme                   this one, or when it will be due
///   thanks nudge acme --no-answer --yes for scripts: you say that no answer came
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which applications
    #[arg(value_name = "APP")]
    applications: Vec<String>,
    /// You have looked: nobody has answered. A mailbox that is set up is read all the same
    #[arg(long)]
    no_answer: bool,
    #[command(flatten)]
    how: How,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let store = match args.applications.is_empty() {
        true => app.existing_store()?,
        false => Some(app.store()?),
    };
    let Some(mut store) = store else { return Ok(Report::default()) };
    let desk = app.compose(&store)?;
    let Chosen { items: due, planned } = due(args, &desk, app)?;
    let mut mailbox = Mailbox::configured(app.config.as_ref())?.filter(|_| !due.is_empty());
    if mailbox.is_none() || args.how.is_rehearsal() {
        let (desk, due) = if args.no_answer || mailbox.is_some() {
            (desk, due)
        } else {
            by_word(app, &mut store, desk, due, &args.how)?
        };
        let chosen = Chosen { items: due, planned };
        return outcome::review(app, &mut store, desk, chosen, Departure::Now, &args.how, None);
    }
    if args.no_answer {
        // Their owner has looked at what was asked about before; what comes now is asked about anew.
        for item in &due {
            for question in listen::of_application(&store, &item.step.application)? {
                store.settle_as_nothing(&question)?;
            }
        }
    }
    let (mut desk, mut due, mut told) = (desk, due, Vec::new());
    match &mut mailbox {
        // Who reads each note is told before of what came; who has read them is not.
        Some(mailbox) if args.how.asks() && app.terminal.is_interactive() => {
            let now = app.moment();
            let notes = due.iter().map(|item| {
                let departs = item.step.zone.at(now.to_utc());
                Ok(desk.compose(item, departs, &Wish::default())?.note)
            });
            let notes: Vec<Note> = notes.collect::<Result<_>>()?;
            let notes: Vec<&Note> = notes.iter().collect();
            told = outcome::look_for_answers(app, &mut store, mailbox, &notes)?;
            desk = app.compose(&store)?;
            let next = desk.items();
            let goes = |item: &Item| told.iter().all(|note| note.id != item.id.as_str());
            due = due
                .iter()
                .filter(|item| goes(item))
                .filter_map(|item| next.iter().find(|n| n.id == item.id))
                .cloned()
                .collect();
        }
        _ => mailbox = None,
    }
    let chosen = Chosen { items: due, planned };
    let mut report = outcome::review(app, &mut store, desk, chosen, Departure::Now, &args.how, mailbox)?;
    told.append(&mut report.notes);
    Ok(Report { notes: told, ..report })
}

/// The follow-ups that are due, or named and possible.
fn due(args: &Args, desk: &Desk, app: &App) -> Result<Chosen> {
    let mut due = Vec::new();
    let items = desk.choose(&args.applications, NoteKind::is_follow_up)?;
    let Chosen { items, planned } = outcome::chosen(desk, items, &args.applications);
    for item in items {
        if item.step.due <= item.step.zone.at(app.now) {
            due.push(item);
        } else if !args.applications.is_empty() {
            // Between the hard bound and the custom only a person at the terminal decides.
            if item.step.timing == Timing::Early || !app.terminal.is_interactive() {
                return Err(too_early(desk, &item).into());
            }
            due.push(item);
        }
    }
    Ok(Chosen { items: due, planned })
}

/// Where nobody else reads the mailbox its owner says whether an answer came.
fn by_word(app: &App, store: &mut Store, desk: Desk, due: Vec<Item>, how: &How) -> Result<(Desk, Vec<Item>)> {
    let mut unanswered = Vec::new();
    for item in due {
        let has_answered = answered(app, &desk, &item)?;
        if has_answered && how.is_rehearsal() {
            app.terminal.say(&format!("{}: no follow-up would go", item.step.application));
        } else if has_answered {
            let slug = item.step.application.clone();
            let at = app.local_now();
            store.update_application(&slug, at, |store, current| {
                let mut application = current.clone();
                application.heard.push(Heard { at, news: News::Answered });
                record::answered(store, &slug, at, "as told by its owner")?;
                Ok((Some((application, "answered, as told before a nudge".to_owned())), ()))
            })?;
            app.terminal.say(&format!("{slug}: recorded that they answered; no follow-up goes"));
        } else {
            unanswered.push(item);
        }
    }
    Ok((app.compose(store)?, unanswered))
}

/// What only the mailbox's owner can say, as long as nobody else reads it.
fn answered(app: &App, desk: &Desk, item: &Item) -> Result<bool> {
    let application = desk.application(&item.step.application);
    let company = application.map(|a| a.company.as_str()).unwrap_or_default();
    let since = desk
        .notes
        .iter()
        .filter(|note| note.application == item.step.application)
        .filter_map(|note| note.sent_at)
        .max();
    let since = since.map(|at| format!(" since {}", app.zone.stamp(at.to_utc()))).unwrap_or_default();
    let prompt = format!("Has anybody at {company} answered{since}? [y]es [n]o: ");
    let hint = "look into your mailbox, then `thanks nudge --no-answer`, or `thanks heard APP --answered`";
    Ok(app.terminal.choose(&prompt, "yn", hint)? == 'y')
}

fn too_early(desk: &Desk, item: &Item) -> Problem {
    let slug = &item.step.application;
    let due = desk.sender.zone.stamp(item.step.due.to_utc());
    Problem::new(Kind::Declined, format!("too early to nudge {slug}"))
        .detail(format!("  {}", with_date(desk, item)))
        .detail("nothing was sent")
        .hint(format!("due {due}; news? `thanks heard {slug} --decision WORDS`"))
}

/// The reason, their words with the day that was taken for them.
fn with_date(desk: &Desk, item: &Item) -> String {
    let reason = &item.step.reason;
    let decision = desk.application(&item.step.application).and_then(|a| a.decision.as_ref());
    match decision.and_then(|decision| Some((decision, decision.by?))) {
        Some((decision, by)) => {
            let quoted = format!("\"{}\"", decision.words);
            let dated = format!("{quoted} = {}, plus ", by.format("%a %-d %b"));
            reason.replacen(&format!("{quoted} + "), &dated, 1)
        }
        None => reason.clone(),
    }
}
