//! The table of public holidays that is compiled in: which places it knows and the days of each.
//! Only the lines of the place that is asked are read; it guesses nothing past its last year.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::domain::{places, text};

const TABLE: &str = include_str!("holidays.txt");

/// A country in the table, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166: `US`, `US-CA`.
    pub code: &'static str,
    words: &'static str,
}

/// A text that names no place in the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no holidays are known for {}", text::printable(.text))]
pub struct UnknownPlace {
    pub text: String,
    /// The code that was most likely meant.
    pub nearest: Option<&'static str>,
}

/// What the table says of the days of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDays {
    pub weekend: Vec<Weekday>,
    /// Holidays as observed, none of them on a weekend.
    pub off: BTreeSet<NaiveDate>,
    /// Days of a weekend that are worked in exchange for others.
    pub worked: BTreeSet<NaiveDate>,
    /// Whether some dates are estimates, since they hang on the moon.
    pub estimated: bool,
}

/// Where the table is from: the name and version of the Python package.
pub fn package() -> &'static str {
    header("package").split(" (").next().unwrap_or_default()
}

/// The years of which the table knows the holidays.
pub fn years() -> RangeInclusive<i32> {
    let (first, last) = header("years").split_once('-').unwrap_or_default();
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => first..=last,
        _ => 0..=0,
    }
}

impl Place {
    /// `US`, `us`, `US-CA`.
    pub fn parse(text: &str) -> Result<Place, UnknownPlace> {
        let code = text.trim().to_ascii_uppercase();
        Place::find(&code)
            .ok_or_else(|| UnknownPlace { text: text.trim().to_owned(), nearest: nearest(&code) })
    }

    /// By its code in upper case. Cheaper than to hear what else might have been meant.
    pub(super) fn find(code: &str) -> Option<Place> {
        places().find(|place| place.code == code)
    }

    /// All countries, by their codes.
    pub fn countries() -> impl Iterator<Item = Place> {
        places().filter(|place| !place.code.contains('-'))
    }

    /// The country that this place is a part of; itself if it is one.
    pub fn country(self) -> Place {
        let code = self.code.split('-').next().unwrap_or(self.code);
        Place::find(code).unwrap_or(self)
    }

    /// The parts of this country that the table knows.
    pub fn parts(self) -> impl Iterator<Item = Place> {
        places()
            .filter(move |place| place.code.strip_prefix(self.code).is_some_and(|rest| rest.starts_with('-')))
    }

    /// The English name of the country.
    pub fn country_name(self) -> &'static str {
        places::country_of(self.country().code).map_or(self.code, |country| country.name)
    }

    pub fn days(self) -> PublicDays {
        let country = self.country();
        let mut days = PublicDays::default();
        days.read(country.words);
        if country != self {
            days.read(self.words);
        }
        days
    }
}

/// Saturday and Sunday, and no holidays.
impl Default for PublicDays {
    fn default() -> Self {
        PublicDays {
            weekend: vec![Weekday::Sat, Weekday::Sun],
            off: BTreeSet::new(),
            worked: BTreeSet::new(),
            estimated: false,
        }
    }
}

impl PublicDays {
    /// Adds a line of the table, whose header says what its words mean.
    fn read(&mut self, words: &str) {
        let mut years = years();
        for word in words.split(' ') {
            if let Some(weekend) = word.strip_prefix('~') {
                self.weekend = weekend.chars().filter_map(weekday).collect();
            } else if let Some(year) = word.strip_suffix(':').and_then(|year| year.parse::<i32>().ok()) {
                years = 2000 + year..=2000 + year;
            } else if word == "?" {
                self.estimated = true;
            } else if let Some(days) = word.strip_prefix('!') {
                self.worked.extend(dates(days, &years));
            } else if let Some(days) = word.strip_prefix('-') {
                for date in dates(days, &years) {
                    self.off.remove(&date);
                }
            } else {
                let weekend = &self.weekend;
                self.off.extend(dates(word, &years).filter(|date| !weekend.contains(&date.weekday())));
            }
        }
    }
}

/// `MMDD` in each of the years that has such a day; nothing for a word that is none.
fn dates(month_and_day: &str, years: &RangeInclusive<i32>) -> impl Iterator<Item = NaiveDate> {
    let number: Option<u32> = month_and_day.parse().ok();
    let years = number.map(|number| (number, years.clone()));
    years
        .into_iter()
        .flat_map(|(number, years)| years.map(move |year| (number, year)))
        .filter_map(|(number, year)| NaiveDate::from_ymd_opt(year, number / 100, number % 100))
}

/// As ISO 8601 numbers them.
fn weekday(digit: char) -> Option<Weekday> {
    let number = u8::try_from(digit.to_digit(10)?).ok()?;
    Weekday::try_from(number.checked_sub(1)?).ok()
}

fn places() -> impl Iterator<Item = Place> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .map(|(code, words)| Place { code, words })
}

fn header(key: &str) -> &'static str {
    TABLE
        .lines()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "))
        .unwrap_or_default()
}

/// A part of the country that was named, or a country by another code or by its name: a wrong code
/// of two letters is near to too many.
fn nearest(code: &str) -> Option<&'static str> {
    if let Some(country) = places::meant(code).and_then(Place::find) {
        return Some(country.code);
    }
    if let Some((country, _)) = code.split_once('-') {
        let code = places::canonical(code);
        let country = Place::find(code.split('-').next().unwrap_or(country))?;
        let begun = country.parts().map(|part| part.code).find(|part| code.starts_with(part));
        let near = || text::nearest(&code, country.parts().map(|part| part.code));
        return begun.or_else(near).or(Some(country.code));
    }
    places::near_name(code).and_then(Place::find).map(|place| place.code)
}

#[cfg(test)]
mod tests;
