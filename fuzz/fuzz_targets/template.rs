//! A user's template, with the values of a note: it is filled within the bounds of time, length and
//! stack, or refused with a reason; what comes out is plain text. Behind a line of `---` stand
//! values, one a line, for the names in their order.
#![no_main]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use thanks::adapters::templates::{Part, Templates};
use thanks::domain::phrases::NAMES;
use thanks::domain::problem::{Kind, Problem};

const KIND: &str = "own";

static FOLDER: OnceLock<TempDir> = OnceLock::new();

fuzz_target!(
    init: {
        let folder = FOLDER.get_or_init(|| TempDir::new().unwrap());
        fs::create_dir(folder.path().join(KIND)).unwrap();
        forgive_what_the_program_catches();
    },
    |bytes: &[u8]| {
        let folder = FOLDER.get().unwrap().path();
        let at = bytes.windows(5).position(|window| window == b"\n---\n");
        let (template, values) = match at {
            Some(at) => (&bytes[..at], bytes.get(at + 5..).unwrap_or_default()),
            None => (bytes, &b""[..]),
        };
        for part in Part::ALL {
            fs::write(folder.join(KIND).join(part.file()), template).unwrap();
        }
        check(folder, &values_of(&String::from_utf8_lossy(values)));
    }
);

fn check(folder: &Path, values: &BTreeMap<&str, String>) {
    let templates = Templates::new(Some(folder.to_owned()));
    if let Err(problem) = templates.parse(KIND) {
        check_problem(&problem);
    }
    match templates.render(KIND, values) {
        Ok(rendered) => {
            assert!(!rendered.subject.chars().any(char::is_control), "{:?}", rendered.subject);
            assert_eq!(rendered.subject.trim(), rendered.subject);
            let is_foul = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!rendered.body.contains(is_foul), "{:?}", rendered.body);
            assert_eq!(rendered.body.trim_end(), rendered.body);
            assert!(rendered.body.len() <= 1024 * 1024);
            assert!(!rendered.body.contains("\n\n\n"), "{:?}", rendered.body);
        }
        Err(problem) => check_problem(&problem),
    }
}

fn check_problem(problem: &Problem) {
    assert_eq!(problem.kind, Kind::Data, "{problem:?}");
    for line in [&problem.message].into_iter().chain(&problem.details).chain(&problem.hint) {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(line.chars().count() <= 2_000, "an endless reason: {line}");
    }
}

/// The first names have the given values, as far as they go: the record holds no control characters.
fn values_of(text: &str) -> BTreeMap<&'static str, String> {
    let given = text.lines().map(|line| line.chars().filter(|c| !c.is_control()).take(300).collect());
    let names = ["company", "role", "topic", "why", "salutation", "me", "when"];
    let rest = NAMES.into_iter().filter(|name| !names.contains(name));
    let mut values: BTreeMap<&str, String> =
        names.into_iter().map(|name| (name, format!("some {name}"))).collect();
    values.extend(names.into_iter().chain(rest).zip(given));
    values
}

/// A panic of the engine ends its thread alone; the program says "cannot be filled".
fn forgive_what_the_program_catches() {
    let fatal = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some("template") {
            fatal(info);
        }
    }));
}
