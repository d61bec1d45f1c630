//! Inputs that a person, a mailbox, a server or a disk may give, each through the command that it
//! concerns: what is refused, asked about, tidied or taken, and with which exit code. To refuse a
//! real name counts as much as to take a false one.

mod addresses;
mod configuration;
mod differs;
mod environment;
mod files;
mod mailbox;
mod names;
mod people;
mod record;
mod servers;
mod templates;
mod texts;
mod times;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use differs::DIFFERS;
use trial::Answer;

/// One row of the corpus.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    id: String,
    field: String,
    #[serde(default)]
    value: Value,
    hex: Option<String>,
    repeat: Option<Repeat>,
    /// What a normalised input becomes.
    #[serde(default)]
    becomes: Option<Value>,
    #[serde(default)]
    setup: BTreeMap<String, Value>,
    /// Whether the exit code is that on a terminal.
    #[serde(default, rename = "tty")]
    _tty: bool,
    expect: Expect,
    exit: i32,
    detail: String,
    why: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    #[serde(default)]
    prefix: String,
    unit: String,
    times: usize,
    #[serde(default)]
    suffix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Accept,
    Normalise,
    /// Taken, and shown without what could steer a terminal.
    Sanitise,
    /// Asked about on a terminal; without one nothing is done.
    Confirm,
    Reject,
    /// Recorded and shown; a finding of the checks keeps the note back. Our word, for the corpus
    /// knows no checks.
    #[serde(skip)]
    Hold,
}

#[derive(Deserialize)]
struct Corpus {
    inputs: Vec<Input>,
}

/// The fields that each group takes through the program, all of them in its one test.
const GROUPS: [&[&str]; 11] = [
    names::FIELDS,
    addresses::FIELDS,
    texts::FIELDS,
    templates::FIELDS,
    times::FIELDS,
    configuration::FIELDS,
    files::FIELDS,
    servers::FIELDS,
    mailbox::FIELDS,
    environment::FIELDS,
    record::FIELDS,
];

fn corpus() -> Vec<Input> {
    let text = include_str!("../fixtures/bad_inputs.json");
    serde_json::from_str::<Corpus>(text).unwrap().inputs
}

/// The inputs of a group, in their order.
fn of(fields: &[&str]) -> Vec<Input> {
    corpus().into_iter().filter(|input| fields.contains(&input.field.as_str())).collect()
}

impl Input {
    fn bytes(&self) -> Vec<u8> {
        if let Some(hex) = &self.hex {
            return data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        }
        if let Some(Repeat { prefix, unit, times, suffix }) = &self.repeat {
            return format!("{prefix}{}{suffix}", unit.repeat(*times)).into_bytes();
        }
        self.value.as_str().unwrap().as_bytes().to_vec()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    /// What is expected here: as the corpus has it, or as our design has it.
    fn expect(&self) -> (Expect, i32) {
        match DIFFERS.iter().find(|row| row.id == self.id) {
            Some(row) => (row.expect, row.exit),
            None => (self.expect, self.exit),
        }
    }

    fn is_taken(&self) -> bool {
        matches!(self.expect().0, Expect::Accept | Expect::Normalise)
    }

    /// The text that arrives for one that goes in.
    fn becomes(&self) -> String {
        match &self.becomes {
            Some(Value::String(text)) => text.clone(),
            Some(other) => panic!("{}: {other}", self.id),
            None => self.text(),
        }
    }

    /// Compares a command with what is expected; `says` are the words that it must find for it.
    fn judge(&self, answer: &Answer, says: &str) {
        let (expect, exit) = self.expect();
        let (id, why) = (&self.id, &self.why);
        assert_eq!(answer.code, exit, "{id} ({why}): {answer}");
        assert!(answer.everything().contains(says), "{id} should say {says:?}: {answer}");
        if matches!(expect, Expect::Reject | Expect::Confirm) {
            assert!(answer.err.starts_with("error: "), "{id}: {answer}");
        }
    }

    /// The words that a table of `(id, words)` has for it.
    fn says<'a>(&self, table: &[(&str, &'a str)]) -> &'a str {
        let row = table.iter().find(|(id, _)| *id == self.id);
        row.unwrap_or_else(|| panic!("nobody says what {} should say: {}", self.id, self.detail)).1
    }
}

#[test]
fn every_input_goes_through_exactly_one_group() {
    let inputs = corpus();
    let ids: BTreeSet<&str> = inputs.iter().map(|input| input.id.as_str()).collect();
    assert_eq!((ids.len(), inputs.len()), (137, 137), "an id stands twice, or an input is missing");
    for input in &inputs {
        let groups = GROUPS.iter().filter(|fields| fields.contains(&input.field.as_str())).count();
        assert_eq!(groups, 1, "{} ({})", input.id, input.field);
        let given = [input.hex.is_some(), input.repeat.is_some(), !input.value.is_null()];
        assert_eq!(given.iter().filter(|given| **given).count(), 1, "{}", input.id);
    }
    for field in GROUPS.iter().copied().flatten() {
        assert!(inputs.iter().any(|input| input.field == *field), "nothing has the field {field}");
    }
}

#[test]
fn every_difference_from_the_corpus_is_one_and_says_why() {
    let inputs = corpus();
    let mut seen = BTreeSet::new();
    for row in &DIFFERS {
        let input = inputs.iter().find(|input| input.id == row.id);
        let input = input.unwrap_or_else(|| panic!("{} is not in the corpus", row.id));
        assert!(seen.insert(row.id), "{} stands twice", row.id);
        assert!((input.expect, input.exit) != (row.expect, row.exit), "{} does not differ", row.id);
        assert!(row.why.len() > 20, "{} does not say why", row.id);
    }
}
