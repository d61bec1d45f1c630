//! SEARCH as a server does it: keys in their order, dates and substrings.

use chrono::NaiveDate;

use super::Message;

/// The UIDs of the messages for which all keys hold.
pub(super) fn search(keys: &str, messages: &[Message]) -> Vec<u32> {
    let words = words(keys);
    messages
        .iter()
        .filter(|message| {
            let mut rest = words.as_slice();
            let mut all = true;
            while !rest.is_empty() {
                all &= holds(&mut rest, message);
            }
            all
        })
        .map(|message| message.uid)
        .collect()
}

pub(super) fn day(received: &str) -> NaiveDate {
    let date = received.trim().split(' ').next().unwrap();
    NaiveDate::parse_from_str(date, "%d-%b-%Y").unwrap_or_else(|e| panic!("{received}: {e}"))
}

fn holds(rest: &mut &[String], message: &Message) -> bool {
    let mut next = || {
        let (first, others) = rest.split_first().expect("a search key is complete");
        *rest = others;
        first.clone()
    };
    let header = |name: &str, value: &str| {
        let name = format!("{}:", name.to_lowercase());
        let unfolded = message.header.replace("\r\n ", " ").to_lowercase();
        unfolded.lines().any(|line| line.starts_with(&name) && line.contains(&value.to_lowercase()))
    };
    match next().to_ascii_uppercase().as_str() {
        "OR" => {
            let (left, right) = (holds(rest, message), holds(rest, message));
            left || right
        }
        "HEADER" => {
            let (name, value) = (next(), next());
            header(&name, &value)
        }
        "FROM" => header("from", &next()),
        "TO" => header("to", &next()),
        "SINCE" => day(&message.received) >= day(&next()),
        "BEFORE" => day(&message.received) < day(&next()),
        other => panic!("the search key {other} is not known here"),
    }
}

/// Words, quoted strings without their quotes, parentheses dropped.
fn words(keys: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chars = keys.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '(' | ')' => {}
            '"' => words.push(chars.by_ref().take_while(|c| *c != '"').collect()),
            first => {
                let mut word = first.to_string();
                while let Some(c) = chars.next_if(|c| !" ()".contains(*c)) {
                    word.push(c);
                }
                words.push(word);
            }
        }
    }
    words
}
