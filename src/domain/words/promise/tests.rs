use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Said on Thursday 5 March 2026.
fn spoken(text: &str) -> String {
    said(text, "2026-03-05", None)
}

fn said(text: &str, on: &str, country: Option<&str>) -> String {
    match read(text, day(on), country) {
        Ok(Deadline { by: Some(by), .. }) => by.format("%a %F").to_string(),
        Ok(Deadline { by: None, .. }) => "no date".to_owned(),
        Err(error) => format!("refused: {}", error.message),
    }
}

fn phrase_of(text: &str) -> String {
    read(text, day("2026-03-05"), None).unwrap().phrase.unwrap_or_default()
}

#[test]
fn a_decision_is_found_in_a_whole_sentence() {
    for (text, by) in [
        ("You probably won't hear anything for a number of weeks", "Thu 2026-04-02"),
        ("it takes a few weeks", "Thu 2026-03-26"),
        ("It can take several weeks, I'm afraid.", "Thu 2026-04-02"),
        ("the process takes 6 to 8 weeks", "Thu 2026-04-30"),
        ("We have two more candidates to see, so expect to hear in two weeks", "Thu 2026-03-19"),
        ("We'll get back to you no later than next Wednesday", "Wed 2026-03-11"),
        ("You can expect an answer in about 2 to 3 weeks' time", "Thu 2026-03-26"),
        ("give us ten business days", "Thu 2026-03-19"),
        ("we're aiming for the 20th", "Fri 2026-03-20"),
        ("when Jane is back on Monday", "Mon 2026-03-09"),
        ("when Jan is back on Monday", "Mon 2026-03-09"),
        ("The team meets Tuesday. You should hear by Friday.", "Fri 2026-03-13"),
        ("If you don't hear from us by Friday, please write", "Fri 2026-03-06"),
        ("You may hear next week", "Fri 2026-03-13"),
        ("I'd expect a week, maybe two", "Thu 2026-03-19"),
        ("We'll be done by the 20th, and then it takes another week", "Fri 2026-03-27"),
        ("Hopefully by the end of next week, otherwise the week after", "Fri 2026-03-20"),
        ("You'll hear within a week of the final interview on Friday", "Fri 2026-03-13"),
    ] {
        assert_eq!(spoken(text), by, "{text}");
    }
}

#[test]
fn times_are_found_however_they_are_named() {
    for (text, by) in [
        ("COB Friday", "Fri 2026-03-06"),
        ("Monday EOD", "Mon 2026-03-09"),
        ("EOW", "Fri 2026-03-06"),
        ("by EOM", "Tue 2026-03-31"),
        ("end of day tomorrow", "Fri 2026-03-06"),
        ("Monday at 5 pm EST", "Mon 2026-03-09"),
        ("the 9th", "Mon 2026-03-09"),
        ("the 5th", "Sun 2026-04-05"),
        ("the 9th of next month", "Thu 2026-04-09"),
        ("between the 9th and the 12th", "Thu 2026-03-12"),
        ("9-12 March", "Thu 2026-03-12"),
        ("March 9 to 12", "Thu 2026-03-12"),
        ("Friday the 13th", "Fri 2026-03-13"),
        ("sometime next week", "Fri 2026-03-13"),
        ("Friday next week", "Fri 2026-03-13"),
        ("Tuesday or Wednesday next week", "Wed 2026-03-11"),
        ("the week of March 16", "Fri 2026-03-20"),
        ("mid next week", "Thu 2026-03-12"),
        ("two weeks from Friday", "Fri 2026-03-20"),
        ("a week on Friday", "Fri 2026-03-13"),
        ("two weeks today", "Thu 2026-03-19"),
        ("a week before Easter", "Fri 2026-03-27"),
        ("within the next two weeks", "Thu 2026-03-19"),
        ("over the next fortnight", "Thu 2026-03-19"),
        ("in the next week or two", "Thu 2026-03-19"),
        ("in the coming weeks", "Thu 2026-04-02"),
        ("in a month or so", "Fri 2026-04-03"),
        ("by mid-March", "Fri 2026-03-20"),
        ("mid-to-late March", "Tue 2026-03-31"),
        ("early next month", "Fri 2026-04-10"),
        ("late March or early April", "Fri 2026-04-10"),
        ("first week of January", "Fri 2027-01-08"),
        ("the last week of March", "Tue 2026-03-31"),
        ("the third Friday of April", "Fri 2026-04-17"),
        ("by April", "Fri 2026-04-10"),
        ("before April", "Tue 2026-03-31"),
        ("until April", "Thu 2026-04-30"),
        ("end of the quarter", "Tue 2026-03-31"),
        ("Q1", "Tue 2026-03-31"),
        ("end of Q2", "Tue 2026-06-30"),
        ("early next year", "Wed 2027-03-31"),
        ("in the new year", "Fri 2027-01-29"),
        ("before Christmas", "Thu 2026-12-24"),
        ("by Easter", "Thu 2026-04-02"),
        ("before Thanksgiving", "Wed 2026-11-25"),
        ("after the holidays", "Fri 2027-01-08"),
        ("after Thanksgiving", "Fri 2026-12-04"),
        ("after Easter", "Mon 2026-04-13"),
        ("after New Year", "Fri 2027-01-08"),
        ("the week after Easter", "Fri 2026-04-17"),
        ("after 13 March", "Fri 2026-03-20"),
        ("weeks", "Thu 2026-04-02"),
    ] {
        assert_eq!(spoken(text), by, "{text}");
    }
}

#[test]
fn a_negation_moves_the_date_to_the_late_side() {
    for (text, by) in [
        ("You won't hear before April", "Thu 2026-04-30"),
        ("not before April", "Thu 2026-04-30"),
        ("no decision until next Friday", "Fri 2026-03-13"),
        ("nothing before mid-April", "Mon 2026-04-20"),
        ("not this week", "Fri 2026-03-13"),
        ("You won\u{2019}t hear from us this week", "Fri 2026-03-13"),
        ("not this week but next week", "Fri 2026-03-13"),
        ("not in March", "Thu 2026-04-30"),
        ("we won't be able to decide by Friday", "Fri 2026-03-13"),
        ("you won't hear until after the holidays", "Fri 2027-01-08"),
        ("not until the new year", "Fri 2027-01-08"),
        ("Jane is out until Monday, so it'll be sometime after that", "Mon 2026-03-16"),
        ("no later than Friday", "Fri 2026-03-06"),
        ("it won't take more than two weeks", "Thu 2026-03-19"),
        ("more than two weeks", "Thu 2026-03-26"),
        ("at least two weeks", "Thu 2026-03-26"),
        ("six weeks or more", "Thu 2026-04-23"),
        ("Not sure, probably in two weeks", "Thu 2026-03-19"),
        ("It won't be long, next week", "Fri 2026-03-13"),
        ("We haven't decided yet, but you'll know by Friday", "Fri 2026-03-06"),
    ] {
        assert_eq!(spoken(text), by, "{text}");
    }
}

#[test]
fn contradictions_and_conditions_are_refused() {
    for (text, says) in [
        ("tomorrow in two weeks", "names Fri 6 Mar 2026 and Thu 19 Mar 2026; give only the last day"),
        ("not before 9 March, but by 6 March", "give only the last day"),
        ("Friday the 12th", "does not fit together: that day is Thu 12 Mar 2026"),
        ("if the budget is approved by Friday", "cannot find a date in"),
        ("two weeks after the board meets", "cannot find a date in"),
        ("it depends on the budget", "cannot find a date in"),
        ("when the budget is approved", "cannot find a date in"),
        ("end of this month or beginning of next", "cannot find a date in"),
        ("two weeks, possibly three", "cannot find a date in"),
        ("by Friday 13", "cannot find a date in"),
        ("every Friday", "cannot find a date in"),
        ("after Chinese New Year", "cannot find a date in"),
        ("two weeks ago", "cannot find a date in"),
    ] {
        let refused = spoken(text);
        assert!(refused.starts_with("refused: ") && refused.contains(says), "{text}: {refused}");
    }
}

#[test]
fn words_without_a_date_are_taken_as_such() {
    for text in
        ["as soon as possible", "We'll let you know", "we will be in touch", "any day now", "in due course"]
    {
        assert_eq!(spoken(text), "no date", "{text}");
    }
    assert!(spoken("as soon as the budget is approved").starts_with("refused"));
}

#[test]
fn numbers_are_read_as_the_country_writes_them() {
    for text in ["11/20/2026", "20/11/2026", "20.11.2026", "2026/11/20", "by 11/20", "Nov 20th", "20.11.26"] {
        assert_eq!(spoken(text), "Fri 2026-11-20", "{text}");
    }
    let on = |country| said("by 03/04/2026", "2026-03-01", country);
    assert_eq!(on(Some("US")), "Wed 2026-03-04");
    assert_eq!(on(Some("DE-BY")), "Fri 2026-04-03");
    for country in [None, Some("CA")] {
        assert_eq!(
            on(country),
            "refused: \"03/04/2026\" can be 4 March or 3 April; write the month as a word"
        );
    }
}

#[test]
fn the_year_rolls_over() {
    assert_eq!(said("early December", "2026-12-30", None), "Fri 2027-12-10");
    assert_eq!(said("first week of January", "2026-12-28", None), "Fri 2027-01-08");
    assert_eq!(said("after the holidays", "2026-12-18", None), "Fri 2027-01-08");
    assert_eq!(said("before Christmas", "2026-12-27", None), "Fri 2027-12-24");
    assert_eq!(said("the 31st", "2026-01-31", None), "Tue 2026-03-31");
    assert_eq!(said("Thanksgiving", "2026-03-05", Some("CA")), "Mon 2026-10-12");
}

#[test]
fn what_names_the_time_is_quoted_as_it_was_typed() {
    for (text, phrase) in [
        ("You probably won't hear anything for a Number of Weeks.", "a Number of Weeks"),
        ("We'll get back to you by Friday at the latest", "by Friday at the latest"),
        ("We decide when Jane is back on Monday", "when Jane is back on Monday"),
        ("Hopefully in 2\u{2013}3 weeks, I'd say", "in 2\u{2013}3 weeks"),
        ("You won't hear before the 20th", "not before the 20th"),
        ("Tuesday or Wednesday next week", "Tuesday or Wednesday next week"),
        ("not this week", ""),
    ] {
        assert_eq!(phrase_of(text), phrase, "{text}");
    }
}
