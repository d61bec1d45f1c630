//! Names and addresses: what is taken prints and is read again as itself, and stands in a message
//! as what it is. What is offered instead of a refused one would be taken.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use thanks::adapters::mime::{self, MimeError, Outgoing};
use thanks::domain::address::{EmailAddress, Mailbox, PersonName, Refused, advice};
use thanks::domain::text::printable;

fuzz_target!(|text: &str| {
    match EmailAddress::parse(text) {
        Ok(address) => check_address(&address),
        Err(refused) => {
            check_refused(&refused);
            if let Some(instead) = refused.instead {
                let taken = EmailAddress::parse(&instead);
                assert!(taken.is_ok() || may_be_refused_again(&taken), "{instead:?}: {taken:?}");
            }
        }
    }
    match Mailbox::parse(text) {
        Ok(mailbox) => check_mailbox(&mailbox),
        Err(refused) => check_refused(&refused),
    }
    match Mailbox::parse_person(text) {
        Ok((name, address)) => {
            check_name(&name);
            if let Some(address) = address {
                check_mailbox(&Mailbox { name: Some(name), address });
            }
        }
        Err(refused) => check_refused(&refused),
    }
    match PersonName::parse(text) {
        Ok(name) => check_name(&name),
        Err(refused) => check_refused(&refused),
    }
});

/// One thing is mended at a time. What is offered for an unseen character is the rest of the text,
/// which may hold the word itself.
fn may_be_refused_again(taken: &Result<EmailAddress, Refused>) -> bool {
    taken.as_ref().is_err_and(|refused| !refused.message.starts_with("the address holds an invisible"))
}

fn check_address(address: &EmailAddress) {
    let text = address.as_str();
    assert_eq!(printable(text), text, "it hides something");
    assert!(!text.contains(|c: char| c.is_control() || c.is_whitespace()), "{text:?}");
    assert_eq!(text.matches('@').count(), 1, "{text:?}");
    assert_eq!(format!("{}@{}", address.local_part(), address.domain()), text);
    assert!(address.local_part().len() <= 64 && address.wire().len() <= 254, "{text:?}");
    assert!(address.ascii_domain().is_ascii(), "{text:?}");
    assert_eq!(EmailAddress::parse(text).as_ref(), Ok(address));
    for form in [address.wire(), address.canonical()] {
        let same = EmailAddress::parse(&form);
        assert!(same.is_ok_and(|same| same.canonical() == address.canonical()), "{text:?} as {form:?}");
    }
}

fn check_name(name: &PersonName) {
    let text = name.as_str();
    assert_eq!(printable(text), text, "it hides something");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(!text.is_empty() && text.chars().count() <= 200, "{text:?}");
    assert_eq!(PersonName::parse(text).as_ref(), Ok(name));
    assert!(text.contains(name.first_word()) && text.contains(name.last_word()), "{text:?}");
    assert!(!name.first_word().is_empty(), "{text:?}");
}

/// Read again and written into a message it is the same person at the same address.
fn check_mailbox(mailbox: &Mailbox) {
    check_address(&mailbox.address);
    if let Some(name) = &mailbox.name {
        check_name(name);
    }
    for line in advice(mailbox.name.as_ref(), Some(&mailbox.address), Some(&mailbox.address)) {
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    let wire = mime::build(&Outgoing {
        from: mailbox,
        to: mailbox,
        subject: "Thank you",
        body: "Thank you.",
        message_id: "<a@b.example>",
        in_reply_to: None,
        references: &[],
        date: DateTime::UNIX_EPOCH.fixed_offset(),
    });
    match wire {
        Ok(wire) => {
            let read = mime::parse(&wire).unwrap();
            assert_eq!(read.to.len(), 1, "{mailbox}");
            assert_eq!(read.to[0].address.replace(['"', '\\'], ""), mailbox.address.wire());
        }
        Err(MimeError::Unfit(_)) => {}
        Err(MimeError::Bug(what)) => panic!("{mailbox:?}: {what}"),
    }
}

fn check_refused(refused: &Refused) {
    assert!(!refused.message.is_empty());
    assert!(!refused.message.chars().any(char::is_control), "{:?}", refused.message);
}
