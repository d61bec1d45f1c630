//! What is asked of a server, in the library's words.

use std::num::NonZeroU32;

use chrono::{Days, NaiveDate};
use io_imap::types::core::{AString, Vec1};
use io_imap::types::fetch::{MessageDataItemName, Section};
use io_imap::types::search::SearchKey;
use io_imap::types::sequence::SequenceSet;

use super::Wanted;

/// So many alternatives go into one search: some servers refuse long lines.
const ALTERNATIVES: usize = 16;

const FIELDS: [&str; 24] = [
    "FROM",
    "TO",
    "CC",
    "SUBJECT",
    "DATE",
    "MESSAGE-ID",
    "IN-REPLY-TO",
    "REFERENCES",
    "AUTO-SUBMITTED",
    "PRECEDENCE",
    "X-AUTOREPLY",
    "X-AUTORESPOND",
    "X-AUTO-RESPONSE-SUPPRESS",
    "LIST-ID",
    "LIST-UNSUBSCRIBE",
    "RETURN-PATH",
    "CONTENT-TYPE",
    "X-FAILED-RECIPIENTS",
    "X-MICROSOFT-ORIGINAL-MESSAGE-ID",
    "X-GOOGLE-ORIGINAL-MESSAGE-ID",
    "REPLY-TO",
    "SENDER",
    "MIME-VERSION",
    "CONTENT-TRANSFER-ENCODING",
];

/// Where a copy in Sent bears the id of its note (Exchange and Gmail replace a message's own).
pub(super) const OWN_IDS: [&str; 3] =
    ["Message-ID", "X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID"];

pub(super) type Search = Vec1<SearchKey<'static>>;

/// Searches for what is wanted, since the day before `date`: a server's day may be another.
pub(super) fn searches(wanted: &Wanted, date: NaiveDate) -> Vec<Search> {
    let mut keys = Vec::new();
    for id in &wanted.message_ids {
        keys.extend(["In-Reply-To", "References"].iter().filter_map(|field| header(field, id)));
    }
    let senders = wanted.addresses.iter().chain(&wanted.domains);
    keys.extend(senders.filter_map(|sender| Some(SearchKey::From(word(sender)?))));
    in_groups(keys, &since(date))
}

/// Searches for copies that bear one of the ids.
pub(super) fn searches_for_ids(ids: &[&str]) -> Vec<Search> {
    let keys = ids.iter().flat_map(|id| OWN_IDS.iter().filter_map(|field| header(field, id)));
    in_groups(keys.collect(), &[])
}

/// A search for mail to an address, within a day of `day`.
pub(super) fn search_for_recipient(to: &str, day: NaiveDate) -> Vec<Search> {
    let mut narrowed = since(day);
    let before = day.checked_add_days(Days::new(2)).and_then(|day| day.try_into().ok());
    narrowed.extend(before.map(SearchKey::Before));
    in_groups(word(to).map(SearchKey::To).into_iter().collect(), &narrowed)
}

pub(super) fn header_items() -> Vec<MessageDataItemName<'static>> {
    let fields = FIELDS.iter().filter_map(|field| word(field)).collect::<Vec<_>>();
    let section = Vec1::try_from(fields).ok().map(|fields| Section::HeaderFields(None, fields));
    vec![
        MessageDataItemName::Uid,
        MessageDataItemName::InternalDate,
        MessageDataItemName::BodyExt { section, partial: beginning(super::wire::LITERAL), peek: true },
    ]
}

pub(super) fn text_items(most: usize) -> Vec<MessageDataItemName<'static>> {
    let section = Some(Section::Text(None));
    vec![
        MessageDataItemName::Uid,
        MessageDataItemName::BodyExt { section, partial: beginning(most), peek: true },
    ]
}

/// The newest `most` of `exist` messages, by their place in the folder.
pub(super) fn newest(exist: u32, most: u32) -> Option<SequenceSet> {
    let last = NonZeroU32::new(exist)?;
    let first = NonZeroU32::new(exist.saturating_sub(most).saturating_add(1))?;
    SequenceSet::try_from(format!("{first}:{last}").as_str()).ok()
}

fn beginning(most: usize) -> Option<(u32, NonZeroU32)> {
    Some((0, NonZeroU32::new(u32::try_from(most).ok()?)?))
}

fn since(date: NaiveDate) -> Vec<SearchKey<'static>> {
    let eve = date.pred_opt().unwrap_or(date);
    eve.try_into().ok().map(SearchKey::Since).into_iter().collect()
}

/// Each group as one search: any of its keys, and all that narrows it.
fn in_groups(keys: Vec<SearchKey<'static>>, narrowed: &[SearchKey<'static>]) -> Vec<Search> {
    keys.chunks(ALTERNATIVES)
        .filter_map(|group| {
            let mut all = narrowed.to_vec();
            all.push(any(group)?);
            Vec1::try_from(all).ok()
        })
        .collect()
}

/// OR takes two, so more become a tree, and a shallow one: servers limit its depth.
fn any(keys: &[SearchKey<'static>]) -> Option<SearchKey<'static>> {
    match keys {
        [] => None,
        [only] => Some(only.clone()),
        more => {
            let (left, right) = more.split_at_checked(more.len() / 2)?;
            Some(SearchKey::Or(Box::new(any(left)?), Box::new(any(right)?)))
        }
    }
}

fn header(field: &str, value: &str) -> Option<SearchKey<'static>> {
    Some(SearchKey::Header(word(field)?, word(value)?))
}

/// What cannot stand in a command is found without the server's search, or not at all.
fn word(text: &str) -> Option<AString<'static>> {
    AString::try_from(text.to_owned()).ok()
}
