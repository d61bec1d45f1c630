//! A copy of what was sent among one's own sent mail. Whatever fails here is a warning: the note
//! is sent all the same.

use anyhow::Result;

use super::account::Account;
use super::listen;
use super::mailbox::Mailbox;
use super::post;
use crate::adapters::imap::{ImapError, Reach, Session};
use crate::adapters::net::Interrupt;
use crate::adapters::store::Store;
use crate::adapters::terminal::Terminal;
use crate::domain::address::EmailAddress;
use crate::domain::note::NoteId;
use crate::domain::problem::{Kind, Problem};

/// Puts the copies that are due into the folder of sent mail, each only if it is not there yet.
/// Those that were filed are added to `filed`, also where it ends with an error.
pub fn file(
    session: &mut Session,
    mailbox: &Mailbox,
    store: &mut Store,
    filed: &mut Vec<NoteId>,
) -> Result<()> {
    let due = store.notes_to_file()?;
    if due.is_empty() {
        return Ok(());
    }
    let failed = |error: ImapError| error.problem(&mailbox.server);
    let folder = mailbox.sent_folder(session)?.ok_or_else(|| {
        Problem::new(Kind::Config, "no folder of sent mail is known").hint("name it with sent in [imap]")
    })?;
    for note in due {
        let ids: Vec<&str> = note.known_ids().collect();
        let at = note.sent_at.unwrap_or(note.created_at);
        let found = session.find_in_sent(&folder, &ids, None, Some(at.date_naive())).map_err(failed)?;
        if let Some(copy) = found.with_id.first() {
            listen::learn(store, &note, copy)?;
        } else if found.reach == Reach::Whole {
            let wire = store.wire(&note.id)?;
            let uid = session.append_sent(&folder, &wire.bytes, at).map_err(failed)?;
            filed.push(note.id.clone());
            // Some servers give a copy another id even here. Not to learn it costs nothing now.
            if let Some(uid) = uid
                && let Ok(Some(copy)) = session.copy_in_sent(uid, &ids)
            {
                listen::learn(store, &note, &copy)?;
            }
        } else {
            let what = format!("Sent can't be searched, so it's not known whether {} is in it", note.id);
            return Err(Problem::new(Kind::TryAgain, what).into());
        }
        store.record_filed(&note.id)?;
    }
    Ok(())
}

/// Why filing ends before its end.
pub fn interrupted() -> Problem {
    Problem::new(Kind::Interrupted, "interrupted")
}

/// Says which copies were filed and which were not, and why.
pub fn say_unfiled(store: &Store, terminal: &Terminal, filed: &[NoteId], error: &anyhow::Error) {
    let list =
        |ids: &mut dyn Iterator<Item = &NoteId>| ids.map(NoteId::as_str).collect::<Vec<_>>().join(", ");
    let due = store.notes_to_file().unwrap_or_default();
    let missing = match due.as_slice() {
        [] => String::new(),
        due => format!("; not filed: {}", list(&mut due.iter().map(|note| &note.id))),
    };
    let filed = match filed {
        [] => String::new(),
        filed => format!("; filed: {}", list(&mut filed.iter())),
    };
    terminal.say(&format!(
        "warning: no copy was put into Sent: {error:#}{missing}{filed}; \
         what was sent stays sent, and `thanks sync` files the copies"
    ));
}

/// Sends the same bytes to oneself, each in a transaction of its own.
pub fn send_to_self_or_say(
    account: &Account,
    store: &Store,
    terminal: &Terminal,
    me: &EmailAddress,
    ids: &[NoteId],
    interrupt: &Interrupt,
) {
    let wires: Result<Vec<Vec<u8>>> = ids.iter().map(|id| Ok(store.wire(id)?.bytes)).collect();
    let done = wires.and_then(|wires| {
        let wires: Vec<&[u8]> = wires.iter().map(Vec::as_slice).collect();
        post::reflect(account, terminal, me, &wires, interrupt)
    });
    if let Err(error) = done {
        terminal.say(&format!("warning: no copy to yourself: {error:#}; it was sent all the same"));
    }
}
