//! Messages that only their owner can judge: asked on a terminal, left open without one.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::News;
use crate::adapters::store::{Question, Store};
use crate::adapters::terminal::Terminal;
use crate::domain::inbound::MailKind;
use crate::domain::text::printable;
use crate::domain::view;
use crate::domain::zone::Zone;

/// The open questions about an application's answers.
pub fn of_application(store: &Store, slug: &str) -> Result<Vec<Question>> {
    let mut questions = store.questions()?;
    questions.retain(|question| question.mail.application == slug && question.mail.kind != MailKind::Copy);
    Ok(questions)
}

/// Asks each question if somebody is there; returns those that stay open, and what was withdrawn
/// for those that were answers.
pub fn ask(
    store: &mut Store,
    terminal: &Terminal,
    questions: Vec<Question>,
    zone: &Zone,
    now: DateTime<FixedOffset>,
) -> Result<(Vec<Question>, Vec<News>)> {
    if !terminal.is_interactive() {
        return Ok((questions, Vec::new()));
    }
    let (mut open, mut news) = (Vec::new(), Vec::new());
    for question in questions {
        let mail = &question.mail;
        terminal.say(&format!("{}: {}", mail.application, view::mail_text(mail, zone)));
        terminal.say(&format!("  {}", printable(&mail.detail)));
        let hint = "`thanks sync` asks on a terminal";
        let prompt = match (mail.kind, &mail.note) {
            (MailKind::Copy, Some(note)) => format!("Is this {note}? [y]es, it was sent [n]o [l]ater: "),
            (MailKind::Away, _) => "Shall the follow-ups stop for it? [y]es [n]o [l]ater: ".to_owned(),
            (MailKind::Unread, _) => "Is there a reply from them in it? [y]es [n]o [l]ater: ".to_owned(),
            _ => "Is it an answer? [y]es [n]o [l]ater: ".to_owned(),
        };
        match (terminal.choose(&prompt, "ynl", hint)?, mail.kind, &mail.note) {
            ('y', MailKind::Copy, Some(note)) => store.settle_as_sent(&question, note)?,
            ('y', ..) => {
                let withdrawn = store.settle_as_answer(&question, now)?;
                news.push(News { mail: mail.clone(), withdrawn });
            }
            ('n', ..) => store.settle_as_nothing(&question)?,
            _ => open.push(question),
        }
    }
    Ok((open, news))
}
