//! Whether the clock can be trusted with sending while nobody watches. It compares; it never reads
//! a clock.

use chrono::{DateTime, TimeDelta, Utc};

/// No right clock shows an earlier time: this version did not exist. Moved with each release.
const RELEASED: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

/// Clocks are put right by less than this.
const JITTER: TimeDelta = TimeDelta::minutes(5);

/// Nobody's last note is longer ago, and the next one still to be sent without a look.
const LEAP: TimeDelta = TimeDelta::days(400);

/// Why a clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("the clock shows {now}, and this version was made later", now = day(.0))]
    BeforeRelease(DateTime<Utc>),
    #[error("the clock shows {now}, and something was recorded at {newest}", now = stamp(.now), newest = stamp(.newest))]
    Back { now: DateTime<Utc>, newest: DateTime<Utc> },
    #[error("the clock shows {now}, and nothing was recorded since {newest}", now = day(.now), newest = day(.newest))]
    Leap { now: DateTime<Utc>, newest: DateTime<Utc> },
}

/// Compares the present with the newest time that was written down.
pub fn doubt(now: DateTime<Utc>, newest: Option<DateTime<Utc>>) -> Option<Doubt> {
    if now.timestamp() < RELEASED {
        return Some(Doubt::BeforeRelease(now));
    }
    let newest = newest?;
    if newest - now > JITTER {
        Some(Doubt::Back { now, newest })
    } else {
        (now - newest > LEAP).then_some(Doubt::Leap { now, newest })
    }
}

fn day(at: &DateTime<Utc>) -> String {
    at.format("%a %-d %b %Y").to_string()
}

fn stamp(at: &DateTime<Utc>) -> String {
    at.format("%a %-d %b %Y %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_is_believed_within_five_minutes_back_and_400_days_ahead() {
        let newest = at("2026-03-05T20:54:00Z");
        for (now, believed) in [
            ("2026-03-05T20:54:00Z", true),
            ("2026-03-05T20:49:00Z", true),
            ("2026-03-05T20:48:59Z", false),
            ("2027-04-09T20:54:00Z", true),
            ("2027-04-09T20:54:01Z", false),
            ("2025-12-31T23:59:59Z", false),
        ] {
            assert_eq!(doubt(at(now), Some(newest)).is_none(), believed, "{now}");
        }
        assert_eq!(doubt(at("2031-01-01T00:00:00Z"), None), None);
        assert!(doubt(at("1970-01-01T00:00:00Z"), None).is_some());
    }
}
