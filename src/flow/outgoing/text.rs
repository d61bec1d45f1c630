//! The text of a note on its way: kept as a draft, changed by its owner, and as the bytes that go
//! over the wire.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use crate::adapters::config::Environment;
use crate::adapters::editor::{self, Edited};
use crate::adapters::mime::{self, Outgoing};
use crate::adapters::store::Store;
use crate::domain::note::Note;
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};

/// What other programs take below the subject.
const HEADERS: [&str; 5] = ["to", "cc", "bcc", "from", "reply-to"];

/// Writes a draft if it says anything that the record does not.
pub fn keep(store: &mut Store, note: &Note, at: DateTime<FixedOffset>) -> Result<()> {
    store.atomically(|store| keep_now(store, note, at))
}

/// Writes a text that was edited from `before`. What another command made of the note while the
/// editor was open is not overwritten, and the edited text is left where it is.
pub fn keep_edited(
    store: &mut Store,
    before: Option<&Note>,
    note: &Note,
    edited: Edited,
    at: DateTime<FixedOffset>,
) -> Result<()> {
    let place = format!("nothing was changed; your text is in {}", edited.path.display());
    let words = |note: &Note| (note.subject.clone(), note.body.clone());
    let kept = store.atomically(|store| {
        let known = store.note(&note.id)?;
        if known.as_ref().map(words) != before.map(words) {
            let what = format!("another command changed {} while you were editing it", note.id);
            let hint = format!("`thanks draft {}` shows the text that is recorded now", note.id);
            return Err(Problem::new(Kind::NeedsYou, what).hint(hint).into());
        }
        keep_now(store, note, at)
    });
    match kept.map_err(anyhow::Error::downcast::<Problem>) {
        Ok(()) => {
            edited.discard();
            Ok(())
        }
        Err(Ok(mut problem)) => {
            problem.details.retain(|line| line != "nothing was changed");
            Err(problem.detail(place).into())
        }
        Err(Err(error)) => Err(error.context(place)),
    }
}

fn keep_now(store: &mut Store, note: &Note, at: DateTime<FixedOffset>) -> Result<()> {
    let known = store.note(&note.id)?;
    // What was approved meanwhile, word for word, stays approved.
    if known
        .as_ref()
        .is_some_and(|known| known.state == State::Approved && known.shown_hash() == note.shown_hash())
    {
        return Ok(());
    }
    let unchanged = known.as_ref().is_some_and(|known| {
        known.state == State::Drafted
            && known.shown_hash() == note.shown_hash()
            && known.facts == note.facts
            && known.edited == note.edited
            && known.allowed == note.allowed
            && known.departs_on == note.departs_on
            && known.message_id == note.message_id
            && known.send_before == note.send_before
    });
    if unchanged { Ok(()) } else { store.save_draft(note, at) }
}

/// Subject and body in the owner's editor, as they are in the preview. The file stays until
/// [`keep_edited`] has the text.
pub fn edit_text(note: &mut Note, environment: &Environment, folder: &Path) -> Result<Edited> {
    let text = format!("Subject: {}\n\n{}\n", note.subject, note.body.trim_end());
    let stem = note.id.as_str().replace('/', "-");
    let edited = editor::edit(environment.editor_command(), folder, &stem, ".txt", &text)?;
    let refused = |message: &str| {
        Problem::new(Kind::Data, message)
            .detail(format!("nothing was changed; your text is in {}", edited.path.display()))
    };
    // A mark of the byte order is of no meaning inside a text either.
    let text = edited.text.replace("\r\n", "\n").replace('\u{feff}', "");
    let Some((first, body)) = text.split_once('\n') else {
        return Err(refused("the text is empty").into());
    };
    let Some(subject) = first.strip_prefix("Subject:") else {
        return Err(refused("the first line must be `Subject: …`").into());
    };
    // Whoever writes a header here means one, and would see it arrive as a text.
    if let Some(header) = body.lines().next().and_then(|line| line.split_once(':')).map(|(name, _)| name)
        && HEADERS.iter().any(|name| name.eq_ignore_ascii_case(header.trim()))
    {
        return Err(refused(&format!("`{header}:` has no place here: a note goes to one person")).into());
    }
    if body.trim().is_empty() {
        return Err(refused("the text is empty").into());
    }
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(refused(&format!("the text holds the control character U+{:04X}", u32::from(c))).into());
    }
    note.subject = subject.trim().to_owned();
    note.body = body.trim().to_owned();
    Ok(edited)
}

/// The bytes of a note as they go over the wire.
pub fn wire_of(note: &Note, date: DateTime<FixedOffset>) -> Result<Vec<u8>> {
    let missing = |what: &str| format!("{} has no {what}", note.id);
    mime::build(&Outgoing {
        from: note.from.as_ref().with_context(|| missing("sender"))?,
        to: note.to.as_ref().with_context(|| missing("recipient"))?,
        subject: &note.subject,
        body: &note.body,
        message_id: note.message_id.as_deref().with_context(|| missing("Message-ID"))?,
        in_reply_to: note.in_reply_to.as_deref(),
        references: &note.references,
        date,
    })
    .map_err(|error| {
        let problem = error.problem();
        Problem::new(problem.kind, format!("{} cannot be sent: {}", note.id, problem.message))
            .detail("nothing was sent")
            .hint(format!("`thanks draft {} --edit` changes its text", note.id))
            .into()
    })
}
