//! What was tried and what came of it, counted and printed.

use std::time::{Duration, Instant};

/// One line of the table.
#[derive(Debug, Default)]
pub struct Row {
    pub part: String,
    /// How many positions there are, how many were tried, and at how many something was struck.
    pub places: usize,
    pub tried: usize,
    pub struck: usize,
    /// Notes that the first run recorded as sent.
    pub sent: usize,
    /// Notes that were certainly not sent, and that the next run sent.
    pub again: usize,
    /// Notes that are shown as in doubt, and how many of them had arrived.
    pub doubt: usize,
    pub doubt_arrived: usize,
    pub broken: usize,
    pub took: Duration,
}

/// What became of the notes of one position.
#[derive(Clone, Debug, Default)]
pub struct Fate {
    pub struck: bool,
    pub sent: usize,
    pub again: usize,
    pub doubt: usize,
    pub doubt_arrived: usize,
    /// Where the promise was not kept, in words.
    pub broken: Vec<String>,
}

impl Row {
    pub fn of(part: &str, places: usize, fates: &[Fate], took: Duration) -> Row {
        let sum = |count: fn(&Fate) -> usize| fates.iter().map(count).sum();
        Row {
            part: part.to_owned(),
            places,
            tried: fates.len(),
            struck: fates.iter().filter(|fate| fate.struck).count(),
            sent: sum(|fate| fate.sent),
            again: sum(|fate| fate.again),
            doubt: sum(|fate| fate.doubt),
            doubt_arrived: sum(|fate| fate.doubt_arrived),
            broken: fates.iter().filter(|fate| !fate.broken.is_empty()).count(),
            took,
        }
    }

    /// A proof that struck nothing proves nothing.
    pub fn is_broken(&self) -> bool {
        self.broken > 0 || self.struck == 0
    }
}

/// Says at once where the promise was broken, and how to look at that alone.
pub fn say_broken(part: &str, place: &str, fate: &Fate) {
    for broken in &fate.broken {
        println!("BROKEN {part} at {place}: {broken}");
    }
    if !fate.broken.is_empty() {
        println!("  alone: cargo test --locked --features proof --test proof -- {part} --only {place}");
    }
}

pub fn print_titles() {
    println!(
        "{:<16}{:>8}{:>8}{:>8}{:>8}{:>12}{:>10}{:>9}{:>8}{:>9}",
        "part", "places", "tried", "struck", "sent", "sent again", "in doubt", "arrived", "broken", "seconds"
    );
}

pub fn print(rows: &[Row]) {
    for row in rows {
        println!(
            "{:<16}{:>8}{:>8}{:>8}{:>8}{:>12}{:>10}{:>9}{:>8}{:>9.1}",
            row.part,
            row.places,
            row.tried,
            row.struck,
            row.sent,
            row.again,
            row.doubt,
            row.doubt_arrived,
            row.broken,
            row.took.as_secs_f64()
        );
    }
}

pub fn explain(rows: &[Row]) {
    println!(
        "\nsent: recorded by the run that was struck; sent again: certainly not sent before, sent by the next run;\n\
         in doubt: shown to its owner and never offered again by itself; arrived: how many of those the server had"
    );
    for row in rows.iter().filter(|row| row.struck == 0) {
        println!("{}: nothing was struck, so nothing is proven", row.part);
    }
}

/// A clock for the last column.
pub struct Watch(Instant);

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "a proof tells how long it took")]
    pub fn start() -> Watch {
        Watch(Instant::now())
    }

    pub fn read(&self) -> Duration {
        self.0.elapsed()
    }
}
