//! What came of the mailbox.

use super::Page;
use crate::commands::App;
use crate::commands::sync::Report;
use crate::domain::inbound::{MailKind, is_fault_of_the_sender};
use crate::domain::text::printable_line;
use crate::domain::view;

pub fn sync(report: &Report, app: &App) -> Page {
    let mut page = Page::default();
    for news in &report.told {
        page.data.push_str(&view::news_text(&news.mail, &news.withdrawn, &app.zone));
        page.data.push('\n');
        let slug = &news.mail.application;
        match news.mail.kind {
            MailKind::Answer | MailKind::Courtesy | MailKind::Doubtful => page.talk.push_str(&format!(
                "next: thanks heard {slug} --decision WORDS, --rejected or --next-round\n"
            )),
            MailKind::Bounce if is_fault_of_the_sender(&news.mail.detail) => {
                page.talk.push_str(
                    "next: check how your mail account sends; the note is not sent again by itself\n",
                );
            }
            MailKind::Bounce => {
                page.talk.push_str(&format!(
                    "next: thanks edit {slug} mends the address; it is not sent again by itself\n"
                ));
            }
            _ => {}
        }
    }
    for settled in &report.settled {
        let stamp =
            settled.sent_at.map(|at| format!(", {}", app.zone.stamp(at.to_utc()))).unwrap_or_default();
        let why = printable_line(&settled.detail);
        page.data.push_str(&format!("{} recorded as {}{stamp}; {why}\n", settled.note, settled.state));
    }
    for note in &report.filed {
        page.data.push_str(&format!("{note}: a copy was put into Sent\n"));
    }
    for mail in &report.open {
        page.data.push_str(&format!("{}: {}?\n", mail.application, question(mail.kind)));
        page.data.push_str(&format!(
            "  {}; {}\n",
            view::mail_text(mail, &app.zone),
            printable_line(&mail.detail)
        ));
        let slug = &mail.application;
        page.talk.push_str(&match (mail.kind, &mail.note) {
            (MailKind::Copy, Some(note)) => format!("next: thanks mark {note} sent, or … not-sent\n"),
            _ => format!("next: thanks heard {slug} --answered, or thanks nudge {slug} --no-answer\n"),
        });
    }
    for note in &report.in_doubt {
        page.talk.push_str(&format!(
            "in doubt: {note}; no copy was found, which proves nothing: thanks mark {note} sent, or … not-sent\n"
        ));
    }
    for warning in &report.warnings {
        page.talk.push_str(&format!("warning: {}\n", printable_line(warning)));
    }
    if page.data.is_empty() {
        page.data.push_str("mailbox read: nothing new\n");
    }
    page
}

fn question(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Copy => "is this a note of yours",
        MailKind::Away => "shall the follow-ups stop",
        MailKind::Unread => "is there a reply in mail that can't be read",
        _ => "is this an answer",
    }
}
