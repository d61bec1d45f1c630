use proptest::prelude::*;

use super::*;
use crate::domain::address::PersonName;

fn mailbox_of(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn date() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-03-05T15:54:00-05:00").unwrap()
}

fn built(subject: &str, body: &str) -> Result<Vec<u8>, MimeError> {
    let (from, to) = (mailbox_of("Jo Marsh <jo@example.com>"), mailbox_of("Jane Doe <jane@acme.example>"));
    build(&Outgoing {
        from: &from,
        to: &to,
        subject,
        body,
        message_id: "<abc@example.com>",
        in_reply_to: None,
        references: &[],
        date: date(),
    })
}

#[test]
fn a_note_becomes_these_bytes_and_no_others() {
    let expected = "From: \"Jo Marsh\" <jo@example.com>\r\n\
        To: \"Jane Doe\" <jane@acme.example>\r\n\
        Subject: Thank you\r\n\
        Date: Thu, 5 Mar 2026 15:54:00 -0500\r\n\
        Message-ID: <abc@example.com>\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\
        \r\n\
        Hi Jane,\r\n\
        \r\n\
        1 =3D 1, caf=C3=A9\r\n\
        .\r\n";
    let bytes = built("Thank you", "Hi Jane,\n\n1 = 1, caf\u{e9}\n.\n\n").unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    assert_eq!(built("Thank you", "a\rb\r\nc").unwrap(), built("Thank you", "a\nb\nc\n").unwrap());
}

#[test]
fn an_answer_names_the_thread_and_reads_back() {
    let (from, to) = (mailbox_of("J\u{f6} O'Neil <jo@example.com>"), mailbox_of("jane@acme.example"));
    let references = ["<a@b>".to_owned(), "<c@d>".to_owned()];
    let bytes = build(&Outgoing {
        from: &from,
        to: &to,
        subject: "Re: Gr\u{fc}\u{df}e \u{1f44b}",
        body: "ja",
        message_id: "<e@f>",
        in_reply_to: Some("<c@d>"),
        references: &references,
        date: date(),
    })
    .unwrap();
    let read = parse(&bytes).unwrap();
    assert_eq!(read.subject, "Re: Gr\u{fc}\u{df}e \u{1f44b}");
    assert_eq!(read.from, [Party { name: Some("J\u{f6} O'Neil".into()), address: "jo@example.com".into() }]);
    assert_eq!(read.to, [Party { name: None, address: "jane@acme.example".into() }]);
    assert_eq!(read.message_id.as_deref(), Some("<e@f>"));
    assert_eq!(read.in_reply_to.as_deref(), Some("<c@d>"));
    assert_eq!(read.references, references);
    assert_eq!(read.body, "ja\n");
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("User-Agent") && !text.contains("Bcc") && text.is_ascii());
}

#[test]
fn a_new_date_changes_the_date_line_and_nothing_else() {
    let bytes = built("Thank you", "Date: is a word here\n\nDate: and here").unwrap();
    let later = DateTime::parse_from_rfc3339("2026-12-31T23:59:59+01:00").unwrap();
    let text = String::from_utf8(with_date(&bytes, later)).unwrap();
    let expected = String::from_utf8(bytes.clone())
        .unwrap()
        .replace("Date: Thu, 5 Mar 2026 15:54:00 -0500", "Date: Thu, 31 Dec 2026 23:59:59 +0100");
    assert_eq!(text, expected);
    assert_eq!(with_date(&bytes, date()), bytes);
}

#[test]
fn what_would_forge_a_header_or_break_a_line_is_refused() {
    for subject in ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "a\u{85}b"] {
        assert!(matches!(built(subject, "x"), Err(MimeError::Unfit(_))), "{subject:?}");
    }
    assert!(matches!(built(&"x".repeat(2000), "x"), Err(MimeError::Unfit(_))));
    assert_eq!(built("s", " \n\r\n"), Err(MimeError::Unfit("the text is empty".into())));
    for id in ["", "a@b", "<a>", "<a@b> <c@d>", "<a b@c>", "<a@b>\r\nBcc: <c@d>", "<\u{e4}@b>"] {
        assert!(require_id(id).is_err(), "{id:?}");
    }
}

#[test]
fn a_message_that_reads_differently_is_never_let_out() {
    let bytes = built("Thank you", "x").unwrap();
    let (from, to) = (mailbox_of("Jo Marsh <jo@example.com>"), mailbox_of("Jane Doe <jane@acme.example>"));
    let meant = |subject, to| Outgoing {
        from: &from,
        to,
        subject,
        body: "x",
        message_id: "<abc@example.com>",
        in_reply_to: None,
        references: &[],
        date: date(),
    };
    assert_eq!(verify(&bytes, &meant("Thank you", &to), "x"), Ok(()));
    assert!(matches!(verify(&bytes, &meant("Thank you!", &to), "x"), Err(MimeError::Bug(_))));
    assert!(matches!(verify(&bytes, &meant("Thank you", &from), "x"), Err(MimeError::Bug(_))));
    assert!(matches!(verify(&bytes, &meant("Thank you", &to), "y"), Err(MimeError::Bug(_))));
    let two = String::from_utf8(bytes.clone()).unwrap().replacen("Subject", "To: x@y.example\r\nSubject", 1);
    assert!(matches!(verify(two.as_bytes(), &meant("Thank you", &to), "x"), Err(MimeError::Bug(_))));
    let lone = String::from_utf8(bytes).unwrap().replacen("\r\n\r\nx", "\r\n\r\n\nx", 1);
    assert_eq!(
        verify(lone.as_bytes(), &meant("Thank you", &to), "x"),
        Err(MimeError::Bug("a lone LF".into()))
    );
}

fn from_line(name: &str) -> String {
    let (from, to) = (
        Mailbox { name: Some(PersonName::parse(name).unwrap()), ..mailbox_of("jo@example.com") },
        mailbox_of("Jane Doe <jane@acme.example>"),
    );
    let bytes = build(&Outgoing {
        from: &from,
        to: &to,
        subject: "Thank you",
        body: "x",
        message_id: "<abc@example.com>",
        in_reply_to: None,
        references: &[],
        date: date(),
    })
    .unwrap();
    let read = parse(&bytes).unwrap();
    assert_eq!(read.from, [Party { name: Some(name.into()), address: "jo@example.com".into() }], "{name}");
    let text = String::from_utf8(bytes).unwrap();
    text.split("\r\nTo: ").next().unwrap().to_owned()
}

#[test]
fn names_with_quotes_and_commas_are_quoted() {
    for (name, line) in [
        ("Jo", "From: Jo <jo@example.com>"),
        ("Marsh, Jo", "From: \"Marsh, Jo\" <jo@example.com>"),
        ("Jo Marsh, PhD", "From: \"Jo Marsh, PhD\" <jo@example.com>"),
        ("Jo \"JJ\" O'Neil \\ (x)", "From: \"Jo \\\"JJ\\\" O'Neil \\\\ (x)\" <jo@example.com>"),
        ("Jörg Marsh", "From: =?utf-8?q?J=C3=B6rg_Marsh?= <jo@example.com>"),
        ("=?utf-8?q?Jo?=", "From: =?utf-8?b?PT91dGYtOD9xP0pvPz0=?= <jo@example.com>"),
        ("山田太郎", "From: =?utf-8?b?5bGx55Sw5aSq6YOO?= <jo@example.com>"),
    ] {
        assert_eq!(from_line(name), line);
    }
}

#[test]
fn long_names_fold_at_spaces() {
    let line = from_line("Jürgen Maximilian von der Überstraße-Großmann, Diplom-Ingenieur für Straßenbau");
    assert_eq!(
        line,
        "From: =?utf-8?q?J=C3=BCrgen_Maximilian_von_der?=\r\n \
         =?utf-8?q?_=C3=9Cberstra=C3=9Fe-Gro=C3=9Fmann=2C_Diplom-Ingenieur?=\r\n \
         =?utf-8?q?_f=C3=BCr_Stra=C3=9Fenbau?= <jo@example.com>"
    );
    let plain = from_line("Jo Marsh of the Long Names ".repeat(7).trim());
    assert!(plain.lines().all(|line| line.len() <= 78) && plain.lines().count() > 2, "{plain}");
    // Nothing to fold at: between characters, never inside one.
    for letters in ["ü".repeat(190), "山".repeat(190), "👋".repeat(100)] {
        let long = from_line(&format!("J{letters}"));
        assert!(long.lines().all(|line| line.len() <= 78), "{long}");
        for word in long.split(['\r', '\n', ' ']).filter(|word| word.starts_with("=?")) {
            let header = format!("Subject: {word}\r\n\r\nx");
            assert!(!parse(header.as_bytes()).unwrap().subject.contains('\u{fffd}'), "{word}");
        }
    }
}

#[test]
fn a_subject_that_would_be_decoded_is_refused() {
    for subject in ["=?utf-8?q?J=C3=A4ne?=", "Thank you =?utf-8?b?SsOkbmU=?="] {
        assert!(matches!(built(subject, "x"), Err(MimeError::Unfit(_))), "{subject}");
    }
    assert!(built("what=?why?=", "x").is_ok());
}

proptest! {
    #[test]
    fn every_name_is_written_on_short_lines_and_reads_back(
        name in "[\\p{L}\"\\\\,;()=?.'-]{1,90}( [\\p{L}\"\\\\,;()=?.'-]{1,40}){0,5}",
    ) {
        prop_assume!(PersonName::parse(&name).is_ok_and(|parsed| parsed.as_str() == name));
        let line = from_line(&name);
        prop_assert!(line.lines().all(|line| line.len() <= 78 && line.is_ascii()), "{line}");
    }

    #[test]
    fn every_printable_subject_and_text_is_built_and_reads_back(
        subject in "[^\\p{C}\\p{Z}]([^\\p{C}\\p{Z}]| ){0,80}",
        body in "([^\\p{Cc}]|\n| \n|\\.\n|=|\t){0,200}x",
    ) {
        let bytes = built(&subject, &body).unwrap();
        prop_assert!(bytes.is_ascii() && bytes.ends_with(b"\r\n") && !bytes.ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
    }
}
