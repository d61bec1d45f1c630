//! A glance at a header, only to choose what else to fetch. Judging a message is done elsewhere,
//! on the same octets and with a real parser.

use super::Wanted;
use super::query::OWN_IDS;

/// Why the beginning of a text is worth fetching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// A report on a message that did not arrive, by its form or its sender.
    Report,
    /// Written by a machine in answer to what is wanted.
    Automatic,
    Ordinary,
}

pub(super) fn nature(header: &[u8], wanted: &Wanted) -> Nature {
    let fields = Fields::of(header);
    let from = fields.all("from").to_lowercase();
    let is_report = fields.all("content-type").to_lowercase().contains("multipart/report")
        || ["mailer-daemon", "postmaster"].iter().any(|name| from.contains(name))
        || fields.has("x-failed-recipients")
        || fields.all("return-path").replace(' ', "") == "<>";
    let submitted = fields.all("auto-submitted").to_lowercase();
    let is_automatic = !(submitted.is_empty() || submitted == "no")
        || fields.has("x-autoreply")
        || fields.has("x-autorespond")
        || fields.all("precedence").eq_ignore_ascii_case("auto_reply");
    match (is_report, is_automatic) {
        (true, _) => Nature::Report,
        (false, true) if concerns(&fields, &from, wanted) => Nature::Automatic,
        (false, _) => Nature::Ordinary,
    }
}

/// Whether a copy bears one of these ids.
pub(super) fn bears(header: &[u8], ids: &[&str]) -> bool {
    let fields = Fields::of(header);
    let own: Vec<String> = OWN_IDS.iter().map(|name| fields.all(&name.to_lowercase())).collect();
    ids.iter().any(|id| own.iter().any(|own| own.contains(&bracketed(id))))
}

/// Whether a copy is addressed to `address`, and not just to one that ends like it.
pub(super) fn is_to(header: &[u8], address: &str) -> bool {
    let fields = Fields::of(header);
    let to = format!("{}, {}", fields.all("to"), fields.all("cc")).to_lowercase();
    let address = address.to_lowercase();
    let outside = |c: char| c.is_whitespace() || "<>,;:\"()".contains(c);
    to.split(outside).any(|word| word == address)
}

fn concerns(fields: &Fields, from: &str, wanted: &Wanted) -> bool {
    let answered = format!("{} {}", fields.all("in-reply-to"), fields.all("references"));
    wanted.message_ids.iter().any(|id| answered.contains(&bracketed(id)))
        || wanted.addresses.iter().chain(&wanted.domains).any(|who| from.contains(&who.to_lowercase()))
}

fn bracketed(id: &str) -> String {
    format!("<{}>", id.trim().trim_start_matches('<').trim_end_matches('>'))
}

/// The fields of a header, unfolded; names in lower case.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(header: &[u8]) -> Fields {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(header).lines() {
            match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
                (true, Some((_, value)), _) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (false, _, Some((name, value))) => {
                    fields.push((name.trim().to_lowercase(), value.trim().to_owned()));
                }
                _ => {}
            }
        }
        Fields(fields)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All values of a field, joined by blanks.
    fn all(&self, name: &str) -> String {
        let values: Vec<&str> =
            self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim()).collect();
        values.join(" ").trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            addresses: vec!["jane@acme.example".into()],
            domains: vec!["agency.example".into()],
            message_ids: vec!["<one@example.com>".into()],
        }
    }

    fn nature_of(header: &str) -> Nature {
        nature(format!("{header}\r\n\r\n").as_bytes(), &wanted())
    }

    #[test]
    fn a_bounce_shows_by_its_form_its_sender_or_its_empty_return_path() {
        for header in [
            "Content-Type: multipart/report;\r\n\treport-type=delivery-status",
            "content-type: Multipart/Report",
            "From: Mail Delivery System <MAILER-DAEMON@mx.example>",
            "From: postmaster@mx.example",
            "Return-Path: <>",
            "Return-Path: < >",
            "X-Failed-Recipients: jane@acme.example",
        ] {
            assert_eq!(nature_of(header), Nature::Report, "{header}");
        }
    }

    #[test]
    fn only_an_automatic_answer_from_somebody_wanted_has_its_text_read() {
        let out = "Auto-Submitted: auto-replied\r\n";
        for who in [
            "From: Jane <JANE@acme.example>",
            "From: x@mail.agency.example",
            "From: a@b.test\r\nReferences: <zero@x>\r\n <one@example.com>",
            "From: a@b.test\r\nIn-Reply-To:\r\n <one@example.com>",
        ] {
            assert_eq!(nature_of(&format!("{out}{who}")), Nature::Automatic, "{who}");
        }
        assert_eq!(nature_of(&format!("{out}From: shop@else.example")), Nature::Ordinary);
        assert_eq!(nature_of("Auto-Submitted: no\r\nFrom: jane@acme.example"), Nature::Ordinary);
        assert_eq!(nature_of("From: jane@acme.example\r\nPrecedence: bulk"), Nature::Ordinary);
        assert_eq!(nature_of("From: jane@acme.example\r\nPrecedence: auto_reply"), Nature::Automatic);
    }

    #[test]
    fn an_id_is_found_in_each_field_that_may_bear_it_and_only_whole() {
        let ids = ["<one@example.com>", "two@example.com"];
        for header in [
            "Message-Id:\r\n <one@example.com>\r\n\r\n",
            "X-Microsoft-Original-Message-ID: <two@example.com>\r\n\r\n",
            "X-Google-Original-Message-ID: <one@example.com>\r\n\r\n",
        ] {
            assert!(bears(header.as_bytes(), &ids), "{header}");
        }
        for header in [
            "References: <one@example.com>\r\n\r\n",
            "Message-ID: <one@example.com.evil>\r\n\r\n",
            "Message-ID: <twenty-one@example.com>\r\n\r\n",
            "",
        ] {
            assert!(!bears(header.as_bytes(), &ids), "{header}");
        }
    }

    #[test]
    fn an_address_that_only_ends_alike_is_somebody_else() {
        let to = |value: &str| is_to(format!("To: {value}\r\n\r\n").as_bytes(), "jane@acme.example");
        assert!(to("Jane Doe <Jane@ACME.example>"));
        assert!(to("a@b.test,\r\n jane@acme.example"));
        assert!(!to("mary-jane@acme.example"));
        assert!(!to("jane@acme.example.org"));
        assert!(is_to(b"Cc: jane@acme.example\r\n", "jane@acme.example"));
    }
}
