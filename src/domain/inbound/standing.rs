//! Mail that is on record and weighs on a note that has not left: an answer that a thank-you must not
//! cross unasked, and the letter that a reply continues.

use super::consequence::{Mail, MailKind};
use super::known::identity;
use super::subject;
use crate::domain::address::EmailAddress;
use crate::domain::application::Application;
use crate::domain::note::Note;
use crate::domain::text::words;

/// A longer subject is nobody's words.
const LONGEST_SUBJECT: usize = 200;

/// Whether a thank-you must not leave before its sender has said so: the person thanked has written
/// since the interview, or somebody who was not met has, about the application. What another person
/// met writes is between the two of them.
pub fn holds_thank_you(mail: &Mail, note: &Note, application: &Application) -> bool {
    let Some(round) = application.interview(note.round) else { return false };
    let is_since = mail.received >= round.may_end_from() && !application.has_told_since(mail.received);
    if mail.application != application.slug || !is_since {
        return false;
    }
    let recipient = note.to.as_ref().map(|to| &to.address);
    let is_recipient = recipient.is_some_and(|to| mail.is_from(to));
    let by = application.people.iter().find(|person| {
        person.address.as_ref().is_some_and(|address| mail.is_from(address))
            || words(person.name.as_str()) == words(mail.sender_name())
    });
    match (mail.kind, by) {
        _ if is_recipient => matches!(mail.kind, MailKind::Answer | MailKind::Doubtful | MailKind::Unread),
        (MailKind::Answer | MailKind::Doubtful, by) => by.is_none_or(|person| person.key == note.person),
        _ => false,
    }
}

/// The letter of theirs that a reply to `to` continues: the newest before the news were told.
pub fn letter_to_reply_to<'m>(
    letters: &'m [Mail],
    application: &Application,
    to: &EmailAddress,
) -> Option<&'m Mail> {
    let told = application.told_at();
    letters
        .iter()
        .filter(|mail| {
            mail.application == application.slug && mail.is_from(to) && mail.message_id().is_some()
        })
        .filter(|mail| told.is_none_or(|told| mail.received <= told))
        .max_by_key(|mail| mail.received)
}

impl Mail {
    /// Its Message-ID, where it had one that can stand in a header.
    pub fn message_id(&self) -> Option<&str> {
        let inner = self.key.strip_prefix('<')?.strip_suffix('>')?;
        let is_plain = |c: char| c.is_ascii_graphic() && !"<>".contains(c);
        (inner.contains('@') && inner.chars().all(is_plain)).then_some(self.key.as_str())
    }

    /// The subject of a reply to it, on one line and without anything invisible; absent where
    /// nothing is left of it.
    pub fn reply_subject(&self) -> Option<String> {
        let bare: String = subject::bare(&self.subject).text.chars().filter(|c| !is_invisible(*c)).collect();
        let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
        let bare: String = bare.chars().take(LONGEST_SUBJECT).collect();
        (!bare.is_empty()).then(|| format!("Re: {bare}"))
    }

    pub(super) fn is_from(&self, address: &EmailAddress) -> bool {
        let sender = match self.sender.rsplit_once('<') {
            Some((_, address)) => address.trim_end_matches('>'),
            None => &self.sender,
        };
        identity(sender) == identity(address.as_str())
    }

    fn sender_name(&self) -> &str {
        self.sender.rsplit_once('<').map(|(name, _)| name.trim()).unwrap_or_default()
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control() || crate::domain::text::printable(c.encode_utf8(&mut [0; 4])).starts_with('\\')
}
