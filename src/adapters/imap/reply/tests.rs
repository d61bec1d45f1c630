use super::*;

fn fetched(response: &str) -> Fetched {
    fetch(response.as_bytes()).unwrap_or_else(|| panic!("not taken for a FETCH response: {response}"))
}

fn date(text: &str) -> Option<DateTime<FixedOffset>> {
    fetched(&format!("* 3 FETCH (UID 11 INTERNALDATE {text})\r\n")).date
}

#[test]
fn a_status_is_understood_in_each_legal_form() {
    for (line, condition, code, text) in [
        ("* OK\r\n", Condition::Ok, None, ""),
        ("* ok ready\r\n", Condition::Ok, None, "ready"),
        ("* OK [UIDNEXT 3]\r\n", Condition::Ok, Some("UIDNEXT 3"), "[UIDNEXT 3]"),
        ("a1 OK [READ-ONLY] open\n", Condition::Ok, Some("READ-ONLY"), "[READ-ONLY] open"),
        ("a1  NO  not now\r\n", Condition::No, None, "not now"),
        ("a1 BAD\r\n", Condition::Bad, None, ""),
        ("* BYE\r\n", Condition::Bye, None, ""),
        ("* PREAUTH [broken\r\n", Condition::PreAuth, None, "[broken"),
    ] {
        let code = code.map(|code: &str| code.as_bytes().to_vec());
        let expected = Status { condition, code, text: text.to_owned() };
        assert_eq!(status(line.as_bytes()), Some(expected), "{line}");
    }
    for line in ["* 3 EXISTS\r\n", "* OKAY\r\n", "", "*\r\n", "+ go on\r\n"] {
        assert_eq!(status(line.as_bytes()), None, "{line}");
    }
    let foreign = status(b"* OK Gr\xfc\xdf Gott\r\n").unwrap();
    assert_eq!(foreign.text, "Gr\u{fffd}\u{fffd} Gott");
}

#[test]
fn a_date_that_never_was_is_unknown_and_hides_nothing_else() {
    for odd in [
        "\"00-Jan-0000 00:00:00 +0000\"",
        "\"31-Feb-2026 00:00:00 +0000\"",
        "\"01-Jan-1970 00:00:00 +0000\"",
        "\"yesterday\"",
        "\"\"",
        "\"",
        "NIL",
        "()",
    ] {
        let text = format!("* 3 FETCH (INTERNALDATE {odd} UID 11)\r\n");
        assert_eq!(fetched(&text).date, None, "{odd}");
        if odd != "\"" {
            assert_eq!(fetched(&text).uid, NonZeroU32::new(11), "{odd}");
        }
    }
}

#[test]
fn a_date_is_read_with_one_digit_with_two_and_without_a_zone() {
    let expected = DateTime::parse_from_rfc3339("2026-03-05T10:00:00Z").ok();
    for text in [
        "\" 5-Mar-2026 10:00:00 +0000\"",
        "\"5-Mar-2026 10:00:00 +0000\"",
        "\"05-mar-2026 11:00:00 +0100\"",
        "\"05-MAR-2026 10:00:00\"",
        "{26}\r\n05-Mar-2026 10:00:00 +0000",
    ] {
        assert_eq!(date(text), expected, "{text}");
    }
}

#[test]
fn flags_of_any_kind_hide_nothing() {
    for flags in ["(\\Seen [odd] x])", "(\"\")", "(\\Seen \u{fc} $x{5})", "()", "(\\Seen \"a)"] {
        for text in [
            format!("* 3 FETCH (FLAGS {flags} UID 11 BODY[TEXT]<0> {{2}}\r\nhi)\r\n"),
            format!("* 3 FETCH (UID 11 BODY[TEXT]<0> {{2}}\r\nhi FLAGS {flags})\r\n"),
        ] {
            let fetched = fetched(&text);
            assert_eq!(fetched.uid, NonZeroU32::new(11), "{text}");
            assert_eq!(fetched.text.as_deref(), Some(&b"hi"[..]), "{text}");
        }
    }
}

#[test]
fn a_literal_keeps_every_octet_and_a_short_one_is_none() {
    let fetched =
        fetch(b"* 3 FETCH (BODY[HEADER.FIELDS (FROM \"TO\")]<0> {7}\r\na\0)]\r\n\xff UID 11)\r\n").unwrap();
    assert_eq!(fetched.header.as_deref(), Some(&b"a\0)]\r\n\xff"[..]));
    assert_eq!(fetched.uid, NonZeroU32::new(11));
    assert_eq!(fetch(b"* 3 FETCH (BODY[HEADER] {70}\r\na)\r\n").unwrap().header, None);
    assert_eq!(fetch(b"* 3 FETCH (BODY[HEADER] {x}\r\na)\r\n").unwrap().header, None);
}

#[test]
fn a_header_is_missing_or_nil_or_there_in_any_form() {
    let header =
        |value: &str| fetched(&format!("* 3 FETCH (UID 11 BODY[HEADER.FIELDS (FROM)]<0> {value})")).header;
    assert_eq!(header("NIL"), None);
    assert_eq!(header("\"From: \\\"x\\\"\""), Some(b"From: \"x\"".to_vec()));
    assert_eq!(header("{0}\r\n"), Some(Vec::new()));
    assert_eq!(fetched("* 3 FETCH (UID 11)\r\n").header, None);
    assert_eq!(fetched("* 3 FETCH (BODY[TEXT] NIL)\r\n").text, Some(Vec::new()));
}

#[test]
fn items_that_nobody_asked_for_are_passed_over() {
    let text =
        "* 3 FETCH (ENVELOPE (\"a\" {1}\r\n) NIL ((NIL))) MODSEQ (12) X-ODD x RFC822.SIZE 44 UID 11)\r\n";
    assert_eq!(fetched(text).uid, NonZeroU32::new(11));
    for other in ["* 3 EXPUNGE\r\n", "* SEARCH 3\r\n", "a FETCH (UID 3)\r\n", "* x FETCH (UID 3)\r\n"] {
        assert_eq!(fetch(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn a_search_that_cannot_be_read_has_not_found_nothing() {
    let numbers = |line: &str| search(line.as_bytes());
    let found = |numbers: &[u32]| Some(Ok(numbers.iter().copied().filter_map(NonZeroU32::new).collect()));
    assert_eq!(numbers("* SEARCH\r\n"), found(&[]));
    assert_eq!(numbers("* search 3  12 \r\n"), found(&[3, 12]));
    assert_eq!(numbers("* SEARCH 3 (MODSEQ 9)\r\n"), found(&[3]));
    assert_eq!(numbers("* SEARCH 1 2 two\r\n"), Some(Err(())));
    assert_eq!(numbers("* SEARCH 0\r\n"), Some(Err(())));
    assert_eq!(numbers("* 3 EXISTS\r\n"), None);
}

#[test]
fn a_list_of_abilities_is_told_from_all_else() {
    let words = Some(vec![&b"IMAP4rev1"[..], b"AUTH=PLAIN"]);
    assert_eq!(capabilities(b"* CAPABILITY  IMAP4rev1 AUTH=PLAIN \r\n"), words);
    assert_eq!(capabilities(b"CAPABILITY IMAP4rev1 AUTH=PLAIN"), words);
    assert_eq!(capabilities(b"* OK IMAP4rev1\r\n"), None);
}

#[test]
fn a_folder_is_read_whatever_its_attributes_are() {
    for (row, expected) in [
        ("* LIST (\\Sent [odd] \\x{5}) \"/\" Sent\r\n", "* LIST (\\Sent) \"/\" {4}\r\nSent\r\n"),
        ("* list () NIL \"a b\"\r\n", "* LIST () NIL {3}\r\na b\r\n"),
        ("* LIST (\\A \"\" \\B) \"\\\\\" {4}\r\nSent\r\n", "* LIST (\\A \\B) \"\\\\\" {4}\r\nSent\r\n"),
        ("* LIST (\\A) \".\" caf\u{e9}\r\n", "* LIST (\\A) \".\" {5}\r\ncaf\u{e9}\r\n"),
    ] {
        let plain = plain_list(row.as_bytes()).map(|row| String::from_utf8_lossy(&row).into_owned());
        assert_eq!(plain.as_deref(), Some(expected));
    }
    for other in ["* LIST\r\n", "* LIST (\\A \"/\" x\r\n", "* LIST () \"/\"\r\n", "* 3 EXISTS\r\n"] {
        assert_eq!(plain_list(other.as_bytes()), None, "{other}");
    }
}

proptest::proptest! {
    #[test]
    fn no_response_is_too_odd_to_read(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let starts = ["", "* 3 FETCH (", "* LIST (", "* SEARCH ", "* OK [", "* 1 FETCH (UID 3 BODY[HEADER] {"];
        for start in starts {
            let response = [start.as_bytes(), &octets].concat();
            let _ = (fetch(&response), plain_list(&response), search(&response));
            let _ = (status(&response), capabilities(&response));
        }
    }
}
