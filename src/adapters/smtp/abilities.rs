//! What a server said it can do, and the commands that announce a message to it.

use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};

use super::{Message, Phase, Refusal, Reply};
use crate::domain::address::EmailAddress;
use crate::domain::delivery_failure::{Cause, Flaw, Obstacle};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    pub pipelining: bool,
    pub starttls: bool,
    smtputf8: bool,
    eight_bit: bool,
    size_known: bool,
    /// The largest message that it takes, if it says so.
    largest: Option<usize>,
    pub mechanisms: Vec<String>,
}

impl Abilities {
    /// What the lines after the first of an EHLO reply offer; keywords in any case.
    pub fn of(lines: &[String]) -> Abilities {
        let mut abilities = Abilities::default();
        for line in lines.iter().skip(1) {
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or_default() {
                "PIPELINING" => abilities.pipelining = true,
                "STARTTLS" => abilities.starttls = true,
                "SMTPUTF8" => abilities.smtputf8 = true,
                "8BITMIME" => abilities.eight_bit = true,
                "SIZE" => {
                    abilities.size_known = true;
                    // RFC 1870: 0 means no fixed limit.
                    abilities.largest = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                }
                "AUTH" => abilities.mechanisms.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        abilities
    }

    /// The commands that announce a message, or why the server would refuse it: what it said in
    /// EHLO is as good as a reply.
    pub fn announcement(&self, message: &Message<'_>) -> Result<Vec<(Phase, String)>, Refusal> {
        let refuse = |phase, cause, code, text: String| Refusal { phase, reply: Reply { code, text }, cause };
        let of_sender = (Phase::Mail, Cause::Account(Obstacle::Sender));
        let of_recipient = (Phase::Rcpt, Cause::Note(Flaw::Address));
        let size = message.wire.len();
        if let Some(largest) = self.largest.filter(|largest| size > *largest) {
            let text =
                format!("the message has {size} octets, the server takes at most {largest}; not offered");
            return Err(refuse(Phase::Mail, Cause::Note(Flaw::Size), 552, text));
        }
        let address = |address: &EmailAddress, (phase, cause)| {
            let wire = address.wire();
            let why = || format!("{wire} cannot stand in an envelope; not offered");
            wire.parse::<Address>().map_err(|_| refuse(phase, cause, 553, why()))
        };
        let (from, to) = (address(message.from, of_sender)?, address(message.to, of_recipient)?);
        let mut parameters = Vec::new();
        if self.size_known {
            parameters.push(MailParameter::Size(size));
        }
        let addresses: [(&str, _); 2] = [(from.as_ref(), of_sender), (to.as_ref(), of_recipient)];
        if let Some((_, (phase, cause))) = addresses.into_iter().find(|(address, _)| !address.is_ascii()) {
            if !self.smtputf8 {
                let text = "the server takes no addresses beyond ASCII (SMTPUTF8); not offered";
                return Err(refuse(phase, cause, 553, text.into()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !message.wire.is_ascii() {
            if !self.eight_bit {
                let text = "the server takes no 8-bit text; not offered".to_owned();
                return Err(refuse(Phase::Mail, Cause::Note(Flaw::Content), 554, text));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(vec![
            (Phase::Mail, Mail::new(Some(from), parameters).to_string()),
            (Phase::Rcpt, Rcpt::new(to, Vec::new()).to_string()),
            (Phase::Data, Data.to_string()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_of_ehlo_are_known_in_any_case() {
        let lines = ["mail.example", "pipelining", "Size 1000", "auth=login", "AUTH Plain XOAUTH2", "x"];
        let known = Abilities::of(&lines.map(str::to_owned));
        assert!(known.pipelining && known.size_known && !known.starttls);
        assert_eq!(known.largest, Some(1000));
        assert_eq!(known.mechanisms, ["LOGIN", "PLAIN", "XOAUTH2"]);
        assert_eq!(Abilities::of(&["h".to_owned(), "SIZE 0".to_owned()]).largest, None);
    }

    #[test]
    fn a_message_of_just_the_largest_size_is_announced_and_a_larger_one_is_not() {
        let jane = EmailAddress::parse("jane@acme.example").unwrap();
        let able = Abilities::of(&["mail.example".to_owned(), "SIZE 4".to_owned()]);
        let announce = |wire| able.announcement(&Message { from: &jane, to: &jane, wire });
        let commands = announce(b"a\r\nb").unwrap();
        assert_eq!(commands[0].1, "MAIL FROM:<jane@acme.example> SIZE=4\r\n");
        let refusal = announce(b"a\r\nbc").unwrap_err();
        assert_eq!((refusal.reply.code, refusal.cause), (552, Cause::Note(Flaw::Size)));
        assert_eq!(refusal.reply.text, "the message has 5 octets, the server takes at most 4; not offered");
    }

    #[test]
    fn letters_beyond_ascii_are_announced_where_the_server_takes_them() {
        let (jane, rene) = ("jane@acme.example", "ren\u{e9}@acme.example");
        let (jane, rene) = (EmailAddress::parse(jane).unwrap(), EmailAddress::parse(rene).unwrap());
        let message = Message { from: &jane, to: &rene, wire: "\u{e9}\r\n".as_bytes() };
        let able = |words: &[&str]| {
            let lines: Vec<String> = ["mail.example"].iter().chain(words).map(|w| (*w).to_owned()).collect();
            Abilities::of(&lines).announcement(&message).map(|commands| commands[0].1.clone())
        };
        assert_eq!(
            able(&["SMTPUTF8", "8BITMIME"]).unwrap(),
            "MAIL FROM:<jane@acme.example> SMTPUTF8 BODY=8BITMIME\r\n"
        );
        let refused = |words: &[&str]| able(words).map_err(|refusal| (refusal.reply.code, refusal.cause));
        assert_eq!(refused(&["8BITMIME"]), Err((553, Cause::Note(Flaw::Address))));
        assert_eq!(refused(&["SMTPUTF8"]), Err((554, Cause::Note(Flaw::Content))));
        let backwards = Message { from: &rene, to: &jane, wire: b"" };
        let refusal = Abilities::default().announcement(&backwards).unwrap_err();
        assert_eq!((refusal.phase, refusal.cause), (Phase::Mail, Cause::Account(Obstacle::Sender)));
    }
}
