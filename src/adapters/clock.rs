//! The only reader of the clock. Whoever decides gets the time as a value.

use chrono::{DateTime, Utc};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// The present, or `fixed` (`THANKS_NOW`, RFC 3339), which does not move.
pub fn now(fixed: Option<&str>) -> Result<DateTime<Utc>, Problem> {
    match fixed {
        Some(text) => DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc)).map_err(|_| {
            Problem::new(Kind::Usage, format!("THANKS_NOW is no time: `{}`", printable(text)))
                .hint("it is written like 2026-03-05T17:00:00Z")
        }),
        None => Ok(system_time()),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
fn system_time() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still() {
        let fixed = Some("2026-03-05T12:00:00-05:00");
        assert_eq!(now(fixed).unwrap().to_rfc3339(), "2026-03-05T17:00:00+00:00");
        assert_eq!(now(fixed), now(fixed));
    }

    #[test]
    fn a_clock_that_cannot_be_read_is_not_replaced_by_the_real_one() {
        for text in ["yesterday", "", "2026-03-05T17:00:00", "2026-12-31T23:59:61Z"] {
            assert_eq!(now(Some(text)).unwrap_err().kind, Kind::Usage, "{text}");
        }
    }

    #[test]
    fn the_real_clock_moves_forward() {
        let first = now(None).unwrap();
        assert!(now(None).unwrap() >= first);
    }
}
