//! Messages by their numbers. One that a server cannot show must not hide the others, so a refused
//! or incomplete answer is asked for again in smaller parts, down to single messages.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use io_imap::types::command::CommandBody;
use io_imap::types::fetch::{MacroOrMessageDataItemNames, MessageDataItemName};
use io_imap::types::sequence::SequenceSet;

use super::query;
use super::reply::{self, Fetched};
use super::wire::LITERAL;
use super::{Failure, ImapError, Phase, Refusal, Session, Why, at};

/// So many messages go into one command.
const AT_ONCE: usize = 200;
/// So many commands more than there should be; what is then still missing stays so.
const MOST_REPAIRS: usize = 120;
/// Where none of so many is shown, the server is to blame and not the messages.
const TOO_MANY: usize = 3;

/// What the numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Place,
    Uid,
}

/// What is asked of each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The UID and the date.
    Dates,
    /// The UID alone, where the date is what the server stumbles over.
    Uids,
    Header,
    /// The beginning of the text, so many octets.
    Text(usize),
}

/// What came, by the numbers that were asked for.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub got: BTreeMap<u32, Fetched>,
    /// With as much of each as is known.
    pub missing: BTreeMap<u32, (Fetched, Why)>,
}

impl Session {
    pub(super) fn gather(&mut self, by: By, numbers: &[u32], part: Part) -> Result<Gathered, ImapError> {
        let mut gathered = Gathered::default();
        let mut refusal: Option<Refusal> = None;
        let mut repairs = 0;
        let mut sets: Vec<Vec<u32>> = numbers.chunks(AT_ONCE).rev().map(<[u32]>::to_vec).collect();
        let planned = sets.len();
        let mut asked = 0;
        while let Some(set) = sets.pop() {
            asked += 1;
            if asked > planned {
                repairs += 1;
            }
            if repairs > MOST_REPAIRS || (repairs > TOO_MANY * 8 && gathered.got.is_empty()) {
                for number in set {
                    gathered.missing.entry(number).or_insert((Fetched::default(), Why::NotShown));
                }
                continue;
            }
            match self.fetch(by, &set, part) {
                Ok(shown) => {
                    for number in &set {
                        let fetched = shown.get(number).cloned().unwrap_or_default();
                        let Some(why) = part.lacks(&fetched) else {
                            gathered.missing.remove(number);
                            gathered.got.insert(*number, fetched);
                            continue;
                        };
                        // Once more, by itself.
                        let again = !gathered.missing.contains_key(number) && why != Why::Cut;
                        gathered.missing.insert(*number, (fetched, why));
                        if again {
                            sets.push(vec![*number]);
                        }
                    }
                }
                Err(ImapError { kind: Failure::Refused(why), .. }) => {
                    refusal = Some(why.clone());
                    let (left, right) = set.split_at_checked(set.len() / 2).unwrap_or((&set, &[]));
                    match (left, right) {
                        ([], [only]) => {
                            gathered.missing.insert(*only, (Fetched::default(), Why::Refused(why)));
                        }
                        _ => sets.extend([right.to_vec(), left.to_vec()]),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let nothing = gathered.got.is_empty() && !gathered.missing.is_empty();
        let is_server = match part {
            Part::Uids => true,
            Part::Dates => gathered.missing.len() >= TOO_MANY,
            Part::Header => {
                gathered.missing.len() >= TOO_MANY
                    && gathered.missing.values().all(|(_, why)| *why != Why::Cut)
            }
            // Without its text a mail is judged, or asked about, by its header.
            Part::Text(_) => false,
        };
        if nothing && is_server {
            return Err(at(Phase::Fetch)(match refusal {
                Some(refusal) => Failure::Refused(refusal),
                None => Failure::Protocol(format!("it shows none of {} messages", numbers.len())),
            }));
        }
        Ok(gathered)
    }

    /// One command. What comes of messages that were not asked for counts for nothing.
    fn fetch(&mut self, by: By, numbers: &[u32], part: Part) -> Result<BTreeMap<u32, Fetched>, ImapError> {
        let set = sequence(numbers);
        let Some(sequence_set) = set else { return Ok(BTreeMap::new()) };
        let body = CommandBody::Fetch {
            sequence_set,
            macro_or_item_names: MacroOrMessageDataItemNames::MessageDataItemNames(part.items()),
            uid: by == By::Uid,
            modifiers: Vec::new(),
        };
        let answer = self.wire.ask(self.patience.command, body).map_err(at(Phase::Fetch))?;
        let mut shown: BTreeMap<u32, Fetched> = BTreeMap::new();
        for fetched in answer.data.iter().filter_map(|response| reply::fetch(response)) {
            let number = match by {
                By::Place => Some(fetched.place),
                By::Uid => fetched.uid.map(NonZeroU32::get),
            };
            if let Some(number) = number.filter(|number| numbers.contains(number)) {
                match shown.get_mut(&number) {
                    Some(known) => known.join(fetched),
                    None => drop(shown.insert(number, fetched)),
                }
            }
        }
        Ok(shown)
    }
}

impl Part {
    fn items(self) -> Vec<MessageDataItemName<'static>> {
        match self {
            Part::Dates => vec![MessageDataItemName::Uid, MessageDataItemName::InternalDate],
            Part::Uids => vec![MessageDataItemName::Uid],
            Part::Header => query::header_items(),
            Part::Text(most) => query::text_items(most),
        }
    }

    /// Why what came is not enough.
    fn lacks(self, fetched: &Fetched) -> Option<Why> {
        match self {
            _ if fetched.place == 0 => Some(Why::NotShown),
            _ if fetched.uid.is_none() => Some(Why::NoUid),
            Part::Dates | Part::Uids => None,
            Part::Header => match fetched.header.as_deref() {
                None => Some(Why::NoHeader),
                Some(header) if header.trim_ascii().is_empty() => Some(Why::NoHeader),
                Some(header) if header.len() >= LITERAL => Some(Why::Cut),
                Some(_) => None,
            },
            Part::Text(_) => fetched.text.is_none().then_some(Why::NoText),
        }
    }
}

/// `1:3,7` for 1, 2, 3 and 7: a list of hundreds would make a line that servers refuse.
fn sequence(numbers: &[u32]) -> Option<SequenceSet> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let run = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}:{last}"),
    };
    SequenceSet::try_from(runs.iter().map(run).collect::<Vec<_>>().join(",").as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_numbers_is_written_in_runs() {
        let written = |numbers: &[u32], expected: &str| {
            assert_eq!(sequence(numbers), SequenceSet::try_from(expected).ok(), "{numbers:?}");
        };
        written(&[7, 3, 1, 2], "1:3,7");
        written(&[u32::MAX, u32::MAX - 1], "4294967294:4294967295");
        written(&[5, 5], "5");
        assert_eq!(sequence(&[]), None);
    }
}
