use chrono::Weekday;
use proptest::prelude::*;

use super::*;

fn new_york() -> Zone {
    Zone::named("America/New_York").unwrap()
}

/// Thursday 19 November 2026, 10:00 in New York.
fn now() -> DateTime<FixedOffset> {
    "2026-11-19T10:00:00-05:00".parse().unwrap()
}

fn read(text: &str) -> String {
    match when(text, now(), &new_york(), None) {
        Ok(When::At(instant, zone)) => format!("{} {zone}", instant.format("%F %H:%M%:z")),
        Ok(When::Day(day)) => day.to_string(),
        Err(error) => format!("refused: {error}"),
    }
}

fn at(text: &str) -> String {
    let read = read(text);
    read.strip_suffix(" America/New_York").map(str::to_owned).unwrap_or(read)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn decided(text: &str, said_on: &str) -> String {
    match decision(text, day(said_on), None).map(|deadline| deadline.by) {
        Ok(Some(by)) => by.format("%a %F").to_string(),
        Ok(None) => "no date".to_owned(),
        Err(error) => format!("refused: {error}"),
    }
}

#[test]
fn instants_are_read_as_people_type_them() {
    for (text, instant) in [
        ("now", "2026-11-19 10:00-05:00"),
        ("just now", "2026-11-19 10:00-05:00"),
        ("15:45", "2026-11-19 15:45-05:00"),
        ("at 9:05", "2026-11-19 09:05-05:00"),
        ("today 14:00", "2026-11-19 14:00-05:00"),
        ("yesterday 3pm", "2026-11-18 15:00-05:00"),
        ("3pm yesterday", "2026-11-18 15:00-05:00"),
        ("yesterday at 3:30 PM", "2026-11-18 15:30-05:00"),
        ("Yesterday, 3 p.m.", "2026-11-18 15:00-05:00"),
        ("12am", "2026-11-19 00:00-05:00"),
        ("12pm", "2026-11-19 12:00-05:00"),
        ("noon", "2026-11-19 12:00-05:00"),
        ("fri 14:00", "2026-11-13 14:00-05:00"),
        ("thu 14:00", "2026-11-19 14:00-05:00"),
        ("last thu 14:00", "2026-11-12 14:00-05:00"),
        ("on fri 14:00", "2026-11-20 14:00-05:00"),
        ("next mon 9am", "2026-11-23 09:00-05:00"),
        ("2026-11-20 14:00", "2026-11-20 14:00-05:00"),
        ("2026-11-20T14:00", "2026-11-20 14:00-05:00"),
        ("2026-11-20T14:00-05:00", "2026-11-20 14:00-05:00"),
        ("2026-11-20T19:00:30Z", "2026-11-20 14:00-05:00"),
        ("2026-11-20 20:00 +01:00", "2026-11-20 14:00-05:00"),
        ("5 March 15:45", "2027-03-05 15:45-05:00"),
        ("Mon 5 October 15:45", "2026-10-05 15:45-04:00"),
        ("in 2 hours", "2026-11-19 12:00-05:00"),
        ("2 hours ago", "2026-11-19 08:00-05:00"),
        ("an hour ago", "2026-11-19 09:00-05:00"),
        ("half an hour ago", "2026-11-19 09:30-05:00"),
        ("90min ago", "2026-11-19 08:30-05:00"),
        ("2 days ago 17:00", "2026-11-17 17:00-05:00"),
    ] {
        assert_eq!(at(text), instant, "{text}");
    }
}

#[test]
fn a_zone_anywhere_says_where_the_clock_stands() {
    assert_eq!(read("2026-11-20 14:00 America/Los_Angeles"), "2026-11-20 14:00-08:00 America/Los_Angeles");
    assert_eq!(read("europe/berlin yesterday 15:00"), "2026-11-18 15:00+01:00 Europe/Berlin");
    assert_eq!(read("2026-11-20T14:00+01:00[Europe/Berlin]"), "2026-11-20 14:00+01:00 Europe/Berlin");
    assert_eq!(read("14:00 UTC"), "2026-11-19 14:00+00:00 UTC");
    // 10:00 in New York is past midnight in Tokyo, so that today is the 20th there.
    assert_eq!(read("0:10 Asia/Tokyo"), "2026-11-20 00:10+09:00 Asia/Tokyo");
}

#[test]
fn days_without_a_time_are_days() {
    for (text, date) in [
        ("today", "2026-11-19"),
        ("yesterday", "2026-11-18"),
        ("tomorrow", "2026-11-20"),
        ("monday", "2026-11-16"),
        ("thursday", "2026-11-19"),
        ("last thursday", "2026-11-12"),
        ("this friday", "2026-11-20"),
        ("next friday", "2026-11-27"),
        ("the day before yesterday", "2026-11-17"),
        ("3 days ago", "2026-11-16"),
        ("a week ago", "2026-11-12"),
        ("in a couple of days", "2026-11-21"),
        ("2026-03-05", "2026-03-05"),
        ("5 October", "2026-10-05"),
        ("Oct 5", "2026-10-05"),
        ("March 5th, 2027", "2027-03-05"),
        ("the 5th of March", "2027-03-05"),
        ("5 January", "2027-01-05"),
    ] {
        assert_eq!(read(text), date, "{text}");
    }
}

#[test]
fn what_can_be_read_two_ways_is_refused_with_the_way_out() {
    assert_eq!(
        read("03/04/2026"),
        "refused: \"03/04/2026\" can be 4 March or 3 April; write the month as a word"
    );
    assert_eq!(
        read("13.13.2026 15:00"),
        "refused: \"13.13.2026\" is not a date here; write the month as a word, or 2026-03-05"
    );
    assert_eq!(at("13.3.2026 15:00"), "2026-03-13 15:00-04:00");
    assert_eq!(
        read("Thu 5 March 15:45"),
        "refused: \"Thu 5 March 15:45\" does not fit together: that day is Fri 5 Mar 2027"
    );
    assert_eq!(read("30 Feb"), "refused: 2027 has no such day as \"30 Feb\"");
    assert_eq!(
        read("5 March 1026"),
        "refused: \"5 March 1026\" is too far away; write a year from 2000 to 2199"
    );
    assert_eq!(
        read("14:00 CST"),
        "refused: cst is not one place's time; name the place, as in America/Chicago"
    );
    assert_eq!(
        read("14:00 Europe/Berlim"),
        "refused: no time zone \"europe/berlim\"; did you mean Europe/Berlin?"
    );
    assert_eq!(
        read("14:00 Europe/Berlin Europe/Paris"),
        "refused: \"14:00 Europe/Berlin Europe/Paris\" names two zones; write one"
    );
}

#[test]
fn times_around_a_change_of_the_clocks_are_refused_with_both_choices() {
    assert_eq!(
        read("2026-03-08 02:30"),
        "refused: in America/New_York clocks skip 02:30 on Sun 8 Mar 2026; \
         write 2026-03-08T01:30-05:00 or 2026-03-08T03:30-04:00"
    );
    assert_eq!(
        read("2026-11-01 01:30"),
        "refused: in America/New_York clocks show 01:30 on Sun 1 Nov 2026 twice; \
         write 2026-11-01T01:30-04:00 or 2026-11-01T01:30-05:00"
    );
    assert_eq!(at("2026-11-01T01:30-05:00"), "2026-11-01 01:30-05:00");
}

#[test]
fn words_that_the_grammar_does_not_know_are_refused_with_examples() {
    let known = "understood are \"just now\", \"15:45\", \"yesterday 3pm\", \"fri 14:00\", \
                 \"5 March 15:45\", \"2026-11-20 14:00 America/New_York\", \"2 hours ago\"";
    for text in [
        "",
        "soon",
        "14",
        "25:00",
        "24:00",
        "13pm",
        "0am",
        "yesterday 15:00 16:00",
        "15:45 later",
        "yesterday fri 15:00",
        "after lunch",
        "day 31 Nov",
        "in 2",
        "fri 2026 T",
        "midnight",
        "2026-11-20T",
        "2026-11-20T14:00-99:00",
    ] {
        let refused = read(text);
        assert!(refused.starts_with("refused: cannot read \""), "{text}: {refused}");
        assert!(refused.ends_with(known), "{text}: {refused}");
    }
}

#[test]
fn decisions_are_read_as_late_as_they_can_be_meant() {
    // Thursday.
    for (text, by) in [
        ("today", "Thu 2026-03-05"),
        ("by the end of the day", "Thu 2026-03-05"),
        ("tomorrow", "Fri 2026-03-06"),
        ("tomorrow afternoon", "Fri 2026-03-06"),
        ("end of the week", "Fri 2026-03-06"),
        ("by the end of this week", "Fri 2026-03-06"),
        ("this week", "Fri 2026-03-06"),
        ("next week", "Fri 2026-03-13"),
        ("sometime next week", "Fri 2026-03-13"),
        ("early next week", "Wed 2026-03-11"),
        ("the week after next", "Fri 2026-03-20"),
        ("a week", "Thu 2026-03-12"),
        ("in a week's time", "Thu 2026-03-12"),
        ("a couple of weeks", "Thu 2026-03-19"),
        ("in two weeks", "Thu 2026-03-19"),
        ("In 2 weeks.", "Thu 2026-03-19"),
        ("in two weeks' time", "Thu 2026-03-19"),
        ("in two weeks’ time", "Thu 2026-03-19"),
        ("within the next two weeks", "Thu 2026-03-19"),
        ("a fortnight", "Thu 2026-03-19"),
        ("a week or two", "Thu 2026-03-19"),
        ("two to three weeks", "Thu 2026-03-26"),
        ("in two to three weeks", "Thu 2026-03-26"),
        ("2-3 weeks", "Thu 2026-03-26"),
        ("2–3 weeks", "Thu 2026-03-26"),
        ("between two and three weeks", "Thu 2026-03-26"),
        ("a week to ten days", "Sun 2026-03-15"),
        ("a few weeks", "Thu 2026-03-26"),
        ("probably in about three weeks or so", "Thu 2026-03-26"),
        ("several weeks", "Thu 2026-04-02"),
        ("a number of weeks", "Thu 2026-04-02"),
        ("10 days", "Sun 2026-03-15"),
        ("10 business days", "Thu 2026-03-19"),
        ("within 48 hours", "Sat 2026-03-07"),
        ("end of the month", "Tue 2026-03-31"),
        ("a month", "Fri 2026-04-03"),
        ("one month", "Fri 2026-04-03"),
        ("next month", "Thu 2026-04-30"),
        ("by Friday 13 March", "Fri 2026-03-13"),
        ("by March 13", "Fri 2026-03-13"),
        ("by 2026-03-13", "Fri 2026-03-13"),
        ("on Monday", "Mon 2026-03-09"),
        ("by Friday", "Fri 2026-03-06"),
        ("by Friday at the latest", "Fri 2026-03-06"),
        ("next Friday", "Fri 2026-03-13"),
        ("before the end of March", "Tue 2026-03-31"),
        ("in May", "Fri 2026-05-29"),
        ("mid-April", "Mon 2026-04-20"),
        ("early April", "Fri 2026-04-10"),
        ("by 4 March", "Thu 2027-03-04"),
        ("we decide in two weeks", "Thu 2026-03-19"),
        ("we'll get back to you by Friday", "Fri 2026-03-06"),
        ("we'll be in touch next week", "Fri 2026-03-13"),
        ("soon", "no date"),
        ("very soon", "no date"),
        ("shortly", "no date"),
        ("in touch", "no date"),
        ("we'll be in touch", "no date"),
    ] {
        assert_eq!(decided(text, "2026-03-05"), by, "{text}");
    }
}

#[test]
fn a_period_that_is_over_when_it_is_named_is_the_next_one() {
    assert_eq!(decided("this week", "2026-03-07"), "Fri 2026-03-13");
    assert_eq!(decided("next week", "2026-03-08"), "Fri 2026-03-13");
    assert_eq!(decided("this week", "2026-03-06"), "Fri 2026-03-06");
    assert_eq!(decided("tomorrow", "2026-03-06"), "Mon 2026-03-09");
    assert_eq!(decided("by Monday", "2026-03-09"), "Mon 2026-03-16");
    // Saturday is the last day, and the last business day was yesterday.
    assert_eq!(decided("end of the month", "2026-01-31"), "Fri 2026-02-27");
    assert_eq!(decided("in March", "2026-04-01"), "Wed 2027-03-31");
    assert_eq!(decided("a month", "2026-01-31"), "Fri 2026-02-27");
    assert_eq!(decided("end of the year", "2026-11-19"), "Thu 2026-12-31");
}

#[test]
fn decisions_without_a_meaning_here_are_refused() {
    for text in [
        "",
        "the",
        "in",
        "when the budget is approved",
        "three to two weeks",
        "two",
        "two moons",
        "asap tomorrow or never",
        "13",
        "in 13",
    ] {
        let refused = decided(text, "2026-03-05");
        assert!(refused.starts_with("refused: cannot find a date in \""), "{text}: {refused}");
    }
    assert_eq!(
        decided("by 2026-03-04", "2026-03-05"),
        "refused: \"by 2026-03-04\" is Wed 4 Mar 2026, before the day on which it was said"
    );
    assert_eq!(
        decided("by 03/04/2026", "2026-03-05"),
        "refused: \"03/04/2026\" can be 4 March or 3 April; write the month as a word"
    );
    assert_eq!(
        decided("by Thursday 13 March", "2026-03-05"),
        "refused: \"by Thursday 13 March\" does not fit together: that day is Fri 13 Mar 2026"
    );
}

#[test]
fn a_refusal_shows_no_more_than_a_line_of_a_long_text() {
    let error = decision(&"ä".repeat(5000), day("2026-03-05"), None).unwrap_err();
    assert!(error.to_string().chars().count() < 150, "{error}");
}

#[test]
fn a_clock_outside_the_calendar_is_named() {
    let error = decision("tomorrow", NaiveDate::MAX, None).unwrap_err();
    assert!(error.to_string().ends_with("set it right first"), "{error}");
    assert!(when("now", DateTime::<chrono::Utc>::MIN_UTC.fixed_offset(), &new_york(), None).is_err());
}

/// Words of both grammars and what stands between them.
fn soup() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a",
        "few",
        "couple",
        "of",
        "number",
        "two",
        "to",
        "three",
        "-",
        "2-3",
        "999",
        "0",
        "00",
        "weeks",
        "week",
        "days",
        "business",
        "months",
        "hours",
        "ago",
        "in",
        "by",
        "on",
        "next",
        "last",
        "this",
        "end",
        "the",
        "early",
        "mid-",
        "mid",
        "fri",
        "Friday",
        "March",
        "feb",
        "29",
        "31",
        "5th",
        "2026",
        "2024-02-29",
        "2026-11-01",
        "T",
        "01:30",
        "02:30",
        "3pm",
        "3",
        "pm",
        "noon",
        "+02:00",
        "-05:00",
        "z",
        "UTC",
        "Europe/Berlin",
        "EST",
        "/",
        "tomorrow",
        "yesterday",
        "today",
        "now",
        "soon",
        "touch",
        "month",
        "year",
        "fortnight",
        "or",
        "between",
        "and",
        "not",
        "won't",
        "after",
        "before",
        "than",
        "Christmas",
        "Easter",
        "the 9th",
        "Q1",
        "EOW",
        "COB",
        "weekend",
        "new year",
        "from",
        "maybe",
        "then",
        "11/20/2026",
        "03/04",
        ".",
    ]);
    let glue = prop::sample::select(vec![" ", " ", " ", "", "-", ", ", "t"]);
    prop::collection::vec((word, glue), 0..8)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, glue)| [word, glue]).collect())
}

proptest! {
    #[test]
    fn no_text_makes_the_grammars_fall(text in any::<String>()) {
        let _ = when(&text, now(), &new_york(), None);
        let _ = decision(&text, day("2026-03-05"), None);
    }

    #[test]
    fn no_soup_of_words_gives_a_decision_before_it_was_said(text in soup(), days in 0_i64..9000) {
        let said_on = day("2010-01-01") + chrono::TimeDelta::days(days);
        if let Ok(Some(by)) = decision(&text, said_on, None).map(|deadline| deadline.by) {
            prop_assert!(by >= said_on, "{text}: {by}");
        }
    }

    #[test]
    fn no_soup_of_words_gives_a_time_that_its_zone_does_not_show(
        text in soup(),
        seconds in 1_300_000_000_i64..2_500_000_000,
    ) {
        let now = new_york().at(DateTime::from_timestamp(seconds, 0).unwrap());
        if let Ok(When::At(instant, zone)) = when(&text, now, &new_york(), None) {
            prop_assert_eq!(zone.at(instant.to_utc()), instant);
        }
    }

    #[test]
    fn more_weeks_are_never_an_earlier_decision(weeks in 1_u32..50, days in 0_i64..9000) {
        let said_on = day("2010-01-01") + chrono::TimeDelta::days(days);
        let by = |text: String| decision(&text, said_on, None).unwrap().by.unwrap();
        let (exact, range) = (by(format!("{weeks} weeks")), by(format!("1-{} weeks", weeks + 1)));
        prop_assert!(exact < range);
        let (days, business) = (by(format!("{weeks} days")), by(format!("{weeks} business days")));
        prop_assert!(days <= business);
        let month = by(format!("{weeks} months"));
        prop_assert!(!matches!(month.weekday(), Weekday::Sat | Weekday::Sun));
    }
}
