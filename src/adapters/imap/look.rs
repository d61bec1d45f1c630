//! The look into INBOX. It must not trust a search: what is new is also fetched without one.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use chrono::NaiveDate;
use io_imap::rfc3501::examine::{ImapMailboxExamine, ImapMailboxExamineOptions};
use io_imap::rfc3501::search::{ImapMessageSearch, ImapMessageSearchOptions};
use io_imap::types::command::CommandBody;
use io_imap::types::core::NString;
use io_imap::types::fetch::{MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName, Section};
use io_imap::types::mailbox::Mailbox;
use io_imap::types::response::Data;
use io_imap::types::sequence::SequenceSet;

use super::header::{Nature, nature};
use super::query::{self, Search};
use super::session::ask;
use super::wire::LITERAL;
use super::{Failure, Found, ImapError, Phase, Session, Wanted, at};

/// So many messages are looked at, the newest first.
const MOST_MESSAGES: usize = 200;
/// Enough to find a date in "I am away until".
const AUTOMATIC_TEXT: usize = 16 * 1024;

/// Messages by their UID, so oldest first.
pub(super) type Fetched = BTreeMap<NonZeroU32, Found>;

enum Which {
    /// The last messages in the folder, of so many.
    Newest {
        of: u32,
        most: u32,
    },
    Uids(Vec<NonZeroU32>),
}

impl Session {
    /// Messages in INBOX since the day before `date`, oldest first and at most 200: those that the
    /// server finds for what is `wanted`, filled up with the newest of all others, because its
    /// search may find too little. Judging them, relevant or not, is up to the caller.
    pub fn inbox_since(&mut self, date: NaiveDate, wanted: &Wanted) -> Result<Vec<Found>, ImapError> {
        let exist = self.examine("INBOX")?;
        let mut uids = Vec::new();
        let most = u32::try_from(MOST_MESSAGES).unwrap_or(u32::MAX);
        // A folder that is looked through whole needs no search.
        if exist > most {
            for search in query::searches(wanted, date) {
                uids.extend(self.search(search)?);
            }
        }
        newest_only(&mut uids);
        let items = vec![MessageDataItemName::Uid, MessageDataItemName::InternalDate];
        let recent = self.fetch(Which::Newest { of: exist, most }, items)?;
        let eve = date.pred_opt().unwrap_or(date);
        let is_new = |found: &&Found| found.internal_date.is_none_or(|then| then.date_naive() >= eve);
        let mut new: Vec<_> =
            recent.values().filter(is_new).filter_map(|found| NonZeroU32::new(found.uid)).collect();
        new.retain(|uid| !uids.contains(uid));
        let spare = MOST_MESSAGES.saturating_sub(uids.len());
        uids.extend(new.into_iter().rev().take(spare));
        let mut found = self.headers(uids)?;
        for (kind, most) in [(Nature::Report, LITERAL), (Nature::Automatic, AUTOMATIC_TEXT)] {
            let of_kind = found.iter().filter(|(_, f)| nature(&f.header, wanted) == kind);
            let uids = of_kind.map(|(uid, _)| *uid).collect();
            for (uid, with_text) in self.fetch(Which::Uids(uids), query::text_items(most))? {
                if let (Some(found), Some(mut text)) = (found.get_mut(&uid), with_text.text) {
                    text.truncate(most);
                    found.text = Some(text);
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// The beginning of the text of messages that a look into INBOX has just found.
    pub fn texts(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, Vec<u8>>, ImapError> {
        let uids = uids.iter().copied().filter_map(NonZeroU32::new).collect();
        let fetched = self.fetch(Which::Uids(uids), query::text_items(AUTOMATIC_TEXT))?;
        let text = |found: Found| {
            let mut text = found.text?;
            text.truncate(AUTOMATIC_TEXT);
            Some((found.uid, text))
        };
        Ok(fetched.into_values().filter_map(text).collect())
    }

    /// Opens a folder for reading only, and tells how many messages it holds.
    pub(super) fn examine(&mut self, folder: &str) -> Result<u32, ImapError> {
        let mailbox = mailbox(folder).map_err(at(Phase::Examine))?;
        let command = ImapMailboxExamine::new(mailbox, ImapMailboxExamineOptions::default());
        let seen = self.wire.run(self.patience.command, command).map_err(at(Phase::Examine))?;
        seen.exists.ok_or_else(|| {
            at(Phase::Examine)(Failure::Protocol("it does not say how many messages there are".into()))
        })
    }

    pub(super) fn search(&mut self, search: Search) -> Result<Vec<NonZeroU32>, ImapError> {
        let command = ImapMessageSearch::new(search, ImapMessageSearchOptions { uid: true });
        self.wire.run(self.patience.command, command).map_err(at(Phase::Search))
    }

    pub(super) fn headers(&mut self, uids: Vec<NonZeroU32>) -> Result<Fetched, ImapError> {
        self.fetch(Which::Uids(uids), query::header_items())
    }

    /// The headers of the newest messages by their place, whatever any search says.
    pub(super) fn newest_headers(&mut self, exist: u32, most: u32) -> Result<Fetched, ImapError> {
        self.fetch(Which::Newest { of: exist, most }, query::header_items())
    }

    fn fetch(
        &mut self,
        which: Which,
        items: Vec<MessageDataItemName<'static>>,
    ) -> Result<Fetched, ImapError> {
        let set = match &which {
            Which::Newest { of, most } => query::newest(*of, *most),
            Which::Uids(uids) => SequenceSet::try_from(uids.as_slice()).ok(),
        };
        let Some(sequence_set) = set else { return Ok(Fetched::new()) };
        let body = CommandBody::Fetch {
            sequence_set,
            macro_or_item_names: MacroOrMessageDataItemNames::MessageDataItemNames(items),
            uid: matches!(which, Which::Uids(_)),
            modifiers: Vec::new(),
        };
        let answers = ask(&mut self.wire, body, &self.patience).map_err(at(Phase::Fetch))?;
        let mut fetched = Fetched::new();
        for answer in answers {
            let Data::Fetch { items, .. } = answer else { continue };
            let Some((uid, found)) = found(items.into_iter().collect()) else { continue };
            if !matches!(&which, Which::Uids(asked) if !asked.contains(&uid)) {
                fetched.insert(uid, found);
            }
        }
        match which {
            // Messages asked for by UID may have gone; those that were just counted may not.
            Which::Newest { of, most } if fetched.len() != usize::try_from(of.min(most)).unwrap_or(0) => {
                let what = format!("it shows {} of the {} newest messages", fetched.len(), of.min(most));
                Err(at(Phase::Fetch)(Failure::Protocol(what)))
            }
            _ => Ok(fetched),
        }
    }
}

pub(super) fn mailbox(folder: &str) -> Result<Mailbox<'static>, Failure> {
    Mailbox::try_from(folder.to_owned())
        .map_err(|_| Failure::Config("the name of the folder holds what no folder's name can".into()))
}

pub(super) fn newest_only(uids: &mut Vec<NonZeroU32>) {
    uids.sort_unstable_by(|a, b| b.cmp(a));
    uids.dedup();
    uids.truncate(MOST_MESSAGES);
}

fn found(items: Vec<MessageDataItem<'static>>) -> Option<(NonZeroU32, Found)> {
    let mut found = Found { uid: 0, internal_date: None, header: Vec::new(), text: None };
    let mut uid = None;
    let octets = |data: NString<'static>| data.into_option().map(|data| data.into_owned());
    for item in items {
        match item {
            MessageDataItem::Uid(number) => uid = Some(number),
            MessageDataItem::InternalDate(date) => found.internal_date = Some(*date.as_ref()),
            MessageDataItem::BodyExt { section: Some(Section::HeaderFields(..)), data, .. } => {
                found.header = octets(data).unwrap_or_default();
                found.header.truncate(LITERAL);
            }
            MessageDataItem::BodyExt { section: Some(Section::Text(_)), data, .. } => {
                found.text = Some(octets(data).unwrap_or_default());
            }
            _ => {}
        }
    }
    let uid = uid?;
    found.uid = uid.get();
    // News of a flag come unasked.
    let is_news = found.internal_date.is_none() && found.header.is_empty() && found.text.is_none();
    (!is_news).then_some((uid, found))
}
