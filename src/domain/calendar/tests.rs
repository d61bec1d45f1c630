use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn plain() -> Calendar {
    Calendar::new(None, [])
}

fn plus(country: &str, date: &str, n: u32) -> String {
    let there = Calendar::new(Some(country), []).add_business_days(day(date), n);
    there.format("%a %F").to_string()
}

#[test]
fn weekends_are_neither_counted_nor_used() {
    assert_eq!(plus("GB", "2026-03-05", 5), "Thu 2026-03-12");
    assert_eq!(plus("GB", "2026-03-19", 2), "Mon 2026-03-23");
    assert_eq!(plus("GB", "2026-03-07", 1), "Mon 2026-03-09");
    assert_eq!(plus("GB", "2026-03-07", 0), "Sat 2026-03-07");
    assert_eq!(plain().next_usable(day("2026-03-07")), day("2026-03-09"));
    assert_eq!(plain().rest(day("2026-03-07")), Some(Rest::Weekend));
}

#[test]
fn thanksgiving_and_the_friday_after_it_are_quiet_in_the_us_only() {
    assert_eq!(plus("US", "2026-11-24", 5), "Thu 2026-12-03");
    assert_eq!(plus("us-tx", "2026-11-24", 5), "Thu 2026-12-03");
    assert_eq!(plus("GB", "2026-11-24", 5), "Tue 2026-12-01");
    let us = Calendar::new(Some("US"), []);
    // In 2024 the Friday was the 29th; in 2030 the 22nd is a Friday too early.
    assert_eq!(us.rest(day("2024-11-29")), Some(Rest::Quiet("Thanksgiving")));
    assert_eq!(us.rest(day("2029-11-22")), Some(Rest::Quiet("Thanksgiving")));
    assert_eq!(us.rest(day("2029-11-29")), None);
    assert_eq!(us.rest(day("2030-11-22")), None);
    assert_eq!(us.rest(day("2030-11-28")), Some(Rest::Quiet("Thanksgiving")));
}

#[test]
fn the_end_of_the_year_is_quiet_everywhere() {
    assert_eq!(plus("US", "2026-12-18", 5), "Tue 2027-01-05");
    assert_eq!(plus("DE", "2026-12-23", 1), "Mon 2027-01-04");
    assert_eq!(plus("DE", "2024-12-23", 1), "Thu 2025-01-02");
    assert_eq!(plus("JP", "2024-12-23", 1), "Mon 2025-01-06");
    assert_eq!(plus("JP", "2026-08-12", 1), "Mon 2026-08-17");
}

#[test]
fn days_between_the_holidays_of_golden_week_count_but_are_not_used() {
    let japan = Calendar::new(Some("JP"), []);
    assert_eq!(japan.rest(day("2026-04-29")), Some(Rest::Public));
    for bridged in ["2026-04-30", "2026-05-01"] {
        assert!(japan.is_business_day(day(bridged)));
        assert_eq!(japan.unused(day(bridged)), Some("Golden Week"));
    }
    assert_eq!(japan.next_usable(day("2026-04-29")), day("2026-05-07"));
    assert_eq!(plus("JP", "2026-04-28", 7), "Wed 2026-05-13");
    assert!(Calendar::new(Some("DE"), []).usable(day("2026-04-30")));
}

#[test]
fn the_week_begins_and_ends_with_that_of_the_country() {
    let hours = |country, date: &str| {
        let hours = Calendar::new(Some(country), []).follow_up_hours(day(date))?;
        Some(format!("{}-{}", hours.0.format("%H"), hours.1.format("%H")))
    };
    // Sunday 2026-03-08 to Saturday 2026-03-14.
    let week = ["08", "09", "10", "11", "12", "13", "14"].map(|d| format!("2026-03-{d}"));
    let of = |country| week.each_ref().map(|date| hours(country, date).unwrap_or_default());
    assert_eq!(of("IL"), ["10-17", "09-17", "09-17", "09-17", "09-15", "", ""]);
    assert_eq!(of("DE"), ["", "10-17", "09-17", "09-17", "09-17", "09-15", ""]);
    assert_eq!(of("HK"), of("DE"));
}

#[test]
fn a_weekend_day_worked_in_exchange_is_a_business_day() {
    let china = Calendar::new(Some("CN"), []);
    assert_eq!(china.rest(day("2026-10-10")), None);
    assert_eq!(china.rest(day("2026-10-11")), Some(Rest::Weekend));
    assert_eq!(china.next_usable(day("2026-10-10")), day("2026-10-10"));
    let own = Calendar::new(Some("CN"), [day("2026-10-10")]);
    assert_eq!(own.rest(day("2026-10-10")), Some(Rest::Holiday));
}

#[test]
fn the_first_business_day_of_january_counts_but_is_not_used() {
    let calendar = plain();
    assert!(calendar.is_business_day(day("2027-01-04")));
    assert!(!calendar.usable(day("2027-01-04")));
    assert_eq!(calendar.next_usable(day("2026-12-24")), day("2027-01-05"));
    assert_eq!(calendar.unused(day("2027-01-04")), Some("the first business day of January"));
    assert!(calendar.usable(day("2027-02-01")));
}

#[test]
fn days_that_the_owner_named_do_not_count() {
    let calendar = Calendar::new(None, [day("2026-04-03"), day("2026-04-06")]);
    assert_eq!(calendar.add_business_days(day("2026-04-01"), 10), day("2026-04-17"));
    assert_eq!(calendar.add_business_days(day("2026-04-02"), 2), day("2026-04-08"));
    assert_eq!(calendar.rest(day("2026-04-03")), Some(Rest::Holiday));
}

#[test]
fn a_thank_you_outside_its_hours_moves_to_the_next_nine_o_clock() {
    let new_york = zone("America/New_York");
    let from = |text: &str| {
        let instant: DateTime<FixedOffset> = text.parse().unwrap();
        plain().thank_you_from(instant.to_utc(), &new_york).to_rfc3339()
    };
    assert_eq!(from("2026-03-06T21:00:00-05:00"), "2026-03-07T09:00:00-05:00");
    assert_eq!(from("2026-03-06T20:00:00-05:00"), "2026-03-06T20:00:00-05:00");
    assert_eq!(from("2026-03-06T07:00:00-05:00"), "2026-03-06T07:00:00-05:00");
    assert_eq!(from("2026-03-06T06:59:00-05:00"), "2026-03-06T09:00:00-05:00");
    assert_eq!(from("2026-03-07T20:01:00-05:00"), "2026-03-08T09:00:00-04:00");
    assert_eq!(from("2026-03-08T18:01:00-04:00"), "2026-03-09T09:00:00-04:00");
}

#[test]
fn in_japan_thanks_keep_to_the_hours_of_the_office() {
    let tokyo = zone("Asia/Tokyo");
    let from = |text: &str| {
        let instant: DateTime<FixedOffset> = text.parse().unwrap();
        Calendar::new(Some("JP-13"), []).thank_you_from(instant.to_utc(), &tokyo).to_rfc3339()
    };
    assert_eq!(from("2026-03-05T17:59:00+09:00"), "2026-03-05T17:59:00+09:00");
    assert_eq!(from("2026-03-05T18:01:00+09:00"), "2026-03-06T09:00:00+09:00");
    assert_eq!(from("2026-03-05T08:00:00+09:00"), "2026-03-05T09:00:00+09:00");
}

#[test]
fn in_japan_and_france_follow_ups_aim_at_the_middle_of_the_week() {
    // Friday 13 March.
    for (country, day_of) in [("JP", "2026-03-17"), ("FR-75", "2026-03-17"), ("ES", "2026-03-13")] {
        let calendar = Calendar::new(Some(country), []);
        assert_eq!(calendar.next_customary(day("2026-03-13")), day(day_of), "{country}");
    }
}

#[test]
fn a_follow_up_keeps_to_office_hours() {
    let berlin = zone("Europe/Berlin");
    let from = |text: &str| {
        let instant: DateTime<FixedOffset> = text.parse().unwrap();
        plain().follow_up_from(instant.to_utc(), &berlin).to_rfc3339()
    };
    assert_eq!(from("2026-03-09T09:00:00+01:00"), "2026-03-09T10:00:00+01:00");
    assert_eq!(from("2026-03-10T09:00:00+01:00"), "2026-03-10T09:00:00+01:00");
    assert_eq!(from("2026-03-10T17:00:01+01:00"), "2026-03-11T09:00:00+01:00");
    assert_eq!(from("2026-03-13T15:01:00+01:00"), "2026-03-16T10:00:00+01:00");
    assert_eq!(from("2026-12-23T18:00:00+01:00"), "2027-01-05T09:00:00+01:00");
}

#[test]
fn the_last_day_of_the_calendar_ends_the_count() {
    assert_eq!(plain().add_business_days(NaiveDate::MAX, 5), NaiveDate::MAX);
    assert_eq!(plain().thank_you_from(DateTime::<Utc>::MAX_UTC, &Zone::utc()).date_naive(), NaiveDate::MAX);
}

prop_compose! {
    fn calendars()(
        country in prop::sample::select(vec![None, Some("US"), Some("DE-BY"), Some("JP"), Some("IL"), Some("CN")]),
        own in prop::collection::vec(0_i64..4000, 0..60),
    ) -> Calendar {
        let start = day("2024-01-01");
        Calendar::new(country, own.into_iter().map(|n| start + chrono::TimeDelta::days(n)))
    }
}

proptest! {
    #[test]
    fn counting_agrees_with_adding(calendar in calendars(), start in 0_i64..4000, n in 0_u32..60) {
        let date = day("2024-01-01") + chrono::TimeDelta::days(start);
        let there = calendar.add_business_days(date, n);
        prop_assert_eq!(calendar.business_days_between(date, there), n);
        prop_assert!(n == 0 || calendar.is_business_day(there));
        prop_assert!(calendar.add_business_days(date, n + 1) > there);
    }

    #[test]
    fn a_follow_up_never_moves_back_nor_outside_its_hours(
        calendar in calendars(),
        seconds in 1_704_000_000_i64..2_040_000_000,
        name in prop::sample::select(vec!["America/New_York", "Asia/Tokyo", "Pacific/Apia", "UTC"]),
    ) {
        let instant = DateTime::from_timestamp(seconds, 0).unwrap();
        let zone = zone(name);
        let local = calendar.follow_up_from(instant, &zone);
        prop_assert!(local.to_utc() >= instant);
        let (opens, closes) = calendar.follow_up_hours(local.date_naive()).unwrap();
        prop_assert!((opens..=closes).contains(&local.time()));

        let local = calendar.thank_you_from(instant, &zone);
        prop_assert!(local.to_utc() >= instant);
        let (opens, closes) = calendar.thank_you_hours(local.date_naive());
        prop_assert!((opens..=closes).contains(&local.time()));
    }
}

#[test]
fn august_is_a_season_of_holidays_where_most_are_away() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let paris = Calendar::new(Some("FR-75"), []);
    assert!(paris.is_holiday_season(day("2026-08-10")));
    assert!(!paris.is_holiday_season(day("2026-09-01")));
    assert!(!Calendar::new(Some("US"), []).is_holiday_season(day("2026-08-10")));
}

#[test]
fn a_country_by_another_code_has_the_same_days() {
    for (other, iso) in [("EL", "GR"), ("UK-ENG", "GB-ENG")] {
        let (other, iso) = (Calendar::new(Some(other), []), Calendar::new(Some(iso), []));
        // Easter Monday of the West and of the East.
        for date in ["2026-04-06", "2026-04-13"] {
            assert_eq!(other.rest(day(date)), iso.rest(day(date)));
        }
        assert!(other.covers(2026));
    }
}
