use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn read_in(text: &str, zone: &str) -> Result<OwnDays, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.ics");
    fs::write(&path, text).unwrap();
    whole_days(&path, day("2026-03-05"), &Zone::named(zone).unwrap())
}

fn events(lines: &[&str]) -> OwnDays {
    let events: String = lines
        .iter()
        .map(|lines| format!("BEGIN:VEVENT\nUID:1\nSUMMARY:Company day\n{lines}\nEND:VEVENT\n"))
        .collect();
    read_in(&format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n"), "America/New_York").unwrap()
}

fn days(lines: &str) -> Vec<String> {
    let own = events(&[lines]);
    assert_eq!(own.left_out, Vec::<String>::new(), "{lines}");
    own.days.iter().map(ToString::to_string).collect()
}

fn left_out(lines: &str) -> String {
    let own = events(&[lines]);
    assert!(own.days.is_empty(), "{lines}: {:?}", own.days);
    let [line] = own.left_out.as_slice() else { panic!("{lines}: {:?}", own.left_out) };
    line.clone()
}

#[test]
fn whole_days_are_read_however_they_are_written() {
    for lines in [
        "DTSTART;VALUE=DATE:20260309",
        "DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260310",
        "DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260309",
        "DTSTART:20260309\nDTEND:20260309",
        "DTSTART;VALUE=DATE:20260309Z\nDTEND;VALUE=DATE:20260310Z",
        "DTSTART;TZID=PRC;VALUE=DATE:20260309\nDTEND;TZID=PRC;VALUE=DATE:20260309",
        "DTSTART;VALUE=DATE:20260309\nDURATION:P1D",
        "DTSTART;VALUE=DATE:20260309\nDURATION:PT24H",
        "DTSTART:20260309T000000\nDTEND:20260310T000000",
        "DTSTART:20260309T000000\nDURATION:PT24H",
        "DTSTART:20260309T000100\nDTEND:20260309T235900",
        "DTSTART:20260309T000000\nDTEND:20260309T235959",
        "DTSTART;TZID=\"Eastern Standard Time\":20260309T000000\n\
         DTEND;TZID=\"Eastern Standard Time\":20260310T000000",
        "DTSTART:20260309T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "DTSTART:20260309T090000\nDTEND:20260309T170000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "DTSTART:20260309T000000Z\nDTEND:20260310T000000Z",
        // Midnight to midnight in New York.
        "DTSTART:20260309T040000Z\nDTEND:20260310T040000Z",
        // Somewhere else, with the clock put forward in between.
        "DTSTART:20260309T050000Z\nDTEND:20260310T040000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "DTSTART:20260308T230000Z\nDTEND:20260309T230000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
    ] {
        assert_eq!(days(lines), ["2026-03-09"], "{lines}");
    }
    for lines in [
        "DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260311",
        "DTSTART;VALUE=DATE:20260309\nDURATION:P2D",
        "DTSTART;VALUE=DATE:20260309\nDURATION:PT36H",
        "DTSTART:20260309T000000\nDTEND:20260311T000000",
        "DTSTART:20260309T000100\nDTEND:20260310T235900",
        "DTSTART:20260309T000000Z\nDURATION:P2D",
    ] {
        assert_eq!(days(lines), ["2026-03-09", "2026-03-10"], "{lines}");
    }
    assert_eq!(days("DTSTART;VALUE=DATE:20260309\nDURATION:P1W").len(), 7);
}

#[test]
fn the_zone_of_the_calendar_says_where_its_midnights_are() {
    let text = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Asia/Tokyo\nBEGIN:VEVENT\nUID:1\n\
                DTSTART:20260308T150000Z\nDTEND:20260309T150000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let own = read_in(text, "UTC").unwrap();
    assert_eq!((own.days.into_iter().collect::<Vec<_>>(), own.left_out.len()), (vec![day("2026-03-09")], 0));
}

#[test]
fn repeated_days_are_followed_for_twenty_years() {
    let yearly = days("DTSTART;VALUE=DATE:20200309\nDTEND;VALUE=DATE:20200310\nRRULE:FREQ=YEARLY");
    assert_eq!(yearly.len(), 26);
    assert_eq!(yearly.last().map(String::as_str), Some("2045-03-09"));
    let some = |rule: &str| days(&format!("DTSTART;VALUE=DATE:20260309\nRRULE:{rule}"));
    assert_eq!(some("FREQ=YEARLY;COUNT=3"), ["2026-03-09", "2027-03-09", "2028-03-09"]);
    assert_eq!(
        some("FREQ=YEARLY;INTERVAL=2;UNTIL=20300309T235959Z"),
        ["2026-03-09", "2028-03-09", "2030-03-09"]
    );
    assert_eq!(some("FREQ=YEARLY;UNTIL=20270309"), ["2026-03-09", "2027-03-09"]);
    assert_eq!(some("FREQ=WEEKLY;COUNT=2"), ["2026-03-09", "2026-03-16"]);
    assert_eq!(some("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2"), ["2026-11-26", "2027-11-25"]);
    assert_eq!(some("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2"), ["2026-05-25", "2027-05-31"]);
    assert_eq!(some("FREQ=YEARLY;BYMONTH=12;COUNT=1"), ["2026-12-09"]);
    assert_eq!(some("FREQ=YEARLY;BYDAY=20MO;COUNT=2"), ["2026-05-18", "2027-05-17"]);
    assert_eq!(some("FREQ=MONTHLY;COUNT=2"), ["2026-03-09", "2026-04-09"]);
    assert_eq!(some("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2"), ["2026-03-31", "2026-04-30"]);
    assert_eq!(some("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2"), ["2026-03-13", "2026-11-13"]);
    assert_eq!(
        some("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=3"),
        ["2026-03-09", "2026-03-13", "2026-03-23"]
    );
    assert_eq!(some("FREQ=DAILY;INTERVAL=10;COUNT=2"), ["2026-03-09", "2026-03-19"]);
    assert_eq!(days("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2"), ["2024-02-29", "2028-02-29"]);
    assert_eq!(
        days("DTSTART;VALUE=DATE:20250309\nRDATE;VALUE=DATE:20260309,20260310"),
        ["2025-03-09", "2026-03-09", "2026-03-10"]
    );
    assert_eq!(
        days("DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20270309"),
        ["2026-03-09", "2028-03-09"]
    );
    assert_eq!(
        days(
            "DTSTART:20260309T000000\nDTEND:20260310T000000\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20260309T000000"
        ),
        ["2027-03-09"]
    );
}

#[test]
fn an_occurrence_that_was_moved_or_canceled_replaces_that_of_the_rule() {
    let own = events(&[
        "DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=YEARLY;COUNT=3",
        "RECURRENCE-ID;VALUE=DATE:20270309\nDTSTART;VALUE=DATE:20270310",
        "RECURRENCE-ID;VALUE=DATE:20280309\nDTSTART;VALUE=DATE:20280309\nSTATUS:CANCELLED",
    ]);
    assert_eq!(own.left_out, Vec::<String>::new());
    assert_eq!(own.days, BTreeSet::from([day("2026-03-09"), day("2027-03-10")]));
}

#[test]
fn a_canceled_day_is_a_business_day() {
    assert_eq!(days("DTSTART;VALUE=DATE:20260309\nSTATUS:CANCELLED"), Vec::<String>::new());
    assert_eq!(days("DTSTART;VALUE=DATE:20260309\nSTATUS:CONFIRMED"), ["2026-03-09"]);
}

#[test]
fn what_names_no_whole_day_is_named_with_its_reason() {
    for (lines, reason) in [
        ("DTSTART:20260309T100000Z\nDTEND:20260309T110000Z", "it isn't a whole day: 10:00 to 11:00 UTC"),
        (
            "DTSTART:20260309T120100\nDTEND:20260310T115900",
            "it isn't whole days: 12:01 to Tue 10 Mar 2026 11:59",
        ),
        ("DTSTART:20260309T000000", "it isn't a whole day: it has no end and starts at 00:00"),
        ("DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=HOURLY", "it repeats HOURLY, which no holiday does"),
        ("DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=FORTNIGHTLY", "the rule by which it repeats can't be read"),
        (
            "DTSTART;VALUE=DATE:20260309\nRDATE;VALUE=DATE:tomorrow",
            "the dates on which it repeats can't be read",
        ),
        (
            "DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=YEARLY;UNTIL=20250101",
            "the rule by which it repeats names no day",
        ),
        (
            "DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=YEARLY;BYYEARDAY=100",
            "it repeats by BYYEARDAY, which isn't supported",
        ),
    ] {
        assert_eq!(left_out(lines), format!("\"Company day\", Mon 9 Mar 2026: {reason}"), "{lines}");
    }
    assert_eq!(left_out("DURATION:P1D"), "\"Company day\": it has no start");
    assert_eq!(left_out("DTSTART;VALUE=DATE:20260230"), "\"Company day\": its start can't be read");
    let control = left_out("DTSTART;VALUE=DATE:2026\u{1}0309");
    assert!(control.starts_with("\"Company day\": its start \"2026"), "{control}");
    assert!(!control.contains('\u{1}'), "{control}");
    let long = events(&["DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:99991231"]);
    assert_eq!(long.days.len(), 60);
    assert!(long.left_out[0].ends_with("days; only the first 60 count"), "{:?}", long.left_out);
}

#[test]
fn one_odd_event_does_not_take_the_others_away() {
    let own = events(&["DTSTART:garbage", "DTSTART;VALUE=DATE:20260309"]);
    assert_eq!((own.days.len(), own.left_out.len()), (1, 1), "{own:?}");
}

#[test]
fn two_calendars_in_one_file_are_both_read() {
    let one = |date: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{date}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let own = read_in(&format!("{}{}", one("20260309"), one("20260310")), "UTC").unwrap();
    assert_eq!(own.days.len(), 2, "{own:?}");
}

#[test]
fn a_file_that_is_no_whole_calendar_is_refused() {
    let cut_off = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260306\r\n";
    for text in ["no calendar", "", cut_off, &"x".repeat((1 << 20) + 1)] {
        assert_eq!(read_in(text, "UTC").unwrap_err().kind, Kind::Config);
    }
    let marked = format!("\u{feff}{cut_off}END:VEVENT\r\nend:vcalendar\r\n\r\n");
    assert_eq!(read_in(&marked, "UTC").unwrap().days.len(), 1);
    let absent = whole_days(Path::new("/nowhere/own.ics"), day("2026-03-05"), &Zone::utc());
    assert_eq!(absent.unwrap_err().kind, Kind::Config);
}

#[test]
fn rules_made_to_keep_the_program_busy_cost_little() {
    let rule =
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260309\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31\nEND:VEVENT\n";
    let text = |times: usize| format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", rule.repeat(times));
    assert_eq!(read_in(&text(300), "UTC").unwrap().left_out.len(), 300);
    let error = read_in(&text(301), "UTC").unwrap_err();
    assert!(error.message.ends_with("have more than 300 repeating events"), "{error:?}");
    assert_eq!(
        left_out("DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY"),
        "\"Company day\", Mon 1 Jan 0001: it repeats since 1"
    );
}
