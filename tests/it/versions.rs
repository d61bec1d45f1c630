//! The versions that this program stands on: floors below which a dependency has a known defect,
//! and the oldest Rust. An advisory database cannot be asked everywhere; this can.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What is named here must be locked at this version or above.
const FLOORS: &[(&str, [u64; 3], &str)] = &[
    ("idna", [1, 0, 3], "Punycode that decodes to ASCII passed for another name"),
    // Up to 0.11.23 a line break in a display name panics: names with control characters are
    // refused when they are read (see `a_name_with_a_line_break_never_reaches_the_message`).
    ("lettre", [0, 11, 23], "older ones write headers that were not checked"),
    ("ring", [0, 17, 12], "a panic on long records"),
    ("rustls", [0, 23, 46], "denials of service by a peer"),
    ("rustls-webpki", [0, 103, 16], "name constraints that were not enforced"),
    ("tera", [2, 4, 0], "the first one whose strict mode names the nearest variable"),
    ("time", [0, 3, 47], "a stack that overflows on long dates"),
    ("tracing-subscriber", [0, 3, 20], "escape sequences in logs"),
];

fn manifest_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Name and version of every locked package.
fn locked() -> Vec<(String, [u64; 3])> {
    let lock = fs::read_to_string(manifest_folder().join("Cargo.lock")).unwrap();
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.map(|quoted| quoted.trim_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .skip(1)
        .map(|block| (value(block, "name").unwrap(), numbers(&value(block, "version").unwrap())))
        .collect()
}

/// `1.2.3+build` as its three numbers; what is left out is nought.
fn numbers(version: &str) -> [u64; 3] {
    let mut parts = version.split(['.', '-', '+']).map_while(|part| part.parse().ok());
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

#[test]
fn no_locked_crate_is_older_than_its_known_defects_allow() {
    let locked = locked();
    assert!(locked.len() > 100, "only {} packages were read", locked.len());
    let old: Vec<String> = locked
        .iter()
        .flat_map(|(name, version)| {
            let floors = FLOORS.iter().filter(move |(known, floor, _)| known == name && version < floor);
            floors.map(move |(_, floor, why)| format!("{name} {version:?} is below {floor:?}: {why}"))
        })
        .collect();
    assert!(old.is_empty(), "{old:#?}");
}

#[test]
fn the_crates_that_hold_a_promise_are_locked() {
    let locked: BTreeMap<_, _> = locked().into_iter().collect();
    for name in ["idna", "lettre", "ring", "rustls", "rustls-webpki", "tera"] {
        assert!(locked.contains_key(name), "{name} is not in Cargo.lock: mend FLOORS");
    }
}

#[test]
fn a_name_with_a_line_break_never_reaches_the_message() {
    for text in ["Jane\r\nBcc: x@y.example <jane@acme.example>", "Jane\nDoe <jane@acme.example>"] {
        assert!(thanks::domain::address::Mailbox::parse(text).is_err(), "{text:?}");
    }
}

/// A program is built from the versions that were tested.
#[test]
fn the_lock_file_is_committed() {
    let git = |arguments: &[&str]| {
        Command::new("git").arg("-C").arg(manifest_folder()).args(arguments).output().unwrap()
    };
    if !manifest_folder().join(".git").exists() {
        return; // an unpacked archive: there is nothing to ask
    }
    let listed = git(&["ls-files", "--error-unmatch", "Cargo.lock"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
}

/// New functions of the standard library are clippy's to find (`incompatible_msrv`); here it is
/// the crates.
#[test]
fn no_crate_asks_for_a_newer_rust_than_we_promise() {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform"])
        .arg(host())
        .current_dir(manifest_folder())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let promised = numbers(env!("CARGO_PKG_RUST_VERSION"));
    // `File::try_lock`, by which one sender keeps another out.
    assert!(promised >= [1, 89, 0], "{promised:?}");
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        if let Some(asked) = package["rust_version"].as_str() {
            assert!(numbers(asked) <= promised, "{} asks for Rust {asked}", package["name"]);
        }
    }
}

/// The target triple that rustc builds for here.
fn host() -> String {
    let told = Command::new("rustc").arg("-vV").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    told.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

#[test]
fn versions_are_compared_as_numbers() {
    assert_eq!(numbers("1.2.1+spec-1.1.0"), [1, 2, 1]);
    assert_eq!(numbers("1.89"), [1, 89, 0]);
    assert!(numbers("0.103.17") > numbers("0.103.9"));
}
