//! The calendars that follow-ups keep to: which places are known, and what is free there in a year.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;

use super::App;
use crate::domain::calendar::{self, Calendar, Place, Rest, UnknownPlace};
use crate::domain::problem::{Kind, Problem};

/// The days on which no follow-up goes in a country, or in a part of it
///
/// Examples:
///   thanks holidays                     the countries that are known
///   thanks holidays US                  this year in the United States
///   thanks holidays US-CA --year 2027   and in California
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Such as US, US-CA or DE-BY
    #[arg(value_name = "COUNTRY")]
    country: Option<String>,
    /// Another year than this one
    #[arg(long, requires = "country", value_parser = clap::value_parser!(i32).range(1900..=9999))]
    year: Option<i32>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    /// The package that the table is from, with its version.
    pub package: &'static str,
    pub first_year: i32,
    pub last_year: i32,
    #[serde(flatten)]
    pub about: About,
    /// Events of your own calendars that name no whole day, each after the name of its file.
    pub left_out: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum About {
    Countries { countries: Vec<Country> },
    Year(Box<Year>),
}

#[derive(Debug, Serialize)]
pub struct Country {
    pub code: &'static str,
    pub name: String,
    pub parts: Vec<&'static str>,
}

/// A year of a place.
#[derive(Debug, Serialize)]
pub struct Year {
    pub place: &'static str,
    pub country: String,
    pub year: i32,
    /// Whether the table knows the public holidays of that year.
    pub covered: bool,
    /// Whether some of them are estimates, as they hang on the moon.
    pub estimated: bool,
    pub weekend: Vec<String>,
    /// Days beside the weekends on which no follow-up goes.
    pub days: Vec<Day>,
    /// Days of weekends that are worked in exchange for others.
    pub worked: Vec<NaiveDate>,
    /// The parts of the country that are known; empty for a part.
    pub parts: Vec<&'static str>,
    /// Public holidays that are free in at least half of the parts but not in the whole country.
    pub in_most_parts: Vec<NaiveDate>,
}

#[derive(Debug, Serialize)]
pub struct Day {
    pub date: NaiveDate,
    pub weekday: String,
    pub kind: DayKind,
    /// Of a quiet span or of the reason why a day is not used; the table has no names.
    pub name: Option<&'static str>,
    /// Whether the day is a public holiday, whatever else it is.
    pub public: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayKind {
    Public,
    /// Named in the configuration.
    Own,
    Quiet,
    /// A business day that counts, but no follow-up goes on it.
    Unused,
}

pub fn run(args: &Args, app: &App) -> Result<Report> {
    let about = match &args.country {
        None => About::Countries { countries: Place::countries().map(country).collect() },
        Some(text) => {
            let place = Place::parse(text).map_err(|unknown| refused(&unknown))?;
            About::Year(Box::new(year(place, args.year.unwrap_or(app.local_now().year()), app)))
        }
    };
    let years = calendar::years();
    let left_out = app.calendars.iter().flat_map(|(path, own)| {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        own.left_out.iter().map(move |line| format!("{file}: {line}"))
    });
    Ok(Report {
        package: calendar::package(),
        first_year: *years.start(),
        last_year: *years.end(),
        about,
        left_out: left_out.collect(),
    })
}

fn country(place: Place) -> Country {
    Country {
        code: place.code,
        name: place.country_name().to_owned(),
        parts: place.parts().map(|part| part.code).collect(),
    }
}

fn refused(unknown: &UnknownPlace) -> Problem {
    let known = Place::countries().count();
    let problem = Problem::new(Kind::Data, unknown.to_string()).detail(format!(
        "those of {known} countries are; elsewhere only weekends and the end of the year are free"
    ));
    match unknown.nearest {
        Some(nearest) => problem.hint(format!("`thanks holidays {nearest}`, or `thanks holidays` for all")),
        None => problem.hint(format!("`thanks holidays` lists the {known}")),
    }
}

fn year(place: Place, year: i32, app: &App) -> Year {
    let calendar = Calendar::new(Some(place.code), app.own_holidays.iter().copied());
    let mut weekend = calendar.public().weekend.clone();
    weekend.sort_by_key(Weekday::number_from_monday);
    Year {
        place: place.code,
        country: place.country_name().to_owned(),
        year,
        covered: calendar.covers(year),
        estimated: calendar.public().estimated,
        weekend: weekend.into_iter().map(full_name).collect(),
        worked: calendar.public().worked.iter().copied().filter(|date| date.year() == year).collect(),
        days: dates(year).filter_map(|date| day(&calendar, date)).collect(),
        parts: place.parts().map(|part| part.code).collect(),
        in_most_parts: in_most_parts(place, year),
    }
}

fn dates(year: i32) -> impl Iterator<Item = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    first.into_iter().flat_map(|first| first.iter_days()).take_while(move |date| date.year() == year)
}

fn day(calendar: &Calendar, date: NaiveDate) -> Option<Day> {
    let (kind, name) = match (calendar.rest(date), calendar.unused(date)) {
        (Some(Rest::Weekend), _) => return None,
        (Some(Rest::Public), _) => (DayKind::Public, None),
        (Some(Rest::Holiday), _) => (DayKind::Own, None),
        (Some(Rest::Quiet(span)), _) => (DayKind::Quiet, Some(span)),
        (None, Some(why)) => (DayKind::Unused, Some(why)),
        (None, None) => return None,
    };
    let public = calendar.public().off.contains(&date);
    Some(Day { date, weekday: full_name(date.weekday()), kind, name, public })
}

fn in_most_parts(place: Place, year: i32) -> Vec<NaiveDate> {
    let whole = place.days().off;
    let mut found: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    let mut parts = 0;
    for part in place.parts() {
        parts += 1;
        for date in part.days().off.difference(&whole).filter(|date| date.year() == year) {
            *found.entry(*date).or_default() += 1;
        }
    }
    found.into_iter().filter(|(_, count)| count * 2 >= parts).map(|(date, _)| date).collect()
}

fn full_name(day: Weekday) -> String {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
    .to_owned()
}
