//! M02 to M06.

use super::*;

#[test]
fn the_salutation_must_be_the_recipients_name_to_the_letter() {
    for greeting in ["Hi Jana,", "Hi Omar,", "Hi jane,", "Dear Jane Dow,", "Jan,"] {
        assert_eq!(with_greeting(greeting), [("wrong-name", Block)], "{greeting}");
    }
    for greeting in ["Hi Jane,", "Dear Jane Doe,", "Hello again, Jane!", "Good morning Jane,", "Jane,"] {
        assert_eq!(with_greeting(greeting), [], "{greeting}");
    }
}

#[test]
fn diacritics_of_a_name_count_and_their_encoding_does_not() {
    let mut case = case();
    case.app.people[0].name = PersonName::parse("Ren\u{e9} Doe").unwrap();
    case.note.body = BODY.replace("Jane", "Rene\u{301}");
    assert_eq!(case.found(), []);
    case.note.body = BODY.replace("Jane", "Rene");
    assert_eq!(case.found(), [("wrong-name", Block)]);
}

#[test]
fn nobody_is_greeted_impersonally() {
    for greeting in
        ["To whom it may concern,", "Dear Sir or Madam,", "Dear Hiring Manager,", "Hi there,", "Hi team,"]
    {
        assert_eq!(with_greeting(greeting), [("salutation", Block)], "{greeting}");
    }
    let mut case = case();
    case.note.body = BODY.replace("Hi Jane,\n\n", "");
    assert_eq!(case.found(), [("salutation", Block)]);
}

#[test]
fn only_a_recorded_honorific_is_used() {
    assert_eq!(with_greeting("Dear Ms. Doe,"), [("honorific", Block)]);
    assert_eq!(with_sentence("I told Mr. Aziz about it."), [("honorific", Block)]);
    let mut case = case();
    case.app.people[0].honorific = Some("Dr.".to_owned());
    case.note.body = BODY.replace("Hi Jane,", "Dear Dr Doe,");
    assert_eq!(case.found(), []);
    case.note.body = BODY.replace("Hi Jane,", "Dear Mrs. Doe,");
    assert_eq!(case.found(), [("honorific", Block)]);
}

#[test]
fn another_company_of_the_store_blocks() {
    let mut case = case();
    case.others = vec![("globex", "Globex, Inc.", Company)];
    case.note.body = BODY.replace("If anything", "That is what draws me to Globex. If anything");
    let findings = case.findings();
    let line = Some((5, "what draws me to Globex".to_owned()));
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].name, findings[0].id, findings[0].severity), ("wrong-company", "M04", Block));
    assert_eq!(findings[0].line, line);
    assert_eq!(findings[0].message, "names another company of yours");

    case.note.body = BODY.to_owned();
    case.note.subject = "Thank you for the GLOBEX interview".to_owned();
    assert_eq!(case.findings()[0].message, "names another company of yours in the subject");
}

#[test]
fn another_person_of_the_store_blocks_by_full_name() {
    let others = [("globex", "Grace Hill", Someone)];
    assert_eq!(with_sentence_beside("Grace Hill said the same.", &others), [("wrong-person", Block)]);
    assert_eq!(with_sentence_beside("You have the grace hill of it.", &others), []);
    assert_eq!(with_sentence_beside("Grace was there too.", &[("globex", "Grace", Someone)]), []);
}

#[test]
fn words_of_the_language_are_not_companies() {
    let others = [
        ("a", "Target", Company),
        ("b", "Box", Company),
        ("c", "Notion", Company),
        ("d", "square", Company),
        ("e", "Indeed", Company),
        ("f", "Will Mark", Someone),
    ];
    for sentence in [
        "The target is a box of square size.",
        "I have no notion of it.",
        "Indeed it was good.",
        "Target dates move.",
        "Boxes and Notions are fine.",
        "Targeted work helps.",
    ] {
        assert_eq!(with_sentence_beside(sentence, &others), [], "{sentence}");
    }
    for sentence in ["I like how Target works.", "It draws me to Square."] {
        assert_eq!(with_sentence_beside(sentence, &others), [("wrong-company", Block)], "{sentence}");
    }
}

#[test]
fn names_that_the_record_contains_are_exempt() {
    let mut case = case();
    case.others = vec![
        ("kafka", "Kafka", Company),
        ("acme-2", "Acme", Company),
        ("x", "Doe", Company),
        ("globex", "Globex", Company),
        ("y", "Omar Aziz", Someone),
        ("acme", "Elsewhere", Company),
    ];
    case.app.interviews[0].meetings[0].topics[0].fit = Some("I moved billing at Globex".to_owned());
    case.note.body = BODY.replace(
        "If anything",
        "I moved billing at Globex, as Omar Aziz and Elsewhere at Acme know. If anything",
    );
    assert_eq!(case.found(), []);
}

#[test]
fn near_misses_of_recorded_names_are_asked_about() {
    for sentence in ["The Platfrom team is good.", "It is an Engineeer role.", "I am Jo Marsch."] {
        assert_eq!(with_sentence(sentence), [("near-miss", Ask)], "{sentence}");
    }
    let mut case = case();
    case.app.company = "Northwind Traders".to_owned();
    case.note.body = BODY.replace("If anything", "I like Nortwind Trader's way. If anything");
    assert_eq!(case.findings()[0].message, "writes Nortwind; the record has Northwind");
    assert_eq!(case.found(), [("near-miss", Ask)]);
}

#[test]
fn dates_plurals_and_other_words_are_no_near_misses() {
    for sentence in [
        "We spoke on March 5.",
        "Platforms and Engineers matter.",
        "The platfrom is small.",
        "Acne is not a company.",
        "Engineering is fun.",
    ] {
        assert_eq!(with_sentence(sentence), [], "{sentence}");
    }
}

#[test]
fn another_company_is_found_without_its_legal_form() {
    for name in [
        "Globex Incorporated",
        "Globex Oy",
        "Globex S.R.L.",
        "Globex NV",
        "Globex Pty Ltd",
        "Globex (Pty) Ltd",
        "Globex GmbH & Co. KG",
        "Globex Sp. z o.o.",
        "Globex A/S",
        "Globex Holdings, Inc.",
        "Globex Group",
        "UAB Globex",
    ] {
        let found = with_sentence_beside("That is what draws me to Globex.", &[("globex", name, Company)]);
        assert_eq!(found, [("wrong-company", Block)], "{name}");
    }
    let ordinary = [("capital", "Capital Group", Company), ("man", "Man Group plc", Company)];
    assert_eq!(with_sentence_beside("Capital is scarce. Man is not.", &ordinary), []);
}

#[test]
fn names_are_compared_in_any_case_and_script() {
    for (name, sentence) in [
        ("Straße AG", "I like STRASSE, and also STRAßE."),
        ("ΟΔΟΣ", "I like Οδος."),
        ("İpek", "I like İPEK."),
        ("Größe & Söhne", "I like GRÖSSE, and also GRÖßE & SÖHNE's way."),
        ("株式会社豊田", "I like 豊田."),
    ] {
        let found = with_sentence_beside(sentence, &[("x", name, Company)]);
        assert_eq!(found, [("wrong-company", Block)], "{name}");
    }
    for sentence in ["I like Globexes.", "I like Eglobex.", "I like Globex2."] {
        assert_eq!(with_sentence_beside(sentence, &[("x", "Globex", Company)]), [], "{sentence}");
    }
}

#[test]
fn a_name_inside_another_name_is_found_too() {
    let others = [("a", "Globex Data", Company), ("b", "Data Works", Company), ("c", "Globex", Company)];
    let mut case = case();
    case.others = others.to_vec();
    case.note.body = BODY.replace("If anything", "I like Globex Data Works. If anything");
    // "Globex" and "Globex Data" read the same in the report.
    assert_eq!(case.found(), [("wrong-company", Block); 2]);
    case.app.interviews[0].meetings[0].topics[0].why = Some("of Globex Data Works".to_owned());
    assert_eq!(case.found(), []);
}

#[test]
fn a_name_of_two_other_applications_is_reported_once() {
    let others = [("a", "Globex", Company), ("b", "Globex Inc.", Company), ("acme", "Globex", Company)];
    assert_eq!(with_sentence_beside("I like Globex.", &others), [("wrong-company", Block)]);
    assert_eq!(with_sentence_beside("I like Globex.", &[("acme", "Globex", Company)]), []);
}
