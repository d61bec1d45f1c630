//! The look into INBOX. It must not trust a search: what is new is also fetched without one. What
//! it could not read it names, so that nobody takes it for nothing found.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use chrono::{DateTime, FixedOffset, NaiveDate};
use io_imap::rfc3501::examine::{ImapMailboxExamine, ImapMailboxExamineOptions};
use io_imap::types::mailbox::Mailbox;

use super::fetch::{By, Part};
use super::header::{Nature, nature};
use super::query;
use super::reply::Fetched;
use super::wire::LITERAL;
use super::{Failure, Found, ImapError, Look, Phase, Reach, Session, Unread, Wanted, Why, at};

/// So many of the newest messages are looked at whatever a search says.
const NEWEST: u32 = 200;
/// So many where the server does not search.
const NEWEST_WITHOUT_SEARCH: u32 = 2000;
/// So many messages from one company's domain are read, the newest first.
const MOST_OF_A_DOMAIN: usize = 1000;
/// No search of ours finds more; a server that says so finds everything.
const MOST_HITS: usize = 3000;
/// Enough to find a date in "I am away until".
const AUTOMATIC_TEXT: usize = 16 * 1024;

/// Messages by their UID, so oldest first.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub found: BTreeMap<u32, Found>,
    pub unread: Vec<Unread>,
}

/// A message that is counted between two others and not shown there.
#[derive(Debug)]
pub(super) struct Gap {
    /// The UIDs of those two.
    after: u32,
    before: u32,
    unread: Unread,
}

/// The newest messages by their place.
struct Newest {
    dates: BTreeMap<u32, Option<DateTime<FixedOffset>>>,
    gaps: Vec<Gap>,
    /// Whether the folder holds older ones.
    first: u32,
}

impl Session {
    /// Messages in INBOX since the day before `date`, oldest first: those that the server finds for
    /// what is `wanted`, and the newest of all others, because its search may find too little.
    /// Judging them, relevant or not, is up to the caller.
    pub fn inbox_since(&mut self, date: NaiveDate, wanted: &Wanted) -> Result<Look, ImapError> {
        let look = self.look(date, wanted)?;
        // It may have been deleted while we looked; then it is not counted again.
        match look.unread.iter().any(|unread| matches!(unread.why, Why::NotShown | Why::NoUid)) {
            true => self.look(date, wanted),
            false => Ok(look),
        }
    }

    fn look(&mut self, date: NaiveDate, wanted: &Wanted) -> Result<Look, ImapError> {
        let exist = self.examine("INBOX")?;
        let mut look = Look::default();
        let mut uids: BTreeSet<u32> = BTreeSet::new();
        let mut searched = true;
        // A folder that is looked through whole needs no search.
        if exist > NEWEST {
            searched = self.hits(date, wanted, &mut look, &mut uids)?;
        }
        let newest = self.newest(exist, if searched { NEWEST } else { NEWEST_WITHOUT_SEARCH })?;
        let eve = date.pred_opt().unwrap_or(date);
        let is_new = |then: &Option<DateTime<FixedOffset>>| then.is_none_or(|then| then.date_naive() >= eve);
        if !searched {
            let oldest = newest.dates.values().next().copied().flatten();
            if newest.first > 1 && is_new(&oldest) {
                look.reach = Reach::Since(oldest);
            }
            look.warnings
                .push("the server doesn't search INBOX, so only the newest messages were read".to_owned());
        }
        uids.extend(newest.dates.iter().filter(|(_, then)| is_new(then)).map(|(uid, _)| *uid));
        let uids: Vec<u32> = uids.into_iter().collect();
        let mut read = self.headers(&uids)?;
        read.close(newest.gaps);
        read.unread.retain(|unread| is_new(&unread.internal_date));
        for (kind, most) in [(Nature::Report, LITERAL), (Nature::Automatic, AUTOMATIC_TEXT)] {
            let of_kind = read.found.iter().filter(|(_, f)| nature(&f.header, wanted) == kind);
            let uids: Vec<u32> = of_kind.map(|(uid, _)| *uid).collect();
            let texts = self.gather(By::Uid, &uids, Part::Text(most))?;
            for (uid, with_text) in texts.got {
                if let (Some(found), Some(text)) = (read.found.get_mut(&uid), with_text.text) {
                    found.text = Some(beginning(text, most));
                }
            }
            for (uid, (_, why)) in texts.missing {
                if let Some(found) = read.found.get(&uid) {
                    read.unread.push(Unread::of(found, why));
                }
            }
        }
        look.found = read.found.into_values().collect();
        look.unread = read.unread;
        Ok(look)
    }

    /// What the server finds for what is wanted; whether it searches at all.
    fn hits(
        &mut self,
        date: NaiveDate,
        wanted: &Wanted,
        look: &mut Look,
        uids: &mut BTreeSet<u32>,
    ) -> Result<bool, ImapError> {
        let Some(mut sure) = self.search_for(query::for_people(wanted), date)? else { return Ok(false) };
        if sure.len() > MOST_HITS {
            newest_of(&mut sure, MOST_HITS);
            look.warnings.push("the server's search finds far too much".to_owned());
            look.reach = Reach::Cut;
        }
        uids.extend(sure);
        for domain in &wanted.domains {
            let Some(mut hits) = self.search_for(query::for_domain(domain), date)? else { return Ok(false) };
            if hits.len() > MOST_OF_A_DOMAIN {
                newest_of(&mut hits, MOST_OF_A_DOMAIN);
                look.cut.push(domain.clone());
            }
            uids.extend(hits);
        }
        Ok(true)
    }

    /// Messages that match any of the keys, since the day before `date`; `None` where the server
    /// does not search, also not for one key at a time.
    fn search_for(&mut self, keys: Vec<query::Key>, date: NaiveDate) -> Result<Option<Vec<u32>>, ImapError> {
        let mut uids = Vec::new();
        for group in query::groups(&keys) {
            let found = match self.search(query::any_since(group, date))? {
                Some(found) => found,
                None => {
                    let mut found = Vec::new();
                    for key in group {
                        match self.search(query::any_since(std::slice::from_ref(key), date))? {
                            Some(some) => found.extend(some),
                            None => return Ok(None),
                        }
                    }
                    found
                }
            };
            uids.extend(found);
        }
        uids.sort_unstable();
        uids.dedup();
        Ok(Some(uids))
    }

    /// The beginning of the text of messages that a look into INBOX has just found, as far as the
    /// server shows it.
    pub fn texts(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, Vec<u8>>, ImapError> {
        let texts = self.gather(By::Uid, uids, Part::Text(AUTOMATIC_TEXT))?;
        let text = |(uid, fetched): (u32, Fetched)| Some((uid, beginning(fetched.text?, AUTOMATIC_TEXT)));
        Ok(texts.got.into_iter().filter_map(text).collect())
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

    /// The UIDs that match; `None` where the server refuses the search, or does not say plainly what
    /// it found.
    pub(super) fn search(&mut self, search: Option<query::Search>) -> Result<Option<Vec<u32>>, ImapError> {
        let Some(criteria) = search else { return Ok(Some(Vec::new())) };
        let answer = match self.wire.ask(self.patience.command, query::uid_search(criteria)) {
            Ok(answer) => answer,
            Err(Failure::Refused(_)) => return Ok(None),
            Err(failure) => return Err(at(Phase::Search)(failure)),
        };
        let mut told = None;
        for found in answer.data.iter().filter_map(|response| super::reply::search(response)) {
            match found {
                Ok(found) => told.get_or_insert_with(Vec::new).extend(found.into_iter().map(NonZeroU32::get)),
                Err(()) => return Ok(None),
            }
        }
        Ok(told)
    }

    pub(super) fn headers(&mut self, uids: &[u32]) -> Result<Read, ImapError> {
        let gathered = self.gather(By::Uid, uids, Part::Header)?;
        let mut read = Read::default();
        for (uid, fetched) in gathered.got {
            read.found.insert(uid, found(uid, fetched));
        }
        for (uid, (fetched, why)) in gathered.missing {
            let found = found(uid, fetched);
            let unread = Unread::of(&found, why);
            // What came of it is judged all the same.
            if unread.why == Why::Cut {
                read.found.insert(uid, found);
            }
            read.unread.push(unread);
        }
        self.date_unread(&mut read)?;
        Ok(read)
    }

    /// When those came of which nothing else is shown.
    fn date_unread(&mut self, read: &mut Read) -> Result<(), ImapError> {
        let undated: Vec<u32> =
            read.unread.iter().filter_map(|u| u.uid.filter(|_| u.header.is_empty())).collect();
        if undated.is_empty() {
            return Ok(());
        }
        // That this is refused as well is no news.
        let Ok(dates) = self.gather(By::Uid, &undated, Part::Dates) else { return Ok(()) };
        for unread in &mut read.unread {
            let known = unread.uid.and_then(|uid| dates.got.get(&uid));
            unread.internal_date = unread.internal_date.or(known.and_then(|known| known.date));
        }
        Ok(())
    }

    /// When the newest messages came, by their UID.
    fn newest(&mut self, exist: u32, most: u32) -> Result<Newest, ImapError> {
        let first = exist.saturating_sub(most).saturating_add(1);
        let places: Vec<u32> = (first..=exist).collect();
        let mut gathered = self.gather(By::Place, &places, Part::Dates)?;
        let undated: Vec<u32> = gathered
            .missing
            .iter()
            .filter(|(_, (_, why))| matches!(why, Why::Refused(_)))
            .map(|(place, _)| *place)
            .collect();
        let shown = self.gather(By::Place, &undated, Part::Uids);
        // Some server refuses only the date.
        match shown {
            Ok(shown) => {
                gathered.missing.retain(|place, _| !shown.got.contains_key(place));
                gathered.got.extend(shown.got);
            }
            Err(error) if gathered.got.is_empty() => return Err(error),
            Err(_) => {}
        }
        if gathered.got.is_empty() && exist > 0 {
            let what = format!("it shows none of the {} newest messages", exist.min(most));
            return Err(at(Phase::Fetch)(Failure::Protocol(what)));
        }
        let uid = |fetched: &Fetched| fetched.uid.map(NonZeroU32::get);
        let mut gaps = Vec::new();
        for (place, (fetched, why)) in gathered.missing {
            let previous = gathered.got.range(..place).next_back();
            let next = gathered.got.range(place..).next();
            let after = previous.and_then(|(_, fetched)| uid(fetched)).unwrap_or(0);
            let before = next.and_then(|(_, fetched)| uid(fetched)).unwrap_or(u32::MAX);
            let further = place - previous.map_or(0, |(place, _)| *place);
            let unread = Unread {
                name: format!("{further} after uid {after}"),
                uid: uid(&fetched),
                internal_date: fetched.date,
                header: Vec::new(),
                why,
            };
            gaps.push(Gap { after, before, unread });
        }
        let dates = gathered.got.into_values().filter_map(|fetched| Some((uid(&fetched)?, fetched.date)));
        Ok(Newest { dates: dates.collect(), gaps, first })
    }

    /// The headers of the newest messages by their place, whatever any search says; what is missing
    /// among them, and whether there are older ones.
    pub(super) fn newest_headers(
        &mut self,
        exist: u32,
        most: u32,
    ) -> Result<(Read, Vec<Gap>, Reach), ImapError> {
        let newest = self.newest(exist, most)?;
        let uids: Vec<u32> = newest.dates.keys().copied().collect();
        let read = self.headers(&uids)?;
        let oldest = newest.dates.values().next().copied().flatten();
        let reach = if newest.first > 1 { Reach::Since(oldest) } else { Reach::Whole };
        Ok((read, newest.gaps, reach))
    }
}

impl Read {
    /// What is missing between two places is the message that a search has found between their
    /// UIDs, if there is one.
    pub fn close(&mut self, gaps: Vec<Gap>) {
        let mut named: BTreeSet<u32> = self.unread.iter().filter_map(|unread| unread.uid).collect();
        named.extend(self.found.keys());
        for gap in gaps {
            let is_between = |uid: &&u32| **uid > gap.after && **uid < gap.before;
            match named.iter().find(is_between).copied() {
                Some(uid) => drop(named.remove(&uid)),
                None => self.unread.push(gap.unread),
            }
        }
    }
}

impl Unread {
    /// A message that was found, and does not say what it should.
    pub fn of(found: &Found, why: Why) -> Unread {
        Unread {
            name: format!("uid {}", found.uid),
            uid: Some(found.uid),
            internal_date: found.internal_date,
            header: found.header.clone(),
            why,
        }
    }
}

pub(super) fn mailbox(folder: &str) -> Result<Mailbox<'static>, Failure> {
    Mailbox::try_from(folder.to_owned())
        .map_err(|_| Failure::Config("the name of the folder holds what no folder's name can".into()))
}

fn newest_of(uids: &mut Vec<u32>, most: usize) {
    uids.sort_unstable_by(|a, b| b.cmp(a));
    uids.truncate(most);
}

fn found(uid: u32, fetched: Fetched) -> Found {
    // A server that lets a NUL through breaks a line there at worst.
    let mut header = fetched.header.unwrap_or_default();
    header.truncate(LITERAL);
    header.retain(|octet| *octet != 0);
    Found { uid, internal_date: fetched.date, header, text: None }
}

fn beginning(mut text: Vec<u8>, most: usize) -> Vec<u8> {
    text.truncate(most);
    text.retain(|octet| *octet != 0);
    text
}
