//! Which parts and positions are tried, as told on the command line.

use std::fmt::Display;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const USAGE: &str = "usage: proof [--all] [--seed N] [--only POSITION] [PART…]";

/// Of so many positions one is tried in a sample.
const SAMPLE: usize = 5;

pub struct Plan {
    parts: Vec<String>,
    all: bool,
    only: Option<String>,
    pub seed: u64,
    /// Where what cannot run is a failure.
    pub in_ci: bool,
}

impl Plan {
    pub fn read(
        args: impl Iterator<Item = String>,
        known: impl Iterator<Item = &'static str>,
    ) -> Result<Plan, String> {
        let known: Vec<&str> = known.collect();
        let mut plan = Plan { parts: Vec::new(), all: false, only: None, seed: 1, in_ci: in_ci() };
        let mut args = args;
        while let Some(arg) = args.next() {
            let refused = || format!("{USAGE}\nparts: {}\nnot understood: {arg}", known.join(" "));
            match arg.as_str() {
                "--all" => plan.all = true,
                "--seed" => {
                    plan.seed = args.next().and_then(|n| n.parse().ok()).ok_or_else(refused)?;
                }
                "--only" => plan.only = Some(args.next().ok_or_else(refused)?),
                part if known.contains(&part) => plan.parts.push(arg),
                _ => return Err(refused()),
            }
        }
        Ok(plan)
    }

    pub fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| wanted == part)
    }

    /// Whether a scenario is tried, in a part that has only a few of them.
    pub fn includes(&self, place: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == place)
    }

    pub fn is_one_position(&self) -> bool {
        self.only.is_some()
    }

    /// How many of something there are, in all and in a sample.
    pub fn count(&self, all: usize, sample: usize) -> usize {
        if self.all { all } else { sample }
    }

    pub fn extent(&self) -> String {
        match (&self.only, self.all) {
            (Some(only), _) => format!("only {only}"),
            (None, true) => "every position".to_owned(),
            (None, false) => format!("one position in {SAMPLE}"),
        }
    }

    /// Those that are tried: all, the one that was named, or one in five.
    pub fn choose<T: Display>(&self, places: Vec<T>) -> Vec<T> {
        let first = usize::try_from(self.seed).unwrap_or_default() % SAMPLE;
        places
            .into_iter()
            .enumerate()
            .filter(|(n, place)| match &self.only {
                Some(only) => place.to_string() == *only,
                None => self.all || n % SAMPLE == first,
            })
            .map(|(_, place)| place)
            .collect()
    }
}

/// Does `work` for each item, on more threads than there are processors, since some of it waits; in
/// the items' order.
pub fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(8, |n| (n.get() * 4).min(16));
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((n, item)) =
                    Some(next.fetch_add(1, Ordering::SeqCst)).and_then(|n| items.get(n).map(|item| (n, item)))
                {
                    let result = work(item);
                    done.lock().unwrap().push((n, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, result)| result).collect()
}

#[expect(clippy::disallowed_methods, reason = "it is the test's own environment")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Chance that comes again with its seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `sides`.
    pub fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }
}
