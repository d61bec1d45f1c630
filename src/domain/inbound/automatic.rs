//! The marks of machines and of lists: RFC 3834, RFC 2369, and what real servers write instead.
//! Which application is meant is decided elsewhere.

use super::lexicon::{self, begins, plain, says};
use super::quoted::own_text;
use super::{Message, subject};

/// How a machine shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answers a message.
    Reply,
    /// It writes of itself: a ticket, a notice.
    Notice,
    /// RFC 5321, 4.5.5: the null sender and nothing else.
    NullSender,
}

/// "👍 Jane Doe reacted via Gmail", and their like.
const MOST_REACTION_WORDS: usize = 14;
/// What the text of a receipt says.
const READ: lexicon::Phrases = &[
    "was read|were read|has been read|was deleted|without being read|was displayed|was opened|was received|was delivered",
    "wurde gelesen|wurde am|gelöscht|a été lu|a été supprimé|ha sido leíd|fue leíd|se leyó|se eliminó|foi lida|foi lido|foi excluíd|è stato letto",
    "è stato eliminato|werd gelezen|is gelezen|verwijderd|zosta|lästes|har lästs|blev læst|er læst|ble lest|er lest|開封|已读|已讀|已被|прочитан|удален",
];

/// Whether a machine wrote it.
pub(super) fn sign(message: &Message) -> Option<Sign> {
    let submitted = message.auto_submitted.as_deref().unwrap_or("no");
    let precedence = message.precedence.as_deref().unwrap_or_default();
    let reply = submitted == "auto-replied"
        || precedence.starts_with("auto")
        || !message.machine_headers.is_empty()
        || has_automatic_subject(message);
    let bare_sender = message.return_path.as_deref() == Some("");
    if reply {
        return Some(Sign::Reply);
    }
    let notice = submitted != "no" || matches!(precedence, "bulk" | "junk");
    match (notice, bare_sender) {
        (true, _) => Some(Sign::Notice),
        (false, true) => Some(Sign::NullSender),
        (false, false) => None,
    }
}

/// Whether the subject begins as those of automatic replies do, behind the tag of a gateway at most.
/// Behind `Re:` it may be a person's reply to such a mail.
pub(super) fn has_automatic_subject(message: &Message) -> bool {
    let (untagged, _, _) = subject::plain_of(message);
    begins(&untagged, lexicon::AUTOMATIC_SUBJECTS)
}

/// Whether it is an automatic reply, or a reply to one.
pub(super) fn mentions_automatic_reply(message: &Message) -> bool {
    let (_, bare, _) = subject::plain_of(message);
    begins(&bare, lexicon::AUTOMATIC_SUBJECTS)
}

/// An emoji that a mail program sent as a mail of its own.
pub(super) fn is_reaction(message: &Message) -> bool {
    if message.is_reaction {
        return true;
    }
    let text = own_text(message.text.as_deref().unwrap_or_default());
    let first = text.lines().find(|line| !line.trim().is_empty()).map(plain).unwrap_or_default();
    let (_, subject, _) = subject::plain_of(message);
    let is_bare = |line: &str| line.split_whitespace().count() <= MOST_REACTION_WORDS && !line.contains('?');
    let in_subject = says(&subject, lexicon::REACTED_TO_MESSAGE);
    let in_text = says(&first, lexicon::REACTED_IN_BODY) || says(&first, lexicon::REACTED_TO_MESSAGE);
    match (in_subject, in_text) {
        (_, true) => is_bare(&first),
        // Its text may not have been fetched, or tells it in other words.
        (true, false) => message.text.is_none() || is_bare(&plain(&text)),
        (false, false) => false,
    }
}

/// Whether it says that a message was stored or read, and no more.
pub(super) fn is_receipt(message: &Message) -> bool {
    let (untagged, _, _) = subject::plain_of(message);
    let text = plain(message.text.as_deref().unwrap_or_default());
    message.report_type.as_deref() == Some("disposition-notification")
        || begins(&untagged, lexicon::RECEIPT_SUBJECTS) && says(&text, READ)
}

/// Whether a machine says that it has taken a message, and nothing that only a person could.
pub(super) fn only_acknowledges(message: &Message) -> bool {
    if has_automatic_subject(message) {
        return true;
    }
    let own = own_text(message.text.as_deref().unwrap_or_default());
    let own = format!(" {} ", plain(&own));
    let acknowledges =
        says(&own, lexicon::RECEIPT_TEXTS) || says(&plain(&message.subject), lexicon::RECEIPT_TEXTS);
    acknowledges && !own.contains('?') && !says(&own, lexicon::BEYOND_ABSENCE)
}

/// Whether it came through a mailing list.
pub(super) fn is_list_post(message: &Message) -> bool {
    message.precedence.as_deref() == Some("list")
        || message.list_headers.iter().any(|name| matches!(name.as_str(), "list-id" | "list-post"))
}

/// Whether it went to many: one can unsubscribe from it.
pub(super) fn is_newsletter(message: &Message) -> bool {
    is_list_post(message) || message.list_headers.iter().any(|name| name.starts_with("list-unsubscribe"))
}

pub(super) fn says_away(message: &Message) -> bool {
    let text = whole(message);
    says(&text, lexicon::ABSENT) || says(&text, lexicon::AWAY)
}

/// Whether it says that somebody works there no more.
pub(super) fn says_gone(message: &Message) -> bool {
    says(&whole(message), lexicon::GONE)
}

fn whole(message: &Message) -> String {
    plain(&format!("{}\n{}", message.subject, message.text.as_deref().unwrap_or_default()))
}
