//! Real people beside those of the corpus: their names, their addresses and what they talk about
//! arrive as they are. Each of them was refused by some program.

use super::trial::{Trial, arrived};
use thanks::domain::text::nfc;

/// Name, and the greeting that they get.
const NAMES: [(&str, &str); 24] = [
    ("Conan O'Neill", "Hi Conan,"),
    ("Miles O’Brien", "Hi Miles,"),
    ("A Rao", "Hi A Rao,"),
    ("O", "Hi O,"),
    ("Ng", "Hi Ng,"),
    ("Nguyễn Thị Minh Khai", "Hi Nguyễn,"),
    ("María-José Núñez de la Peña", "Hi María-José,"),
    ("Jean-Luc d'Arc", "Hi Jean-Luc,"),
    ("李小龍", "Hi 李小龍,"),
    ("김 민수", "Hi 김 민수,"),
    ("やまだ 太郎", "Hi やまだ 太郎,"),
    ("Željko Šćepanović", "Hi Željko,"),
    ("Анна Каренина", "Hi Анна Каренина,"),
    ("Γιώργος Παπαδόπουλος", "Hi Γιώργος Παπαδόπουλος,"),
    ("محمد علي", "Hi محمد علي,"),
    ("नेहा शर्मा", "Hi नेहा शर्मा,"),
    ("ක්‍රිෂ්ණා", "Hi ක්‍රිෂ්ණා,"),
    ("Zoë Kim 👨‍👩‍👧", "Hi Zoë,"),
    ("Björk Guðmundsdóttir", "Hi Björk,"),
    ("Robert Downey Jr.", "Hi Robert,"),
    ("J. R. R. Tolkien", "Hi J. R. R. Tolkien,"),
    ("Ana \"Nita\" Silva", "Hi Ana,"),
    ("Null Void", "Hi Null,"),
    ("Dr. Jane van der Berg, PhD", "Hi Jane,"),
];

const ADDRESSES: [&str; 9] = [
    "o'neill@example.org",
    "a@b.co",
    "first.last+thanks@sub.example.co.uk",
    "x_y-z@example.travel",
    "1234567@example.org",
    "user@xn--bcher-kva.example",
    "jürgen@bücher.example",
    "ana@例え.jp",
    "info=jane@example.museum",
];

const TOPICS: [&str; 9] = [
    "moving C++ and C# builds to Bazel (v7.0)",
    "the 100 % on-call promise, 24/7",
    "R&D budgets & \"quiet\" weeks",
    "naïve Bayes in the résumé filter",
    "the <main> element in your design system",
    "مهاجرت به می‌کافکا",
    "die Übergabe der Schlüssel, straße für straße",
    "why `SELECT *` hurt the p99",
    "the 🦀 rewrite of the scheduler",
];

#[test]
fn real_names_arrive_as_they_are_written() {
    let trial = Trial::new();
    // Companies of their own, so that nobody is compared with anybody.
    for (at, (name, _)) in NAMES.iter().enumerate() {
        let who = format!("{name} <p{at}@example.org>");
        let company = company(at);
        let met = trial.met(&who).map(|word| if word == "Acme" { company.as_str() } else { word });
        let answer = trial.run(&met);
        assert_eq!(answer.code, 0, "{answer}");
    }
    trial.draft();
    let answer = trial.run(&["send", "--yes"]);
    assert_eq!(answer.code, 0, "{answer}");
    let taken = trial.server.accepted();
    for (at, (name, greeting)) in NAMES.iter().enumerate() {
        let theirs = taken.iter().find(|taken| taken.to == format!("p{at}@example.org"));
        let read = arrived(theirs.unwrap_or_else(|| panic!("{name} got nothing")));
        assert_eq!(read.to[0].name.as_deref(), Some(*name));
        assert_eq!(read.body.lines().next(), Some(*greeting), "{name}");
    }
    trial.ends_with(NAMES.len());
}

#[test]
fn real_addresses_get_their_note() {
    let trial = Trial::new();
    for (at, address) in ADDRESSES.iter().enumerate() {
        let who = format!("Jane Doe <{address}>");
        let company = company(at);
        let met = trial.met(&who).map(|word| if word == "Acme" { company.as_str() } else { word });
        let answer = trial.run(&met);
        assert_eq!(answer.code, 0, "{answer}");
    }
    trial.draft();
    let answer = trial.run(&["send", "--yes"]);
    assert_eq!(answer.code, 0, "{answer}");
    for address in ADDRESSES {
        let (local, domain) = address.split_once('@').unwrap();
        let wire = format!("{local}@{}", idna::domain_to_ascii_strict(domain).unwrap());
        let taken = trial.server.accepted();
        assert_eq!(taken.iter().filter(|taken| taken.to == wire).count(), 1, "{address}");
        assert_eq!(arrived(taken.iter().find(|taken| taken.to == wire).unwrap()).to[0].address, wire);
    }
    trial.ends_with(ADDRESSES.len());
}

#[test]
fn real_topics_arrive_word_for_word() {
    let trial = Trial::new();
    for (at, topic) in TOPICS.iter().enumerate() {
        let who = format!("Jane Doe <p{at}@example.org>");
        let company = company(at);
        let met = trial.met(&who).map(|word| match word {
            "Acme" => company.as_str(),
            "moving the billing jobs to Kafka" => *topic,
            word => word,
        });
        let answer = trial.run(&met);
        assert_eq!(answer.code, 0, "{answer}");
    }
    trial.draft();
    let answer = trial.run(&["send", "--yes"]);
    assert_eq!(answer.code, 0, "{answer}");
    let taken = trial.server.accepted();
    for (at, topic) in TOPICS.iter().enumerate() {
        let theirs = taken.iter().find(|taken| taken.to == format!("p{at}@example.org")).unwrap();
        let body = arrived(theirs).body.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        assert!(body.contains(&nfc(topic).to_lowercase()), "{topic}: {body}");
    }
    trial.ends_with(TOPICS.len());
}

/// A company that is near no other.
fn company(at: usize) -> String {
    const WORDS: [&str; 24] = [
        "Amber", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Grove", "Heath", "Iris", "Jade", "Kelp",
        "Lotus", "Maple", "Nimbus", "Ochre", "Pebble", "Quartz", "Reed", "Sage", "Tundra", "Umber", "Violet",
        "Willow", "Yarrow",
    ];
    WORDS[at].to_owned()
}
