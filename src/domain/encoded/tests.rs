use super::*;

#[test]
fn what_was_encoded_elsewhere_is_decoded() {
    for (text, meant) in [
        ("=?utf-8?q?J=C3=A4ne_Doe?=", "Jäne Doe"),
        ("=?UTF-8?B?SsOkbmUgRG9l?=", "Jäne Doe"),
        ("=?UTF-8?B?SsOkbmUgRG9l?= =?utf-8?q?_x?=", "Jäne Doe x"),
        ("=?iso-8859-1?Q?J=E4ne?= Doe", "Jäne Doe"),
        ("=?windows-1252?Q?J=E4ne?= Doe", "Jäne Doe"),
        ("=?utf-8?q?J=C3=A4ne Doe?=", "Jäne Doe"),
        ("=?utf-8?q?Engineer?=", "Engineer"),
        ("J%C3%A4ne%20Doe", "Jäne Doe"),
        ("J%E4ne Doe", "Jäne Doe"),
        ("Jane%20Doe", "Jane Doe"),
        ("R%26D", "R&D"),
        ("J%u00e4ne", "Jäne"),
        ("JÃ¤ne Doe", "Jäne Doe"),
        ("MÃ¼ller", "Müller"),
        ("MÃ\u{9c}LLER", "MÜLLER"),
        ("Ã‰ric", "Éric"),
        ("JÃƒÂ¤ne", "Jäne"),
        ("JosÃ©", "José"),
        ("we donâ€™t", "we don’t"),
        ("billing â€“ Kafka", "billing – Kafka"),
        ("Åukasz", "Åukasz"),
        ("Å\u{81}ukasz", "Łukasz"),
        ("ÅukaszÄ™", "Åukaszę"),
        ("Ð˜Ð²Ð°Ð½", "Иван"),
        ("Î‘Î½Î½Î±", "Αννα"),
        ("å±±ç”°", "山田"),
        ("ðŸ‘‹ Jane", "👋 Jane"),
        ("J√§ne", "Jäne"),
        ("J├ñne", "Jäne"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("J&auml;ne", "Jäne"),
        ("J&#228;ne", "Jäne"),
        ("J&#xe4;ne", "Jäne"),
        ("J&amp;auml;ne", "Jäne"),
        ("don&rsquo;t", "don’t"),
        ("&Scaron;koda", "Škoda"),
        ("J=C3=A4ne", "Jäne"),
        ("J=E4ne", "Jäne"),
        ("J\\u00e4ne", "Jäne"),
        ("J\\u{e4}ne", "Jäne"),
        ("J\\U000000e4ne", "Jäne"),
        ("J\\xc3\\xa4ne", "Jäne"),
        ("J\\xe4ne", "Jäne"),
        ("J\\303\\244ne", "Jäne"),
        ("\\ud83d\\udc4b Jane", "👋 Jane"),
    ] {
        match encoded(text) {
            Some(found) => assert_eq!(found.decoded.as_deref(), Some(meant), "{text}"),
            None => assert_eq!(text, meant, "{text}: nothing found"),
        }
    }
}

#[test]
fn what_cannot_be_decoded_is_found_all_the_same() {
    for text in [
        "=?koi8-r?B?6dfBzg==?=",
        "=?utf-8?q?J=C3=A4ne",
        "=?utf-8?b?!!!!?=",
        "=?utf-8?q?a=0Ab?=",
        "J\u{fffd}ne",
        "donâ€\u{fffd}t",
    ] {
        let found = encoded(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(found.decoded, None, "{text}");
        assert!(text.contains(&found.found) && !found.found.is_empty());
    }
}

#[test]
fn honest_text_is_not_encoded() {
    for text in [
        "Jane Doe",
        "Jäne Döe",
        "José Ñandú",
        "Łukasz Żółć",
        "Ðorđe",
        "山田 太郎",
        "Иван Петров",
        "Αννα",
        "👋 👨‍👩‍👧",
        "50% off, 100%",
        "50%20 of it",
        "20%-30%",
        "a 5%C3 share",
        "A=B",
        "x=12, y=C3",
        "mode=AC",
        "E=mc²",
        "AT&T",
        "R&D; Q&A; P&L;",
        "Smith & Sons; Ltd",
        "Tom&Jerry;",
        "what?=why",
        "=?",
        "is a == b ? c : d",
        "C:\\users\\jane",
        "\\alpha and \\x",
        "AC\\DC",
        "https://acme.example/J%C3%A4ne%20Doe?a=C3=A4",
        "«CAFÉ»",
        "«CAFÉ»…",
        "le café… prêt à «l’été»…",
        "Il a payé\u{a0}£50 au café\u{a0}».",
        "3×½ and 3×\u{a0}5",
        "HYVÄ…",
        "AMANHû",
        "São Paulo – naïve café’s",
        "Ângela",
        "Ã",
        "√2 and √x",
        "1 Å = 0.1 nm",
        "C++ & C#",
        "50 €™",
    ] {
        assert_eq!(encoded(text), None, "{text}");
    }
}
