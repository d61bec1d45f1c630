//! Calendars, as a person reads them.

use chrono::NaiveDate;

use super::Page;
use crate::commands::export;
use crate::commands::holidays::{About, Country, Day, DayKind, Report, Year};
use crate::domain::text::{printable, wrap};

pub fn export(report: &export::Report) -> Page {
    match &report.file {
        None => Page { data: report.calendar.clone(), talk: String::new() },
        Some(path) => {
            let path = printable(&path.to_string_lossy());
            Page { data: format!("written  {path}, things to do: {}\n", report.tasks), talk: String::new() }
        }
    }
}

pub fn holidays(report: &Report) -> Page {
    let data = match &report.about {
        About::Countries { countries } => list(countries),
        About::Year(year) => one_year(year, report),
    };
    let source = format!(
        "from the Python package {}, {} to {}; dates only",
        report.package, report.first_year, report.last_year
    );
    let talk = report.left_out.iter().map(|line| format!("not read: {}\n", printable(line)));
    Page { data: format!("{data}{source}\n"), talk: talk.collect() }
}

fn list(countries: &[Country]) -> String {
    let mut text = String::new();
    for country in countries {
        let parts = match country.parts.as_slice() {
            [] => String::new(),
            [one] => format!(", and {one}"),
            [first, .., last] => format!(", and {} parts, {first} to {last}", country.parts.len()),
        };
        text.push_str(&format!("{}  {}{parts}\n", country.code, country.name));
    }
    text
}

fn one_year(year: &Year, report: &Report) -> String {
    let weekend = year.weekend.join(" and ");
    let mut text =
        format!("{} ({}) in {}: no follow-up on {weekend}, nor on\n", year.place, year.country, year.year);
    for day in &year.days {
        text.push_str(&format!("  {}  {}", day.date.format("%a %e %b"), why(day)));
        text.push('\n');
    }
    text.push('\n');
    if !year.worked.is_empty() {
        let days: Vec<String> = year.worked.iter().copied().map(short).collect();
        let line = format!("worked, although at a weekend: {}", days.join(", "));
        text.push_str(&format!("{}\n", wrap(&line, 78).trim_end()));
    }
    if !year.covered {
        text.push_str(&format!(
            "no public holidays: the table has {} to {}, so in {} they are counted as business days\n",
            report.first_year, report.last_year, year.year
        ));
    } else if year.estimated {
        text.push_str("some dates are estimates: they hang on the moon\n");
    }
    if !year.in_most_parts.is_empty() {
        let days: Vec<String> = year.in_most_parts.iter().copied().map(short).collect();
        let parts = format!("not in all of {}, but in most parts of it: {}", year.place, days.join(", "));
        text.push_str(&format!("{}\n", wrap(&parts, 78).trim_end()));
    }
    if !year.parts.is_empty() {
        let parts = format!("parts with days of their own: {}", year.parts.join(" "));
        text.push_str(&format!("{}\n", wrap(&parts, 78).trim_end()));
    }
    text
}

fn why(day: &Day) -> String {
    match (day.kind, day.name.unwrap_or_default()) {
        (DayKind::Public, _) => "public holiday".to_owned(),
        (DayKind::Own, _) => "named in your configuration".to_owned(),
        (DayKind::Quiet, span) if day.public => format!("public holiday; quiet: {span}"),
        (DayKind::Quiet, span) => format!("quiet: {span}"),
        (DayKind::Unused, reason) => format!("counted, but not used: {reason}"),
    }
}

fn short(date: NaiveDate) -> String {
    date.format("%a %-d %b").to_string()
}
