//! The only reader of the clock, and the only one that lets it run on. Whoever decides gets the
//! time as a value.

use std::cell::Cell;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// How soon a wait notices that it is over.
const SLICE: Duration = Duration::from_millis(250);

/// The clock of a run.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// It stands where it was set (`THANKS_NOW`), but for the waits, which it counts.
    Fixed(Cell<DateTime<Utc>>),
}

impl Clock {
    /// The system's, or one at `fixed` (RFC 3339).
    pub fn new(fixed: Option<&str>) -> Result<Clock, Problem> {
        let Some(text) = fixed else { return Ok(Clock::System) };
        match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Ok(Clock::Fixed(Cell::new(time.to_utc()))),
            Err(_) => Err(Problem::new(Kind::Usage, format!("THANKS_NOW is no time: `{}`", printable(text)))
                .hint("it is written like 2026-03-05T17:00:00Z")),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::System => system_time(),
            Clock::Fixed(time) => time.get(),
        }
    }

    /// Returns when so much time has passed, or soon after `is_over`; where the clock is fixed at
    /// once, with the clock put forward.
    pub fn wait(&self, time: Duration, is_over: impl Fn() -> bool) {
        match self {
            Clock::System => {
                let (_keep, never) = mpsc::channel::<()>();
                let watch = Stopwatch::start();
                while let Some(left) = time.checked_sub(watch.elapsed()).filter(|left| !left.is_zero()) {
                    if is_over() {
                        return;
                    }
                    let _ = never.recv_timeout(left.min(SLICE));
                }
            }
            Clock::Fixed(now) => {
                let later =
                    TimeDelta::from_std(time).ok().and_then(|time| now.get().checked_add_signed(time));
                now.set(later.unwrap_or(now.get()));
            }
        }
    }
}

/// How long ago something was, whatever the clock of the run says.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may, but for net")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
fn system_time() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> Result<Clock, Problem> {
        Clock::new(Some(text))
    }

    #[test]
    fn a_fixed_clock_moves_by_what_is_waited_and_by_nothing_else() {
        let clock = fixed("2026-03-05T12:00:00-05:00").unwrap();
        assert_eq!(clock.now().to_rfc3339(), "2026-03-05T17:00:00+00:00");
        assert_eq!(clock.now(), clock.now());
        clock.wait(Duration::from_secs(3600), || false);
        assert_eq!(clock.now().to_rfc3339(), "2026-03-05T18:00:00+00:00");
        let end = fixed("9999-12-31T23:59:59Z").unwrap();
        end.wait(Duration::MAX, || false);
        assert_eq!(end.now().to_rfc3339(), "9999-12-31T23:59:59+00:00");
    }

    #[test]
    fn a_clock_that_cannot_be_read_is_not_replaced_by_the_real_one() {
        for text in ["yesterday", "", "2026-03-05T17:00:00", "2026-12-31T23:59:61Z"] {
            assert_eq!(fixed(text).unwrap_err().kind, Kind::Usage, "{text}");
        }
    }

    #[test]
    fn the_real_clock_moves_forward_and_waits_are_real() {
        let clock = Clock::new(None).unwrap();
        let first = clock.now();
        clock.wait(Duration::from_millis(5), || false);
        assert!(clock.now() - first >= TimeDelta::milliseconds(5));
        clock.wait(Duration::MAX, || true);
    }
}
