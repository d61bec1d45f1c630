//! What the folder of sent mail holds of a note, and a copy put there. APPEND here is the only
//! command of this adapter that changes anything.

use chrono::{DateTime, FixedOffset, NaiveDate, Timelike};
use io_imap::has_imap_capability;
use io_imap::rfc3501::append::{ImapMessageAppend, ImapMessageAppendOptions};
use io_imap::types::flag::Flag;

use super::header::{bears, is_to};
use super::look::mailbox;
use super::query;
use super::{Found, ImapError, InSent, Phase, Reach, Session, Why, at};

/// So many of the newest copies are looked at whatever a search says.
const NEWEST: u32 = 50;
/// So many where the server does not search.
const NEWEST_WITHOUT_SEARCH: u32 = 500;
/// More copies than any note and its recipient have.
const MOST_HITS: usize = 200;
/// LITERAL- (RFC 7888) lets no more than this go without leave.
const LITERAL_MINUS: usize = 4096;

impl Session {
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
        let sent = self.look_into(folder, message_ids, to, day)?;
        // It may have been deleted while we looked; then it is not counted again.
        match sent.with_id.is_empty() && sent.unread.iter().any(|unread| unread.why == Why::NotShown) {
            true => self.look_into(folder, message_ids, to, day),
            false => Ok(sent),
        }
    }

    fn look_into(
        &mut self,
        folder: &str,
        message_ids: &[&str],
        to: Option<&str>,
        day: Option<NaiveDate>,
    ) -> Result<InSent, ImapError> {
        let exist = self.examine(folder)?;
        let (mut read, mut gaps, mut reach) = self.newest_headers(exist, NEWEST)?;
        if exist > NEWEST {
            let alike = to.zip(day).map(|(to, day)| query::search_for_recipient(to, day));
            match self.copies(message_ids, alike)? {
                Some(mut uids) => {
                    uids.retain(|uid| !read.found.contains_key(uid));
                    let older = self.headers(&uids)?;
                    read.found.extend(older.found);
                    read.unread.extend(older.unread);
                    reach = Reach::Whole;
                }
                None => (read, gaps, reach) = self.newest_headers(exist, NEWEST_WITHOUT_SEARCH)?,
            }
        }
        read.close(gaps);
        // Older copies cannot be of that day.
        if let (Reach::Since(Some(oldest)), Some(day)) = (reach, day)
            && oldest.date_naive() < day.pred_opt().unwrap_or(day)
        {
            reach = Reach::Whole;
        }
        let mut sent = InSent { reach, ..InSent::default() };
        let near = |then: Option<DateTime<FixedOffset>>| day.is_none_or(|day| is_near(then, day));
        sent.unread = read.unread;
        sent.unread.retain(|unread| near(unread.internal_date) && !bears(&unread.header, message_ids));
        for found in read.found.into_values() {
            if bears(&found.header, message_ids) {
                sent.with_id.push(found);
            } else if let (Some(to), Some(day)) = (to, day)
                && is_near(found.internal_date, day)
                && is_to(&found.header, to)
            {
                sent.to_them.push(found);
            }
        }
        Ok(sent)
    }

    /// What the server finds; `None` where it does not search.
    fn copies(
        &mut self,
        message_ids: &[&str],
        alike: Option<Option<query::Search>>,
    ) -> Result<Option<Vec<u32>>, ImapError> {
        let mut uids = Vec::new();
        for group in query::groups(&query::for_ids(message_ids)) {
            match self.search(query::any_of(group))? {
                Some(found) => uids.extend(found),
                None => {
                    for key in group {
                        match self.search(query::any_of(std::slice::from_ref(key)))? {
                            Some(found) => uids.extend(found),
                            None => return Ok(None),
                        }
                    }
                }
            }
        }
        if let Some(alike) = alike {
            match self.search(alike)? {
                Some(found) => uids.extend(found),
                None => return Ok(None),
            }
        }
        uids.sort_unstable_by(|a, b| b.cmp(a));
        uids.dedup();
        // A server that finds everything finds nothing.
        Ok((uids.len() <= MOST_HITS).then_some(uids))
    }

    /// A copy that was just filed into the folder that was looked into last, if it bears one of the
    /// ids.
    pub fn copy_in_sent(&mut self, uid: u32, message_ids: &[&str]) -> Result<Option<Found>, ImapError> {
        let mut read = self.headers(&[uid])?;
        Ok(read.found.remove(&uid).filter(|found| bears(&found.header, message_ids)))
    }

    /// Files a copy, as read and received at `date`; its UID, if the server tells. An error may mean that it is there all the
    /// same: ask [`Session::find_in_sent`] before trying again.
    pub fn append_sent(
        &mut self,
        folder: &str,
        wire: &[u8],
        date: DateTime<FixedOffset>,
    ) -> Result<Option<u32>, ImapError> {
        let mailbox = mailbox(folder).map_err(at(Phase::Append))?;
        let non_sync = has_imap_capability!(self.abilities, LiteralPlus)
            || (has_imap_capability!(self.abilities, LiteralMinus) && wire.len() <= LITERAL_MINUS);
        // The library takes whole seconds and whole minutes of offset only.
        let date = date.with_nanosecond(0).and_then(|date| date.try_into().ok());
        let options = ImapMessageAppendOptions { flags: vec![Flag::Seen], date, non_sync };
        let command = ImapMessageAppend::new(mailbox, wire.to_vec(), options);
        let (_, filed) = self.wire.run(self.patience.body, command).map_err(at(Phase::Append))?;
        Ok(filed.map(|(_, uid)| uid))
    }
}

fn is_near(then: Option<DateTime<FixedOffset>>, day: NaiveDate) -> bool {
    then.is_none_or(|then| then.date_naive().signed_duration_since(day).num_days().abs() <= 1)
}
