//! Why a note isn't sent although its time has come: what stops the timer, and what a follow-up lacks.

use std::collections::HashSet;

use anyhow::Result;

use crate::adapters::config::Config;
use crate::adapters::store::{Question, Store};
use crate::domain::note::Note;
use crate::domain::outbox::State;
use crate::domain::policy::Step;
use crate::domain::text::printable;
use crate::flow::refusal::{Attempted, Side};

/// What keeps notes from being sent.
pub(super) struct Obstacles {
    has_mailbox: bool,
    /// Why the last look failed.
    pub trouble: Option<String>,
    /// Whether a server refused the login, so that the timer leaves it alone.
    reading_refused: bool,
    sending_refused: bool,
    /// Applications with a mail that only you can judge.
    asked: HashSet<String>,
}

impl Obstacles {
    pub fn of(config: Option<&Config>, store: &Store, questions: &[Question]) -> Result<Obstacles> {
        let asked = questions.iter().map(|question| question.mail.application.clone()).collect();
        let mut obstacles = Obstacles {
            has_mailbox: false,
            trouble: None,
            reading_refused: false,
            sending_refused: false,
            asked,
        };
        let Some(config) = config else { return Ok(obstacles) };
        let is_refused = |side, host: &str, port, user: Option<String>| match user {
            Some(user) => Attempted::is_remembered(side, (host, port), &user, config.auth.method, store),
            None => Ok(false),
        };
        if let Some(smtp) = &config.smtp {
            obstacles.sending_refused = is_refused(Side::Sending, &smtp.host, smtp.port, config.smtp_user())?;
        }
        if let Some(imap) = &config.imap {
            obstacles.has_mailbox = true;
            obstacles.trouble = store.mailbox_trouble()?.map(|why| printable(&why));
            obstacles.reading_refused = is_refused(Side::Reading, &imap.host, imap.port, config.imap_user())?;
        }
        Ok(obstacles)
    }

    /// What holds a note, and what to type.
    pub fn why(&self, step: &Step, note: Option<&Note>) -> Option<String> {
        let is_approved = note.is_some_and(|note| note.state == State::Approved);
        if is_approved && self.sending_refused {
            let again = "thanks init takes a new password, thanks send tries the old one";
            return Some(format!("the mail server refused the login, so the timer waits; {again}"));
        }
        if !step.kind.is_follow_up() {
            return None;
        }
        let slug = &step.application;
        if self.asked.contains(slug) {
            return Some("a mail from them may be a reply; thanks sync asks you about it".to_owned());
        }
        match &self.trouble {
            Some(why) if self.reading_refused => Some(format!(
                "{why}, so the timer waits; thanks init takes a new password, thanks sync tries the old one"
            )),
            Some(why) => Some(format!("the mailbox could not be read: {why}; thanks sync tries again")),
            None if is_approved && !self.has_mailbox => {
                Some(format!("there is no mailbox to look for a reply in; thanks nudge {slug} asks you"))
            }
            None => None,
        }
    }
}
