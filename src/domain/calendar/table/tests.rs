use sha2::{Digest, Sha256};

use super::super::{Calendar, Rest};
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The `n`th business day after a day, without the quiet spans that the table knows nothing of.
fn plus(place: &str, start: &str, n: u32) -> String {
    Calendar::new(Some(place), []).add_business_days(day(start), n).format("%a %F").to_string()
}

#[test]
fn every_day_of_every_place_is_what_the_generator_saw() {
    let mut hash = Sha256::new();
    for place in places() {
        let days = place.days();
        let mut weekend: Vec<u32> = days.weekend.iter().map(Weekday::number_from_monday).collect();
        weekend.sort_unstable();
        let weekend: String = weekend.iter().map(u32::to_string).collect();
        hash.update(format!("{} weekend {weekend}\n", place.code));
        for date in &days.off {
            hash.update(format!("{} off {date}\n", place.code));
        }
        for date in &days.worked {
            hash.update(format!("{} worked {date}\n", place.code));
        }
    }
    let hash = data_encoding::HEXLOWER.encode(&hash.finalize());
    assert_eq!(header("sha256").split(' ').next(), Some(hash.as_str()));
}

#[test]
fn the_table_is_small_and_holds_the_larger_job_markets() {
    assert!(TABLE.len() <= 64 * 1024, "{} bytes", TABLE.len());
    assert_eq!(years(), 2025..=2035);
    assert!(package().starts_with("holidays 0."), "{}", package());
    assert!(Place::countries().count() >= 40);
    for place in "US CA GB IE AU NZ DE AT CH FR NL ES IT PL SE JP KR CN SG IN IL AE BR MX ZA".split(' ') {
        assert!(Place::parse(place).is_ok(), "{place}");
    }
    for country in Place::countries() {
        assert!(!country.country_name().is_empty() && country.country() == country, "{}", country.code);
        let days = country.days();
        assert_eq!(days.weekend.len(), 2, "{}", country.code);
        assert!(days.off.iter().all(|date| !days.weekend.contains(&date.weekday())), "{}", country.code);
        for year in years() {
            let off = days.off.iter().filter(|date| date.year() == year).count();
            assert!((2..=30).contains(&off), "{} has {off} days off in {year}", country.code);
        }
    }
}

#[test]
fn business_days_are_those_of_the_source_in_many_countries() {
    for (place, start, n, due) in [
        ("US", "2026-06-30", 3, "Mon 2026-07-06"),
        ("US-CA", "2026-03-30", 1, "Wed 2026-04-01"),
        ("CA-QC", "2026-06-23", 1, "Thu 2026-06-25"),
        ("GB-ENG", "2026-04-02", 1, "Tue 2026-04-07"),
        ("GB-SCT", "2026-01-05", 5, "Mon 2026-01-12"),
        ("IE", "2026-03-16", 1, "Wed 2026-03-18"),
        ("AU-VIC", "2026-11-02", 1, "Wed 2026-11-04"),
        ("NZ", "2026-02-05", 1, "Mon 2026-02-09"),
        ("DE-BY", "2026-06-03", 1, "Fri 2026-06-05"),
        ("CH-ZH", "2026-04-30", 3, "Wed 2026-05-06"),
        ("FR", "2026-05-07", 5, "Mon 2026-05-18"),
        ("FR-57", "2026-04-02", 1, "Tue 2026-04-07"),
        ("ES", "2026-10-09", 1, "Tue 2026-10-13"),
        ("PL", "2026-06-03", 1, "Fri 2026-06-05"),
        ("KR", "2026-09-23", 3, "Wed 2026-09-30"),
        ("CN", "2026-09-30", 3, "Sat 2026-10-10"),
        ("HU", "2026-01-02", 5, "Fri 2026-01-09"),
        ("IL", "2026-09-10", 5, "Sun 2026-09-20"),
        ("IN", "2026-01-23", 2, "Wed 2026-01-28"),
        ("AE", "2026-12-01", 1, "Fri 2026-12-04"),
        ("SA", "2026-09-22", 2, "Sun 2026-09-27"),
        ("BR", "2026-02-13", 2, "Tue 2026-02-17"),
        ("MX", "2026-11-13", 1, "Tue 2026-11-17"),
        ("ZA", "2026-08-07", 1, "Tue 2026-08-11"),
        ("SG", "2026-08-07", 1, "Tue 2026-08-11"),
    ] {
        assert_eq!(plus(place, start, n), due, "{place}");
    }
}

#[test]
fn the_vectors_of_the_etiquette_hold_in_germany_and_japan() {
    // "A number of weeks" is Thu 2 Apr, and two business days after it.
    assert_eq!(plus("DE", "2026-04-02", 2), "Wed 2026-04-08");
    assert_eq!(plus("DE", "2026-04-01", 10), "Fri 2026-04-17");
    assert_eq!(plus("JP", "2026-04-28", 7), "Wed 2026-05-13");
    assert_eq!(plus("US", "2026-11-24", 5), "Thu 2026-12-03");
    assert_eq!(plus("US", "2026-12-18", 5), "Tue 2027-01-05");
}

#[test]
fn the_united_kingdom_as_a_whole_has_no_easter_monday() {
    assert_eq!(plus("GB", "2026-04-02", 1), "Mon 2026-04-06");
    assert_eq!(plus("GB-ENG", "2026-04-02", 1), "Tue 2026-04-07");
}

#[test]
fn a_place_is_written_in_any_case() {
    for (text, code) in [("US", "US"), ("us", "US"), (" us-ca ", "US-CA"), ("DE-BY", "DE-BY")] {
        assert_eq!(Place::parse(text).map(|place| place.code), Ok(code));
    }
    let bavaria = Place::parse("de-by").unwrap();
    assert_eq!((bavaria.country().code, bavaria.country_name()), ("DE", "Germany"));
    assert_eq!(bavaria.parts().count(), 0);
    assert_eq!(bavaria.country().parts().count(), 16);
}

#[test]
fn an_unknown_place_is_told_with_the_nearest_one() {
    for (text, nearest) in [
        ("UK", Some("GB")),
        ("uk-eng", Some("GB-ENG")),
        ("USA", Some("US")),
        ("EL", Some("GR")),
        ("GRC", Some("GR")),
        ("Österreich", Some("AT")),
        ("germany", Some("DE")),
        ("Untied States", Some("US")),
        ("US-CAL", Some("US-CA")),
        ("DE-1234", Some("DE")),
        ("ZZ", None),
        ("ZZ-CA", None),
        ("", None),
        ("-", None),
        ("#", None),
        ("Überall", None),
    ] {
        let unknown = Place::parse(text).unwrap_err();
        assert_eq!((unknown.text.as_str(), unknown.nearest), (text, nearest));
    }
    assert_eq!(Place::parse("x\u{7}").unwrap_err().to_string(), "no holidays are known for x\\u{7}");
}

#[test]
fn a_part_that_is_not_known_has_the_days_of_its_country() {
    let somewhere = Calendar::new(Some("DE-ZZ"), []);
    assert_eq!(somewhere.rest(day("2026-04-03")), Some(Rest::Public));
    assert!(somewhere.covers(2026));
    let nowhere = Calendar::new(Some("ZZ"), []);
    assert_eq!(nowhere.rest(day("2026-04-03")), None);
    assert_eq!(nowhere.rest(day("2026-04-04")), Some(Rest::Weekend));
    assert!(!nowhere.covers(2026) && !Calendar::default().covers(2026));
}

#[test]
fn past_the_last_year_only_weekends_and_quiet_spans_are_free() {
    let saudi = Calendar::new(Some("SA"), []);
    assert!(saudi.covers(2025) && saudi.covers(2035) && !saudi.covers(2036) && !saudi.covers(2024));
    assert_eq!(saudi.rest(day("2035-09-23")), Some(Rest::Public));
    assert_eq!(saudi.rest(day("2036-09-23")), None);
    assert_eq!(saudi.rest(day("2036-09-26")), Some(Rest::Weekend));
    assert_eq!(saudi.rest(day("2036-12-24")), Some(Rest::Quiet("the end of the year")));
}

#[test]
fn estimates_are_marked_where_holidays_hang_on_the_moon() {
    let estimated = |place: &str| Place::parse(place).unwrap().days().estimated;
    assert!(estimated("AE") && estimated("SG") && estimated("ES-CE"));
    assert!(!estimated("US") && !estimated("ES"));
}
