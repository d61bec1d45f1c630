//! The exit codes that the README promises are those that the program gives.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thanks::commands::Exit;
use thanks::domain::problem::Kind;

const KINDS: [Kind; 13] = [
    Kind::Declined,
    Kind::Usage,
    Kind::NeedsYou,
    Kind::Data,
    Kind::NotFound,
    Kind::Refused,
    Kind::Bug,
    Kind::LocalIo,
    Kind::TryAgain,
    Kind::InDoubt,
    Kind::Permission,
    Kind::Config,
    Kind::Interrupted,
];

/// Where a kind stands in the list above: one that is added does not compile until it stands there.
fn place(kind: Kind) -> usize {
    match kind {
        Kind::Declined => 0,
        Kind::Usage => 1,
        Kind::NeedsYou => 2,
        Kind::Data => 3,
        Kind::NotFound => 4,
        Kind::Refused => 5,
        Kind::Bug => 6,
        Kind::LocalIo => 7,
        Kind::TryAgain => 8,
        Kind::InDoubt => 9,
        Kind::Permission => 10,
        Kind::Config => 11,
        Kind::Interrupted => 12,
    }
}

/// The codes of the README's table, whose rows begin with `| 0 |` or `| **76** |`, in their order.
fn promised() -> Vec<u8> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("Exit codes").expect("the README has a part on exit codes");
    let rows = section.lines().skip_while(|line| !line.starts_with('|'));
    rows.take_while(|line| line.starts_with('|'))
        .filter_map(|row| row.split('|').nth(1)?.trim_matches([' ', '*', '`']).parse().ok())
        .collect()
}

#[test]
fn the_readme_lists_exactly_the_codes_that_the_program_gives() {
    let given: BTreeSet<u8> =
        KINDS.iter().map(|kind| Exit::from(*kind).code()).chain([Exit::DONE.code()]).collect();
    let promised = promised();
    assert_eq!(promised.iter().copied().collect::<BTreeSet<_>>(), given);
    assert!(promised.is_sorted(), "{promised:?}");
    assert_eq!(promised.len(), given.len(), "a code stands twice: {promised:?}");
}

#[test]
fn no_two_kinds_of_failure_share_a_code() {
    let codes: BTreeSet<u8> = KINDS.iter().map(|kind| Exit::from(*kind).code()).collect();
    assert_eq!(codes.len(), KINDS.len());
    assert!(KINDS.iter().enumerate().all(|(at, kind)| place(*kind) == at));
}
