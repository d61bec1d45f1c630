//! Mail that is there and could not be read, or that nobody has looked at: each becomes a question,
//! asked once, so that it is neither taken for silence nor in the way of everything else.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::{News, Reading};
use crate::adapters::imap::{Look, Reach, Unread};
use crate::adapters::mime::incoming;
use crate::adapters::store::{Seen, Store};
use crate::domain::application::Application;
use crate::domain::inbound::{Known, Mail, MailKind};

/// So many mails are asked about one by one.
const MOST_QUESTIONS: usize = 10;

/// Whom it may concern: open applications that wait for an answer, and since when.
pub(super) struct Waiting<'a> {
    pub applications: &'a [Application],
    pub since: BTreeMap<&'a str, DateTime<FixedOffset>>,
    pub now: DateTime<FixedOffset>,
}

impl Waiting<'_> {
    /// Asks about what the look could not read, but for the mails (by UID) whose meaning is known
    /// all the same.
    pub fn ask(
        &self,
        look: &Look,
        known_uids: &BTreeSet<u32>,
        known: &Known,
        store: &mut Store,
        reading: &mut Reading,
    ) -> Result<()> {
        let unknown = |unread: &&Unread| unread.uid.is_none_or(|uid| !known_uids.contains(&uid));
        let mut unread: Vec<&Unread> = look.unread.iter().filter(unknown).collect();
        if unread.len() > MOST_QUESTIONS {
            self.ask_about_many(&unread, store, reading)?;
            unread.clear();
        }
        for unread in unread {
            for slug in self.since.keys() {
                let mail = unread_mail(unread, "INBOX", slug, self.now);
                // What was noticed before is at least as old.
                let noticed = store.first_noticed(&mail.key)?;
                if self.may_concern(slug, unread.internal_date.or(noticed)) {
                    self.record(mail, store, reading)?;
                }
            }
        }
        for domain in &look.cut {
            let concerned =
                known.applications.iter().filter(|application| application.domains.contains(domain));
            for application in concerned {
                let Some((slug, since)) = self.since.get_key_value(application.slug.as_str()) else {
                    continue;
                };
                let mail = Mail {
                    key: format!("more than were read from {domain} since {}", since.date_naive()),
                    sender: format!("mail from {domain}"),
                    detail: "there is more than can be read, and only the newest was".to_owned(),
                    ..blank(slug, self.now)
                };
                self.record(mail, store, reading)?;
            }
        }
        self.ask_about_older(look.reach, store, reading)
    }

    /// One question for all, which is asked anew when there are more of them.
    fn ask_about_many(&self, unread: &[&Unread], store: &mut Store, reading: &mut Reading) -> Result<()> {
        let newest = unread.last().map_or("", |unread| unread.name.as_str());
        let why = unread.last().map(|unread| unread.why.to_string()).unwrap_or_default();
        for slug in self.since.keys() {
            let mail = Mail {
                key: format!("unread in INBOX: {} up to {newest}", unread.len()),
                sender: format!("{} mails in INBOX", unread.len()),
                detail: format!("for the newest of them: {why}"),
                ..blank(slug, self.now)
            };
            self.record(mail, store, reading)?;
        }
        Ok(())
    }

    /// Older mail was never looked at where the server does not search. Once that was answered only
    /// a gap since the last look is asked about.
    fn ask_about_older(&self, reach: Reach, store: &mut Store, reading: &mut Reading) -> Result<()> {
        let oldest = match reach {
            Reach::Whole => return Ok(()),
            Reach::Since(oldest) => oldest,
            Reach::Cut => None,
        };
        let seen = store.seen_mail()?;
        let read_at = store.mailbox_read_at()?;
        for (slug, since) in &self.since {
            if oldest.is_some_and(|oldest| oldest <= *since) {
                continue;
            }
            let key =
                |from: DateTime<FixedOffset>| format!("{slug}: not looked at since {}", from.date_naive());
            let from = match (seen.contains(&key(*since)), read_at) {
                (false, _) | (true, None) => *since,
                (true, Some(read_at)) if oldest.is_none_or(|oldest| read_at < oldest) => read_at,
                (true, Some(_)) => continue,
            };
            let mail = Mail {
                key: key(from),
                sender: "older mail in INBOX".to_owned(),
                received: oldest.unwrap_or(self.now),
                detail: "the server doesn't search, and only the mail since then was read".to_owned(),
                ..blank(slug, self.now)
            };
            self.record(mail, store, reading)?;
        }
        Ok(())
    }

    /// What came before anything was sent, or before its owner told of news, is no answer.
    fn may_concern(&self, slug: &str, received: Option<DateTime<FixedOffset>>) -> bool {
        let Some(received) = received else { return true };
        let since = self.since.get(slug).is_some_and(|since| received.date_naive() >= since.date_naive());
        let application = self.applications.iter().find(|application| application.slug == slug);
        since && application.is_some_and(|application| !application.has_told_since(received))
    }

    fn record(&self, mail: Mail, store: &mut Store, reading: &mut Reading) -> Result<()> {
        if let Seen::Now { withdrawn } = store.record_question(&mail, self.now)? {
            reading.news.push(News { mail, withdrawn });
        }
        Ok(())
    }
}

/// What is known of a mail that could not be read.
pub(in crate::flow) fn unread_mail(
    unread: &Unread,
    folder: &str,
    slug: &str,
    now: DateTime<FixedOffset>,
) -> Mail {
    let message = incoming(&unread.header, None);
    let at = unread.internal_date.or_else(|| message.as_ref()?.date);
    let dated = at.map_or_else(|| "unknown".to_owned(), |at| at.date_naive().to_string());
    let key = format!("unread in {folder}: {}, {dated}", unread.name);
    let detail = match at {
        Some(_) => unread.why.to_string(),
        None => format!("date unknown; {}", unread.why),
    };
    let blank = blank(slug, now);
    let named = message.filter(|message| !message.from.is_empty());
    match named {
        Some(message) => {
            let known = Mail::of(&message, key, at.unwrap_or(now));
            Mail {
                sender: known.sender,
                subject: known.subject,
                key: known.key,
                received: known.received,
                detail,
                ..blank
            }
        }
        None => Mail { key, received: at.unwrap_or(now), detail, ..blank },
    }
}

fn blank(slug: &str, now: DateTime<FixedOffset>) -> Mail {
    Mail {
        key: String::new(),
        application: slug.to_owned(),
        note: None,
        kind: MailKind::Unread,
        sender: "unknown sender".to_owned(),
        subject: String::new(),
        received: now,
        detail: String::new(),
    }
}
