//! When what was certainly not handed over is tried again by itself. Whoever types `send` does not
//! wait for it.

use chrono::{DateTime, FixedOffset, TimeDelta};

/// Until the next attempt, by the number of those that failed.
const WAITS: [TimeDelta; 7] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::minutes(30),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(4),
];
/// Where nothing was tried yet: the mailbox could not be read, or there was no secret.
const UNTRIED: TimeDelta = TimeDelta::minutes(15);
const BUSY: TimeDelta = TimeDelta::minutes(5);
const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::days(1);

/// How long a server wants to be left alone at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pause {
    #[default]
    None,
    /// It takes nobody now.
    Busy,
    /// Too much came in a short time.
    Hour,
    /// The limit of a day is reached.
    Day,
}

impl Pause {
    /// What a reply asks for, by its code and the status (RFC 3463) that its text begins with.
    pub fn after(code: u16, text: &str) -> Pause {
        match text.split_whitespace().next() {
            Some("5.4.5" | "4.4.5" | "5.1.90") => Pause::Day,
            Some("4.5.3" | "4.7.28") => Pause::Hour,
            _ if code == 421 => Pause::Busy,
            _ => Pause::None,
        }
    }

    fn least(self) -> TimeDelta {
        match self {
            Pause::None => TimeDelta::zero(),
            Pause::Busy => BUSY,
            Pause::Hour => HOUR,
            Pause::Day => DAY,
        }
    }
}

/// The moment of the next attempt, after `failed` ones. A wait that would outlast the note's last
/// moment is an hour and half of what is left at most: what may be late is still better tried than
/// expired.
pub fn next_try(
    now: DateTime<FixedOffset>,
    failed: u32,
    pause: Pause,
    send_before: Option<DateTime<FixedOffset>>,
) -> DateTime<FixedOffset> {
    let [.., longest] = WAITS;
    let usual = match failed.checked_sub(1).map(usize::try_from) {
        None => UNTRIED,
        Some(place) => place.ok().and_then(|place| WAITS.get(place)).copied().unwrap_or(longest),
    };
    let wait = usual.max(pause.least());
    match send_before {
        Some(last) if now + wait >= last => {
            now + wait.min(HOUR).min(((last - now) / 2).max(TimeDelta::minutes(1)))
        }
        _ => now + wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-03-05T12:00:00-05:00").unwrap()
    }

    fn minutes(failed: u32, pause: Pause, left: Option<TimeDelta>) -> i64 {
        (next_try(noon(), failed, pause, left.map(|left| noon() + left)) - noon()).num_minutes()
    }

    #[test]
    fn each_failure_waits_longer_up_to_four_hours() {
        let waits: Vec<i64> = (1..=9).map(|failed| minutes(failed, Pause::None, None)).collect();
        assert_eq!(waits, [1, 5, 15, 30, 60, 120, 240, 240, 240]);
        assert_eq!(minutes(u32::MAX, Pause::None, None), 240);
        assert_eq!(minutes(0, Pause::None, None), 15, "nothing was tried");
    }

    #[test]
    fn a_server_that_wants_a_pause_gets_it() {
        for (code, text, least) in [
            (451, "4.3.0 later", 1),
            (421, "4.3.2 closing down", 5),
            (421, "", 5),
            (452, "4.5.3 too many recipients", 60),
            (421, "4.7.28 unusual rate", 60),
            (550, "5.4.5 daily limit exceeded", 24 * 60),
            (550, "5.1.90 daily limit for message recipients", 24 * 60),
            (451, "see 5.4.5", 1),
        ] {
            assert_eq!(minutes(1, Pause::after(code, text), None), least, "{code} {text}");
        }
        assert_eq!(minutes(4, Pause::Busy, None), 30, "the longer one counts");
    }

    #[test]
    fn no_wait_outlasts_the_last_moment_by_itself() {
        let left = Some(TimeDelta::hours(20));
        assert_eq!(minutes(1, Pause::Day, left), 60);
        assert_eq!(minutes(7, Pause::None, Some(TimeDelta::hours(3))), 60);
        assert_eq!(minutes(1, Pause::Busy, Some(TimeDelta::minutes(3))), 1, "while there is time");
        assert_eq!(minutes(7, Pause::None, left), 240);
    }
}
