//! Messages that only their owner can judge: asked on a terminal, left open without one.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::News;
use crate::adapters::store::{Question, Store};
use crate::adapters::terminal::Terminal;
use crate::domain::inbound::{Mail, MailKind};
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
    // What was said of a mail that any of several applications may wait for, said once for all.
    let mut said: BTreeMap<i64, Said> = BTreeMap::new();
    for question in questions {
        match said.get(&question.id) {
            Some(Said::Settled) => continue,
            Some(Said::Later) => {
                open.push(question);
                continue;
            }
            None => {}
        }
        let mail = &question.mail;
        terminal.say(&format!("{}: {}", mail.application, view::mail_text(mail, zone)));
        terminal.say(&format!("  {}", printable(&mail.detail)));
        let hint = "`thanks sync` asks on a terminal";
        let sharing = sharing(store, mail)?;
        if sharing.len() > 1 {
            let (now_said, replies) = ask_for_all(store, terminal, &sharing, hint, now)?;
            news.extend(replies);
            said.extend(sharing.iter().map(|shared| (shared.id, now_said)));
            if now_said == Said::Later {
                open.push(question);
            }
            continue;
        }
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Settled,
    Later,
}

/// The open questions about one mail that could not be read.
fn sharing(store: &Store, mail: &Mail) -> Result<Vec<Question>> {
    let mut questions = store.questions()?;
    let is_same = |other: &Mail| other.kind == MailKind::Unread && other.key == mail.key;
    questions.retain(|question| is_same(&question.mail) && mail.kind == MailKind::Unread);
    Ok(questions)
}

fn ask_for_all(
    store: &mut Store,
    terminal: &Terminal,
    sharing: &[Question],
    hint: &str,
    now: DateTime<FixedOffset>,
) -> Result<(Said, Vec<News>)> {
    let names: Vec<&str> = sharing.iter().map(|question| question.mail.application.as_str()).collect();
    let prompt = format!("Is there a reply from any of {} in it? [y]es [n]o [l]ater: ", names.join(", "));
    let mut news = Vec::new();
    let answer = terminal.choose(&prompt, "ynl", hint)?;
    if answer == 'l' {
        return Ok((Said::Later, news));
    }
    for question in sharing {
        let slug = &question.mail.application;
        let is_theirs = || {
            Ok::<_, anyhow::Error>(terminal.choose(&format!("From {slug}? [y]es [n]o: "), "yn", hint)? == 'y')
        };
        if answer == 'y' && is_theirs()? {
            let withdrawn = store.settle_as_answer(question, now)?;
            news.push(News { mail: question.mail.clone(), withdrawn });
        } else {
            store.settle_as_nothing(question)?;
        }
    }
    Ok((Said::Settled, news))
}
