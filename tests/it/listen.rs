//! The mailbox, through the program itself: what came is found, said and acted upon once, and what
//! could not be read stops every follow-up.

use std::fs;

use crate::imap_server::{At, Fault, ImapServer};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft, state};
use crate::smtp_server::{self, SmtpServer, Transport};

mod copies;
mod doubts;
mod follow_ups;
mod news;
mod odd;
mod replies;
mod thanks;

/// When the follow-up is due.
const DUE: &str = "2026-03-23T14:06:00Z";
const FRIDAY: &str = " 6-Mar-2026 15:00:00 +0000";

/// A home with both servers, and what stands in them.
pub struct House {
    pub sandbox: Sandbox,
    pub smtp: SmtpServer,
    imap: ImapServer,
}

impl House {
    /// Jane's thank-you was drafted, nothing was sent.
    fn drafted() -> House {
        House::with(SmtpServer::builder().transport(Transport::Plain).start(), "none")
    }

    fn with(smtp: SmtpServer, sent_copy: &str) -> House {
        let sandbox = Sandbox::new();
        let imap = ImapServer::builder().folder("Sent", "\\Sent").start();
        sandbox.use_servers(&smtp, &imap, sent_copy);
        acme(&sandbox);
        draft(&sandbox);
        House { sandbox, smtp, imap }
    }

    /// Jane was thanked on Thursday.
    pub fn thanked() -> House {
        let house = House::drafted();
        let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
        house
    }

    /// The follow-up is due, and was shown.
    pub fn due() -> House {
        let mut house = House::thanked();
        house.sandbox.set_now(DUE);
        draft(&house.sandbox);
        house
    }

    /// The id of a note, as the record has it.
    fn id(&self, note: &str) -> String {
        let status = self.sandbox.run(&["status", "--json"]).json();
        let notes = status["notes"].as_array().unwrap();
        let note = notes.iter().find(|known| known["id"] == note).unwrap();
        note["message_id"].as_str().unwrap().to_owned()
    }

    /// An answer of Jane's in the thread.
    pub fn jane_answers(&self, text: &str) {
        let id = self.id("acme/jane");
        self.imap.deliver(
            "INBOX",
            FRIDAY,
            &format!(
                "From: Jane Doe <jane@acme.example>\nTo: jo@example.com\nSubject: Re: Thank you\n\
                 Message-ID: <re-1@acme.example>\nIn-Reply-To: {id}\n\n{text}\n"
            ),
        );
    }

    /// A server gives a note back: Jane has no mailbox there.
    pub fn comes_back(&self, note: &str) {
        let id = self.id(note);
        self.imap.deliver(
            "INBOX",
            FRIDAY,
            &format!(
                "From: MAILER-DAEMON@mx.example\nTo: jo@example.com\nSubject: Undelivered Mail Returned to Sender\n\
                 Message-ID: <dsn@mx.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
                 --b\nContent-Type: text/plain\n\nIt failed.\n\
                 --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
                 Final-Recipient: rfc822; jane@acme.example\nAction: failed\nStatus: 5.1.1\n\
                 Diagnostic-Code: smtp; 550 5.1.1 no such user\n\
                 --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {id}\n\n--b--\n"
            ),
        );
    }

    pub fn sync(&self, code: i32) -> String {
        self.sandbox.run(&["sync"]).exits(code).talks_somehow().text()
    }
}
