//! The folder of sent mail: which it is, what it holds of a note, and a copy put there. APPEND
//! here is the only command of this adapter that changes anything.

use chrono::{DateTime, FixedOffset, NaiveDate, Timelike};
use io_imap::has_imap_capability;
use io_imap::rfc3501::append::{ImapMessageAppend, ImapMessageAppendOptions};
use io_imap::rfc3501::list::ImapMailboxList;
use io_imap::types::flag::Flag;
use io_imap::types::mailbox::{ListMailbox, Mailbox};

use super::header::{bears, is_to};
use super::look::{mailbox, newest_only};
use super::query;
use super::{Failure, Found, ImapError, InSent, Phase, Session, at};

/// So many of the newest copies are looked at whatever a search says.
const NEWEST: u32 = 50;
/// LITERAL- (RFC 7888) lets no more than this go without leave.
const LITERAL_MINUS: usize = 4096;

struct Folder {
    name: String,
    separator: Option<char>,
    /// Lower case, with their backslashes.
    attributes: Vec<String>,
}

impl Session {
    /// The folder that the server marks as `\Sent` (RFC 6154), the configured one of several;
    /// without such a mark the configured one, if it exists: by its whole name, or by its last
    /// part where the server keeps all folders below INBOX.
    pub fn sent_folder(&mut self, configured: Option<&str>) -> Result<Option<String>, ImapError> {
        let folders = self.folders()?;
        let has = |folder: &&Folder, mark: &str| folder.attributes.iter().any(|a| a == mark);
        let usable: Vec<&Folder> =
            folders.iter().filter(|f| !has(f, "\\noselect") && !has(f, "\\nonexistent")).collect();
        let marked: Vec<&Folder> = usable.iter().copied().filter(|f| has(f, "\\sent")).collect();
        let named = |among: &[&Folder]| {
            let whole = |name: &str| among.iter().find(|f| f.name.eq_ignore_ascii_case(name)).copied();
            let last = |name: &str| {
                among
                    .iter()
                    .find(|f| f.last_part().is_some_and(|part| part.eq_ignore_ascii_case(name)))
                    .copied()
            };
            let name = configured?;
            whole(name).or_else(|| last(name)).map(|folder| folder.name.clone())
        };
        Ok(named(&marked)
            .or_else(|| marked.first().map(|folder| folder.name.clone()))
            .or_else(|| named(&usable)))
    }

    /// Copies in `folder` that bear one of the ids, and others `to` that address received within
    /// a day of `day` (whose exact day their Date line says). What a search finds is looked at
    /// here again, and so are the newest copies that it did not find.
    pub fn find_in_sent(
        &mut self,
        folder: &str,
        message_ids: &[&str],
        to: Option<&str>,
        day: Option<NaiveDate>,
    ) -> Result<InSent, ImapError> {
        let exist = self.examine(folder)?;
        let mut fetched = self.newest_headers(exist, NEWEST)?;
        if exist > NEWEST {
            let mut uids = Vec::new();
            let alike = to.zip(day).map(|(to, day)| query::search_for_recipient(to, day));
            for search in query::searches_for_ids(message_ids).into_iter().chain(alike.into_iter().flatten())
            {
                uids.extend(self.search(search)?);
            }
            uids.retain(|uid| !fetched.contains_key(uid));
            newest_only(&mut uids);
            fetched.extend(self.headers(uids)?);
        }
        let mut sent = InSent::default();
        for found in fetched.into_values() {
            if bears(&found.header, message_ids) {
                sent.with_id.push(found);
            } else if let (Some(to), Some(day)) = (to, day)
                && is_near(&found, day)
                && is_to(&found.header, to)
            {
                sent.to_them.push(found);
            }
        }
        Ok(sent)
    }

    /// Files a copy, as read and received at `date`. An error may mean that it is there all the
    /// same: ask [`Session::find_in_sent`] before trying again.
    pub fn append_sent(
        &mut self,
        folder: &str,
        wire: &[u8],
        date: DateTime<FixedOffset>,
    ) -> Result<(), ImapError> {
        let mailbox = mailbox(folder).map_err(at(Phase::Append))?;
        let non_sync = has_imap_capability!(self.abilities, LiteralPlus)
            || (has_imap_capability!(self.abilities, LiteralMinus) && wire.len() <= LITERAL_MINUS);
        // The library takes whole seconds and whole minutes of offset only.
        let date = date.with_nanosecond(0).and_then(|date| date.try_into().ok());
        let options = ImapMessageAppendOptions { flags: vec![Flag::Seen], date, non_sync };
        let command = ImapMessageAppend::new(mailbox, wire.to_vec(), options);
        self.wire.run(self.patience.body, command).map(drop).map_err(at(Phase::Append))
    }

    fn folders(&mut self) -> Result<Vec<Folder>, ImapError> {
        let unlisted = || at(Phase::List)(Failure::Protocol("folders cannot be listed".into()));
        let all = ListMailbox::try_from("*").map_err(|_| unlisted())?;
        let root = Mailbox::try_from("").map_err(|_| unlisted())?;
        let command = ImapMailboxList::new(root, all);
        let listing = self.wire.run(self.patience.command, command).map_err(at(Phase::List))?;
        Ok(listing
            .into_iter()
            .filter_map(|(mailbox, separator, attributes)| {
                let name = match mailbox {
                    Mailbox::Inbox => "INBOX".to_owned(),
                    Mailbox::Other(other) => String::from_utf8(other.inner().as_ref().to_vec()).ok()?,
                };
                let attributes = attributes.iter().map(|a| a.to_string().to_ascii_lowercase()).collect();
                Some(Folder { name, separator: separator.map(|c| c.inner()), attributes })
            })
            .collect())
    }
}

impl Folder {
    fn last_part(&self) -> Option<&str> {
        self.separator.and_then(|separator| self.name.rsplit(separator).next())
    }
}

fn is_near(found: &Found, day: NaiveDate) -> bool {
    found.internal_date.is_none_or(|then| then.date_naive().signed_duration_since(day).num_days().abs() <= 1)
}
