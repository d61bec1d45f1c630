use chrono::NaiveDate;

use super::*;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn wall(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

#[test]
fn a_name_is_found_in_any_case_and_kept_in_its_own_spelling() {
    assert_eq!(zone("america/NEW_york").name(), "America/New_York");
    assert_eq!(zone(" utc "), Zone::utc());
    assert_ne!(zone("Europe/Berlin"), zone("Europe/Paris"));
    assert_eq!(format!("{:?}", zone("asia/tokyo")), "Zone(\"Asia/Tokyo\")");
}

#[test]
fn a_misspelt_name_is_refused_with_the_nearest_one() {
    let refused = |name| Zone::named(name).unwrap_err().to_string();
    assert_eq!(
        refused("America/New_Yrok"),
        "no time zone \"America/New_Yrok\"; did you mean America/New_York?"
    );
    assert_eq!(Zone::named("berlin").unwrap_err().nearest.as_deref(), Some("Europe/Berlin"));
    assert_eq!(Zone::named("New York").unwrap_err().nearest.as_deref(), Some("America/New_York"));
    assert_eq!(
        refused("Mars/Olympus_Mons"),
        "no time zone \"Mars/Olympus_Mons\"; name continent and city, as in America/New_York"
    );
    for name in ["", "GMT+2", "Etc/Unknown", "Factory", "x\u{1b}[2J", &"x".repeat(9000)] {
        assert_eq!(Zone::named(name).unwrap_err().nearest, None, "{name}");
    }
}

#[test]
fn letters_are_refused_and_the_place_is_asked_for() {
    assert_eq!(
        Zone::named("cst").unwrap_err().to_string(),
        "cst is not one place's time; name the place, as in America/Chicago"
    );
    assert_eq!(
        Zone::named("CET").unwrap_err().to_string(),
        "CET is not one place's time; name the place, as in Europe/Berlin"
    );
    for (letters, place) in ABBREVIATIONS {
        assert!(Zone::named(letters).is_err(), "{letters}");
        assert!(place.is_none_or(|place| Zone::named(place).is_ok()), "{letters}");
    }
}

#[test]
fn an_instant_is_printed_with_weekday_and_zone() {
    let new_york = zone("America/New_York");
    assert_eq!(new_york.stamp(utc("2026-03-05T20:45:00Z")), "Thu 5 Mar 15:45 EST");
    assert_eq!(new_york.stamp(utc("2026-03-23T14:00:00Z")), "Mon 23 Mar 10:00 EDT");
    assert_eq!(zone("Europe/Istanbul").abbreviation(utc("2026-03-05T20:45:00Z")), "UTC+3");
    assert_eq!(zone("America/Sao_Paulo").abbreviation(utc("2026-03-05T20:45:00Z")), "UTC-3");
    assert_eq!(zone("Asia/Kathmandu").abbreviation(utc("2026-03-05T20:45:00Z")), "UTC+5:45");
    assert_eq!(Zone::utc().abbreviation(utc("2026-03-05T20:45:00Z")), "UTC");
}

#[test]
fn the_database_knows_the_rules_in_force_since_november_2026() {
    let at = |name: &str| zone(name).at(utc("2026-11-22T20:00:00Z")).format("%H %:z").to_string();
    assert_eq!(at("America/Vancouver"), "13 -07:00");
    assert_eq!(at("America/Winnipeg"), "15 -05:00");
    assert_eq!(at("Africa/Casablanca"), "20 +00:00");
}

#[test]
fn a_skipped_time_is_refused_with_the_times_on_both_sides() {
    let error = zone("America/New_York").instant(wall("2026-03-08 02:30")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "clocks skip 02:30 on Sun 8 Mar 2026; write 2026-03-08T01:30-05:00 or 2026-03-08T03:30-04:00"
    );
    assert!(zone("America/New_York").instant(wall("2026-03-08 03:00")).is_ok());
}

#[test]
fn a_repeated_time_is_refused_with_both_instants() {
    let error = zone("America/New_York").instant(wall("2026-11-01 01:30")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "clocks show 01:30 on Sun 1 Nov 2026 twice; write 2026-11-01T01:30-04:00 or 2026-11-01T01:30-05:00"
    );
}

#[test]
fn a_whole_skipped_day_has_the_same_time_on_the_days_around_it() {
    let NoSuchTime::Gap { before, after } =
        zone("Pacific/Apia").instant(wall("2011-12-30 10:00")).unwrap_err()
    else {
        panic!("not a gap");
    };
    assert_eq!(before.to_rfc3339(), "2011-12-29T10:00:00-10:00");
    assert_eq!(after.to_rfc3339(), "2011-12-31T10:00:00+14:00");
}

#[test]
fn times_that_the_database_has_no_rules_for_are_utc() {
    let new_york = zone("America/New_York");
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        let wall = date.and_hms_opt(12, 0, 0).unwrap();
        assert_eq!(new_york.instant(wall).unwrap().naive_utc(), wall);
        assert_eq!(new_york.at(wall.and_utc()).naive_local(), wall);
        assert_eq!(new_york.abbreviation(wall.and_utc()), "UTC");
    }
}
