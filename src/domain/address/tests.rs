use super::*;

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}
fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}
fn refused(text: &str) -> Refused {
    EmailAddress::parse(text).expect_err(text)
}
fn asks(name: &str, address: &str) -> Vec<String> {
    let address = EmailAddress::parse(address).unwrap();
    advice(Some(&PersonName::parse(name).unwrap()), Some(&address), None)
}

#[test]
fn a_name_that_could_break_a_header_or_a_terminal_is_refused() {
    for text in [
        "Priya\r\nBcc: evil@example.net",
        "Priya\nX-Evil: 1",
        "Pri\0ya",
        "\u{1b}[2J\u{1b}]0;pwned\u{7}Priya",
        "Priya \u{202e}gnp.elgoog",
        "Priya\u{2028}Rao",
        "Pri\u{200b}ya",
        "Pri\u{200d}ya",
        "Priya \u{200c}",
        "Zo\u{fffd}",
    ] {
        let refused = PersonName::parse(text).expect_err(text);
        assert!(refused.message.contains("character, U+"), "{refused}");
    }
}

#[test]
fn an_invisible_character_is_refused_with_the_name_that_was_meant() {
    let refused = PersonName::parse("Pri\u{200b}ya").unwrap_err();
    assert_eq!(refused.message, "the name holds an invisible character, U+200B");
    assert_eq!(refused.instead.as_deref(), Some("Priya"));
    assert_eq!(PersonName::parse("Pri\0ya").unwrap_err().instead, None);
}

#[test]
fn a_name_that_is_none_is_refused() {
    for (text, why) in [
        ("", "the name is empty"),
        ("   ", "the name is empty"),
        ("Priya <ceo@example.net>", "the name `Priya <ceo@example.net>` looks like an address"),
        ("...", "the name `...` has no letter"),
    ] {
        assert_eq!(PersonName::parse(text).unwrap_err().message, why);
    }
    assert!(PersonName::parse(&"x".repeat(200)).is_ok());
    assert!(PersonName::parse(&"x".repeat(201)).is_err());
}

#[test]
fn names_of_all_the_world_are_kept_as_written() {
    for text in [
        "نگار می‌خواهد",
        "נועה לוי",
        "{% raw %}Priya",
        "Priya <b>Rao</b> & Sons",
        "Dr. \"Bob\" \\ Smith, PhD",
        "Suharto",
        "O'Neill",
        "Y",
        "👨‍👩‍👧 Anna",
        "田中 太郎",
    ] {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn blanks_are_joined_and_letters_composed() {
    assert_eq!(name("  Priya \u{a0}\t Rao ").as_str(), "Priya Rao");
    assert_eq!(name("Zoe\u{301}").as_str(), "Zoé");
}

#[test]
fn the_first_word_is_the_one_for_a_salutation() {
    for (text, first, last) in [
        ("Jane Doe", "Jane", "Doe"),
        ("Suharto", "Suharto", "Suharto"),
        ("Dr. Jane van Doe, PhD", "Jane", "Doe"),
        ("Doe, Jane", "Jane", "Doe"),
        ("Dr. \"Bob\" \\ Smith, PhD", "Bob", "Smith"),
        ("Sam Jones Jr.", "Sam", "Jones"),
        ("Dr.", "Dr.", "Dr."),
    ] {
        assert_eq!((name(text).first_word(), name(text).last_word()), (first, last), "{text}");
    }
}

#[test]
fn an_address_that_could_break_a_command_or_reach_nobody_is_refused() {
    for text in [
        "",
        "p@example.org>\r\nRCPT TO:<evil@example.net",
        "\"a\r\nRCPT TO:<x@example.net>\"@example.org",
        "\"a b\"@example.org",
        "a@example.org,b@example.org",
        "a@example.org;b@example.org",
        "a@b@example.org",
        "@example.org",
        "priya@",
        "priya.example.org",
        "priya@example",
        "user@localhost",
        "priya@[127.0.0.1]",
        "priya@127.0.0.1",
        "a@[IPv6:::1]",
        "a@xn--example-.org",
        "priya@exam\u{200b}ple.org",
        "a@example_b.org",
        "example.net!a@example.org",
        "a%b@example.org",
        "-oQ/tmp@example.org",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a(b)@example.org",
        "a@exa mple.org",
        "a@-example.org",
        "a@example..org",
        "a\0@example.org",
        "<<a@example.org>>",
    ] {
        assert!(EmailAddress::parse(text).is_err(), "{text:?}");
    }
    assert!(EmailAddress::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
    assert!(EmailAddress::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
    assert!(EmailAddress::parse(&format!("a@{}org", "b.".repeat(150))).is_err());
    let long = format!("{}@{}org", "a".repeat(64), "bcdef.".repeat(31));
    assert_eq!(long.len(), 254);
    assert!(EmailAddress::parse(&long).is_ok());
    assert!(EmailAddress::parse(&long.replace("org", "orgs")).is_err());
}

#[test]
fn a_refusal_offers_the_address_that_was_meant() {
    let dot = refused("priya@example.org.");
    assert_eq!(dot.message, "`priya@example.org.` ends with a dot");
    assert_eq!(dot.instead.as_deref(), Some("priya@example.org"));
    assert_eq!(refused("priya@exam\u{200b}ple.org").instead.as_deref(), Some("priya@example.org"));
    assert_eq!(refused("priya @example.org").instead, Some("priya@example.org".to_owned()));
    let problem = Problem::from(refused("priya@example.org."));
    assert_eq!(problem.kind, Kind::Data);
    assert_eq!(problem.hint.as_deref(), Some("did you mean `priya@example.org`?"));
}

#[test]
fn what_a_browser_puts_around_an_address_is_taken_off() {
    for text in [
        "mailto:priya@example.org",
        "MAILTO:priya@example.org?subject=Hi",
        "<priya@example.org>",
        "<mailto:priya@example.org>",
        "priya@example.org ",
    ] {
        assert_eq!(address(text).as_str(), "priya@example.org");
    }
    assert_eq!(address("priya+jobs@example.org").local_part(), "priya+jobs");
    assert_eq!(address("jane@acme.example").domain(), "acme.example");
}

#[test]
fn the_wire_keeps_the_local_part_and_turns_the_domain_to_ascii() {
    let eai = address("Zoé@Bücher.Example");
    assert_eq!(eai.wire(), "Zoé@xn--bcher-kva.example");
    assert_eq!(eai.canonical(), "zoé@xn--bcher-kva.example");
    assert_eq!(eai.ascii_domain(), "xn--bcher-kva.example");
    assert!(!eai.is_ascii_local());
    assert!(address("zoe@bücher.example").is_ascii_local());
    assert_eq!(address("PRIYA@Example.org").canonical(), address("priya@example.org").canonical());
    assert_eq!(address("PRIYA@Example.org").wire(), "PRIYA@example.org");
}

#[test]
fn a_mailbox_is_read_in_the_forms_that_people_paste() {
    for (text, owner) in [
        ("Jane Doe <jane@acme.example>", Some("Jane Doe")),
        ("\"Doe, Jane\" <jane@acme.example>", Some("Doe, Jane")),
        ("Doe, Jane <jane@acme.example>", Some("Doe, Jane")),
        ("\"Dr. \\\"Bob\\\" \\\\ Doe\" <jane@acme.example>", Some("Dr. \"Bob\" \\ Doe")),
        ("'Jane Doe' <jane@acme.example>", Some("Jane Doe")),
        ("jane@acme.example (Jane Doe)", Some("Jane Doe")),
        ("jane@acme.example <jane@acme.example>", None),
        ("<jane@acme.example>", None),
        ("\"\" <jane@acme.example>", None),
        ("jane@acme.example", None),
    ] {
        let mailbox = Mailbox::parse(text).unwrap();
        assert_eq!(mailbox.address.as_str(), "jane@acme.example");
        assert_eq!(mailbox.name.as_ref().map(PersonName::as_str), owner, "{text}");
        assert_eq!(Mailbox::parse(&mailbox.to_string()), Ok(mailbox));
    }
}

#[test]
fn a_mailbox_of_two_people_or_of_none_is_refused() {
    for text in [
        "Jane <jane@acme.example>, Omar <omar@acme.example>",
        "Jane <jane@acme.example",
        "Omar Aziz",
        "ceo@example.net <jane@acme.example>",
        "Jane\r\nBcc: x <jane@acme.example>",
    ] {
        assert!(Mailbox::parse(text).is_err(), "{text}");
    }
    let unbracketed = Mailbox::parse("Jane Doe jane@acme.example").unwrap_err();
    assert_eq!(unbracketed.instead.as_deref(), Some("Jane Doe <jane@acme.example>"));
}

#[test]
fn a_person_needs_a_name_and_no_address() {
    assert_eq!(Mailbox::parse_person("Omar Aziz"), Ok((name("Omar Aziz"), None)));
    assert_eq!(Mailbox::parse_person("\"Omar Aziz\" <>"), Ok((name("Omar Aziz"), None)));
    let jane = (name("Jane Doe"), Some(address("jane@acme.example")));
    assert_eq!(Mailbox::parse_person("Jane Doe <jane@acme.example>"), Ok(jane));
    let nameless = Mailbox::parse_person("jane@acme.example").unwrap_err();
    assert!(nameless.message.contains("Name <jane@acme.example>"), "{nameless}");
}

#[test]
fn an_ordinary_person_raises_no_question() {
    for (name, address) in [
        ("Jane Doe", "jane@acme.example"),
        ("JD", "jd@mail.com"),
        ("Анна Каренина", "anna@пример.example"),
        ("Νίκος", "nikos@gmail.com"),
        ("Jörg Müller", "joerg@bücher.example"),
        ("Bob Smith, PhD", "bob@yahoo.co.uk"),
    ] {
        assert_eq!(asks(name, address), Vec::<String>::new(), "{name}");
    }
    assert_eq!(advice(Some(&name("Omar Aziz")), None, None), Vec::<String>::new());
}

#[test]
fn odd_names_are_asked_about() {
    for (name, ask) in [
        ("PRIYA RAO", "`PRIYA RAO` is all in capitals; `Priya Rao`?"),
        ("Test Test", "`Test Test`: is that a real person?"),
        ("Рriya Rао", "`Рriya Rао` mixes Latin letters with others that look like them"),
        ("Doe, Jane", "`Doe, Jane` stands last name first; `Jane Doe`?"),
    ] {
        assert_eq!(asks(name, "p@acme.example"), [ask]);
    }
}

#[test]
fn odd_addresses_are_asked_about() {
    for (address, ask) in [
        ("priya@gmial.com", "did you mean priya@gmail.com?"),
        ("priya@gmail.con", "did you mean priya@gmail.com?"),
        ("priya@acme.con", "did you mean priya@acme.com?"),
        ("hr.x@аррӏе.com", "it is really xn--80ak6aa92e.com"),
        ("x@аpple.com", "looks like another domain"),
        ("用户@例え.jp", "SMTPUTF8"),
        ("no-reply@greenhouse.io", "nobody reads answers"),
        ("jobs+42@acme.example", "belongs to a role"),
    ] {
        let asked = asks("Priya Rao", address);
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert!(asked[0].contains(ask), "{asked:?}");
    }
}

#[test]
fn a_note_to_oneself_is_asked_about() {
    let own = address("me@example.com");
    let asked = advice(None, Some(&address("ME@Example.com")), Some(&own));
    assert_eq!(asked, ["ME@Example.com is your own address"]);
}

#[test]
fn a_refusal_stands_on_one_line_whatever_was_typed() {
    for text in [
        "Priya\nX-Evil: 1",
        "Priya\nX <priya@example.org",
        "a@b.example\n<c@d.example> <e@f.example>",
        "Priya\u{1b}[2J <pri\nya>",
        "Priya\nRao <<priya@example.org>",
    ] {
        let taken = [Mailbox::parse(text).map(drop), Mailbox::parse_person(text).map(drop)];
        for refused in taken.into_iter().filter_map(Result::err) {
            assert!(!refused.message.chars().any(char::is_control), "{refused:?}");
        }
    }
    let refused = Mailbox::parse("Priya\nX-Evil: 1").unwrap_err();
    assert_eq!(refused.message, "`Priya\\u{a}X-Evil: 1` is not an address: it has no @");
    let refused = Mailbox::parse_person("Priya <\u{1b}[2J>").unwrap_err();
    assert_eq!(refused.message, "`\\u{1b}[2J` is not an address: it has no @");
}

proptest::proptest! {
    #[test]
    fn whatever_is_taken_can_stand_in_a_header(text in "\\PC{0,40}|[ -~]{0,40}|(?s).{0,20}") {
        if let Ok(name) = PersonName::parse(&text) {
            proptest::prop_assert!(!name.as_str().chars().any(|c| c.is_control()));
            proptest::prop_assert!(!name.first_word().is_empty() && !name.last_word().is_empty());
            proptest::prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
            advice(Some(&name), None, None);
        }
        let _ = Mailbox::parse_person(&text);
    }

    #[test]
    fn whatever_is_an_address_is_one_word_with_one_at(
        local in "[a-zA-Z0-9.!%<>\"@ \r\u{e9}\u{200b}_-]{0,12}",
        domain in "[a-z0-9.\\[\\]_\u{fc}-]{0,12}\\.(org|example|xn--p1ai)",
    ) {
        if let Ok(address) = EmailAddress::parse(&format!("{local}@{domain}")) {
            let wire = address.wire();
            proptest::prop_assert_eq!(wire.matches('@').count(), 1);
            proptest::prop_assert!(!wire.contains(|c: char| c.is_control() || c.is_whitespace() || "<>\",;:".contains(c)));
            proptest::prop_assert!(address.ascii_domain().is_ascii());
            let again = EmailAddress::parse(&wire).map(|wire| wire.canonical());
            proptest::prop_assert_eq!(again, Ok(address.canonical()));
            advice(None, Some(&address), None);
        }
    }
}

#[test]
fn an_address_with_its_own_brackets_between_brackets_is_one() {
    let mailbox = Mailbox::parse("Jane Doe <<jane@acme.example>>").unwrap();
    assert_eq!(mailbox.to_string(), "Jane Doe <jane@acme.example>");
    for text in
        ["Jane <<jane@acme.example>", "Jane <<<jane@acme.example>>>", "Jane << >>", "<<a@b.co>, <c@d.co>>"]
    {
        assert!(Mailbox::parse(text).is_err(), "{text}");
    }
}

#[test]
fn separators_of_a_mail_program_after_an_address_are_dropped() {
    for text in [
        "Jane Doe <jane@acme.example>;",
        "Jane Doe <jane@acme.example>,",
        " Jane Doe <jane@acme.example> ; ",
        "\"Jane Doe\" <jane@acme.example>;,",
        "jane@acme.example (Jane Doe);",
    ] {
        let (name, address) = Mailbox::parse_person(text).unwrap();
        let address = address.unwrap();
        assert_eq!((name.as_str(), address.as_str()), ("Jane Doe", "jane@acme.example"), "{text}");
    }
    assert_eq!(Mailbox::parse_person("Omar Aziz;").unwrap().0.as_str(), "Omar Aziz");
    assert_eq!(EmailAddress::parse("jane@acme.example;").unwrap().as_str(), "jane@acme.example");
    for two in ["a@b.example;c@d.example", "A <a@b.example>; C <c@d.example>", ";"] {
        assert!(Mailbox::parse_person(two).is_err(), "{two}");
    }
}

#[test]
fn a_name_that_was_encoded_elsewhere_is_refused_with_what_it_says() {
    for (text, meant) in [
        ("=?utf-8?q?J=C3=A4ne_Doe?= <jane@acme.example>", "Jäne Doe <jane@acme.example>"),
        ("\"=?utf-8?b?SsOkbmUgRG9l?=\" <jane@acme.example>", "\"Jäne Doe\" <jane@acme.example>"),
        ("J%C3%A4ne Doe <jane@acme.example>;", "Jäne Doe <jane@acme.example>;"),
        ("JÃ¤ne Doe <jane@acme.example>", "Jäne Doe <jane@acme.example>"),
        ("jane@acme.example (JÃ¤ne Doe)", "jane@acme.example (Jäne Doe)"),
        ("J&auml;ne Doe", "Jäne Doe"),
    ] {
        let refused = Mailbox::parse_person(text).unwrap_err();
        assert!(refused.message.starts_with("the name contains "), "{text}: {}", refused.message);
        assert_eq!(refused.instead.as_deref().map(str::trim), Some(meant), "{text}");
    }
    // What an earlier version recorded can still be read.
    assert!(Mailbox::parse("=?utf-8?q?J=C3=A4ne_Doe?= <jane@acme.example>").is_ok());
}

#[test]
fn a_mailbox_reads_back_as_it_is_written() {
    for name in
        ["Jo \"JJ\" Marsh", "\"Jo\"", "'Jo'", "Marsh, Jo", "\"JJ\" Marsh \"X\"", "Jo \\ Marsh", "O'Neil"]
    {
        let address = EmailAddress::parse("jo@example.com").unwrap();
        let mailbox = Mailbox { name: Some(PersonName::parse(name).unwrap()), address };
        assert_eq!(Mailbox::parse(&mailbox.to_string()).unwrap(), mailbox, "{name}");
    }
}
