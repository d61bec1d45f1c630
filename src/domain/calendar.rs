//! Business days and the hours of the day at which a note may arrive. Holidays that shift or
//! stop a follow-up never delay a thank-you.

mod table;

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Utc, Weekday};

use super::places;
use super::zone::{NoSuchTime, Zone};

pub use table::{Place, PublicDays, UnknownPlace, package, years};

/// The calendar of a recipient's place.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// ISO 3166 in upper case, with a subdivision where one was named: `US`, `DE-BY`.
    pub country: Option<String>,
    /// Days that the owner named.
    pub holidays: BTreeSet<NaiveDate>,
    place: Option<Place>,
    public: PublicDays,
}

/// Why a day does not count as a business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Weekend,
    /// Named by the owner.
    Holiday,
    /// A span in which nobody reads such mail, by its name.
    Quiet(&'static str),
    /// A public holiday there.
    Public,
}

impl Calendar {
    /// For a country, or a part of one where only that is meant. A part that the table does not
    /// know has the days of its country; without a known country, only Saturdays, Sundays and
    /// quiet spans are free.
    pub fn new(country: Option<&str>, own_holidays: impl IntoIterator<Item = NaiveDate>) -> Calendar {
        let country = country.map(places::canonical);
        let place = country.as_deref().and_then(|code| {
            let whole = code.split('-').next().unwrap_or(code);
            Place::find(code).or_else(|| Place::find(whole))
        });
        Calendar {
            country,
            holidays: own_holidays.into_iter().collect(),
            place,
            public: place.map(Place::days).unwrap_or_default(),
        }
    }

    /// Whether the public holidays of that year are known; if not, only weekends, quiet spans and
    /// the owner's days are free.
    pub fn covers(&self, year: i32) -> bool {
        self.place.is_some() && years().contains(&year)
    }

    /// What the table says of the place.
    pub fn public(&self) -> &PublicDays {
        &self.public
    }

    /// Why `date` is no business day; `None` if it is one.
    pub fn rest(&self, date: NaiveDate) -> Option<Rest> {
        if self.in_weekend(date.weekday()) && !self.public.worked.contains(&date) {
            Some(Rest::Weekend)
        } else if self.holidays.contains(&date) {
            Some(Rest::Holiday)
        } else if let Some(span) = self.quiet(date) {
            Some(Rest::Quiet(span))
        } else {
            self.public.off.contains(&date).then_some(Rest::Public)
        }
    }

    /// A day of the working week there, Monday to Friday in most countries, or one worked in
    /// exchange, without holidays and quiet spans (T14).
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        self.rest(date).is_none()
    }

    /// The `n`th business day after `date`, which itself is day 0 and does not count.
    pub fn add_business_days(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let mut day = date;
        let mut left = n;
        while left > 0 {
            // The calendar's last day is far away; stand still there.
            let Some(next) = day.succ_opt() else { break };
            day = next;
            if self.is_business_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// How many business days lie after `from` and up to `to`; 0 if `to` is not later.
    pub fn business_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let days = from
            .iter_days()
            .skip(1)
            .take_while(|day| *day <= to)
            .filter(|day| self.is_business_day(*day))
            .count();
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// Whether a follow-up may go on this day.
    pub fn usable(&self, date: NaiveDate) -> bool {
        self.is_business_day(date) && self.unused(date).is_none()
    }

    /// Why a business day counts but is not used: on the first one of January everybody else
    /// writes, and those between the holidays of Japan's Golden Week are bridged.
    pub fn unused(&self, date: NaiveDate) -> Option<&'static str> {
        let first_of_january = || {
            date.month() == 1
                && date.with_day(1).is_some_and(|first| {
                    first.iter_days().take_while(|day| *day < date).all(|day| !self.is_business_day(day))
                })
        };
        let golden_week = matches!((date.month(), date.day()), (4, 29..) | (5, ..=5));
        if !self.is_business_day(date) {
            None
        } else if self.country_code() == Some("JP") && golden_week {
            Some("Golden Week")
        } else {
            first_of_january().then_some("the first business day of January")
        }
    }

    /// Whether most are on holiday there, which is said and changes nothing (etiquette 2.1).
    pub fn is_holiday_season(&self, date: NaiveDate) -> bool {
        matches!(self.country_code(), Some("FR" | "IT" | "ES")) && date.month() == 8
    }

    /// The first usable day from `date` on.
    pub fn next_usable(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        while !self.usable(day) {
            let Some(next) = day.succ_opt() else { break };
            day = next;
        }
        day
    }

    /// The first usable day from `date` on that suits the custom of the place: the middle of the
    /// week in Japan and France.
    pub fn next_customary(&self, date: NaiveDate) -> NaiveDate {
        let suits = |day: NaiveDate| {
            !matches!(self.country_code(), Some("JP" | "FR"))
                || matches!(day.weekday(), Weekday::Tue | Weekday::Wed | Weekday::Thu)
        };
        let mut day = self.next_usable(date);
        while !suits(day) {
            let Some(next) = day.succ_opt() else { break };
            day = self.next_usable(next);
        }
        day
    }

    /// The hours for a follow-up on `date`, both ends included: 09:00 to 17:00, on the first day
    /// of the working week (Monday in most countries) from 10:00, on its last until 15:00 (T05).
    /// `None` on a day that is not usable.
    pub fn follow_up_hours(&self, date: NaiveDate) -> Option<(NaiveTime, NaiveTime)> {
        if !self.usable(date) {
            return None;
        }
        let day = date.weekday();
        let opens = if self.in_weekend(day.pred()) { 10 } else { 9 };
        let closes = if self.in_weekend(day.succ()) { 15 } else { 17 };
        Some((hour(opens), hour(closes)))
    }

    /// When a follow-up is best sent on a usable `date`: 10:00 there (T05).
    pub fn follow_up_aim(date: NaiveDate, zone: &Zone) -> DateTime<FixedOffset> {
        on_the_clock(zone, date, hour(10))
    }

    /// The first moment of the follow-up hours on the first usable day from `date` on.
    pub fn follow_up_opening(&self, date: NaiveDate, zone: &Zone) -> DateTime<FixedOffset> {
        let day = self.next_usable(date);
        let (opens, _) = self.follow_up_hours(day).unwrap_or((hour(9), hour(17)));
        on_the_clock(zone, day, opens)
    }

    /// `instant` itself if a follow-up may go then, else the next opening.
    pub fn follow_up_from(&self, instant: DateTime<Utc>, zone: &Zone) -> DateTime<FixedOffset> {
        let local = zone.at(instant);
        let date = local.date_naive();
        match self.follow_up_hours(date) {
            Some((opens, _)) if local.time() < opens => on_the_clock(zone, date, opens),
            Some((_, closes)) if local.time() <= closes => local,
            _ => self.follow_up_opening(date.succ_opt().unwrap_or(date), zone),
        }
    }

    /// The hours for a thank-you on `date`, both ends included: 07:00 to 20:00, on Saturdays from
    /// 09:00, on Sundays 09:00 to 18:00 (T04); in Japan the office's, 09:00 to 18:00.
    pub fn thank_you_hours(&self, date: NaiveDate) -> (NaiveTime, NaiveTime) {
        match date.weekday() {
            _ if self.country_code() == Some("JP") => (hour(9), hour(18)),
            Weekday::Sat => (hour(9), hour(20)),
            Weekday::Sun => (hour(9), hour(18)),
            _ => (hour(7), hour(20)),
        }
    }

    /// `instant` itself if a thank-you may go then, else the next 09:00. Holidays delay none.
    pub fn thank_you_from(&self, instant: DateTime<Utc>, zone: &Zone) -> DateTime<FixedOffset> {
        let local = zone.at(instant);
        let date = local.date_naive();
        let (opens, closes) = self.thank_you_hours(date);
        if local.time() < opens {
            on_the_clock(zone, date, hour(9))
        } else if local.time() <= closes {
            local
        } else {
            on_the_clock(zone, date.succ_opt().unwrap_or(date), hour(9))
        }
    }
}

/// A wall time that we chose ourselves; where clocks skip it, the time after the jump, where they
/// show it twice, the first.
fn on_the_clock(zone: &Zone, date: NaiveDate, time: NaiveTime) -> DateTime<FixedOffset> {
    match zone.instant(date.and_time(time)) {
        Ok(instant)
        | Err(NoSuchTime::Gap { after: instant, .. } | NoSuchTime::Twice { first: instant, .. }) => instant,
    }
}

fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}

impl Calendar {
    fn in_weekend(&self, day: Weekday) -> bool {
        self.public.weekend.contains(&day)
    }

    fn country_code(&self) -> Option<&str> {
        self.country.as_deref().map(|code| code.split('-').next().unwrap_or(code))
    }

    /// Spans of etiquette 2.1. In Japan both the end of the year there and the one everywhere.
    fn quiet(&self, date: NaiveDate) -> Option<&'static str> {
        match (self.country_code(), date.month(), date.day()) {
            (_, 12, 24..) | (_, 1, 1) | (Some("JP"), 1, 2..=3) => Some("the end of the year"),
            (Some("JP"), 8, 13..=16) => Some("Obon"),
            (Some("US"), 11, _) if is_thanksgiving(date) => Some("Thanksgiving"),
            _ => None,
        }
    }
}

/// The fourth Thursday of November, or the Friday after it.
fn is_thanksgiving(date: NaiveDate) -> bool {
    let thursday = match date.weekday() {
        Weekday::Fri => date - Days::new(1),
        _ => date,
    };
    thursday.weekday() == Weekday::Thu && (22..=28).contains(&thursday.day())
}

#[cfg(test)]
mod tests;
