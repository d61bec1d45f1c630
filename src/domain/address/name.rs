//! The name of a person as they write it; it is never corrected, only tidied of stray blanks.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{Refused, refuse, refuse_unseen};
use crate::domain::encoded::refuse_encoded;
use crate::domain::text::printable;

/// In characters: longer than any name, short enough for any header.
const LONGEST_NAME: usize = 200;

const TITLES: [&str; 19] = [
    "dr",
    "prof",
    "professor",
    "mr",
    "mrs",
    "ms",
    "mx",
    "miss",
    "sir",
    "dame",
    "rev",
    "herr",
    "frau",
    "mme",
    "mlle",
    "sr",
    "sra",
    "srta",
    "dipl.-ing",
];
const SUFFIXES: [&str; 15] =
    ["phd", "ph.d", "md", "m.d", "mba", "jr", "sr", "ii", "iii", "iv", "esq", "cpa", "msc", "bsc", "pmp"];

/// A person's name: NFC, single blanks, no control or direction-changing characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Trims, joins runs of blanks and composes (NFC); refuses what cannot stand in a header or
    /// is not a name.
    pub fn parse(text: &str) -> Result<PersonName, Refused> {
        let text: String = text.trim().nfc().collect();
        let tidy = text
            .split(|c: char| c == '\t' || (c.is_whitespace() && !is_line_end(c)))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if tidy.is_empty() {
            return refuse("the name is empty");
        }
        refuse_unseen("name", &tidy)?;
        refuse_stray_joiner(&tidy)?;
        if tidy.split(' ').any(|word| word.trim_matches('@').contains('@')) {
            return refuse(format!("the name `{}` looks like an address", printable(&tidy)));
        }
        if !tidy.chars().any(char::is_alphabetic) {
            return refuse(format!("the name `{}` has no letter", printable(&tidy)));
        }
        if tidy.chars().count() > LONGEST_NAME {
            return refuse(format!("the name is longer than {LONGEST_NAME} characters"));
        }
        Ok(PersonName(tidy))
    }

    /// As somebody types or pastes it: refuses what another program left encoded as well. Records
    /// made before that was refused are still read with `parse`.
    pub fn typed(text: &str) -> Result<PersonName, Refused> {
        refuse_encoded("the name", text, |text| PersonName::parse(text).is_ok())?;
        PersonName::parse(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The given name where it is written first, without a title: "Jane" of "Dr. Jane Doe" and
    /// of "Doe, Jane".
    pub fn first_word(&self) -> &str {
        let (before, after) = self.around_comma();
        after.and_then(first_of).or_else(|| first_of(before)).unwrap_or(&self.0)
    }

    /// The last word of the name proper: "Doe" of "Jane Doe, PhD" and of "Doe, Jane".
    pub fn last_word(&self) -> &str {
        let (before, _) = self.around_comma();
        before
            .split(' ')
            .filter(|word| !word.is_empty())
            .rfind(|word| !is_one_of(&SUFFIXES, word))
            .map(bare)
            .unwrap_or(&self.0)
    }

    /// "Doe, Jane" in the order in which it is said, if it is written family name first.
    pub(super) fn in_spoken_order(&self) -> Option<String> {
        let (before, after) = self.around_comma();
        after.map(|given| format!("{given} {before}"))
    }

    /// What stands before a comma and, unless it is only "PhD" and the like, what stands after it.
    fn around_comma(&self) -> (&str, Option<&str>) {
        match self.0.split_once(',') {
            Some((before, after)) => {
                let is_given_name = after
                    .split([' ', ','])
                    .filter(|word| !word.is_empty())
                    .any(|word| !is_one_of(&SUFFIXES, word));
                (before.trim(), is_given_name.then(|| after.trim()))
            }
            None => (&self.0, None),
        }
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn first_of(words: &str) -> Option<&str> {
    words.split(' ').find(|word| !word.is_empty() && !is_one_of(&TITLES, word)).map(bare)
}

/// A word without quotation marks, brackets and commas around it.
fn bare(word: &str) -> &str {
    let bare = word.trim_matches(['"', '“', '”', '„', '(', ')', ',', '<', '>']);
    if bare.is_empty() { word } else { bare }
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',']).to_lowercase();
    list.contains(&word.as_str())
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The zero-width joiners spell words in Persian, in Indic scripts and in emoji; elsewhere they
/// only hide.
fn refuse_stray_joiner(name: &str) -> Result<(), Refused> {
    let joins = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    let carries = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !joins(c) && !is_latin(c));
    let mut before = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if joins(c) && !(carries(before) && carries(rest.peek().copied())) {
            return Err(Refused {
                message: format!("the name holds an invisible character, U+{:04X}", u32::from(c)),
                instead: Some(name.chars().filter(|c| !joins(*c)).collect()),
            });
        }
        before = Some(c);
    }
    Ok(())
}

pub(super) fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}
