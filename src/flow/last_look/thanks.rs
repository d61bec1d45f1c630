//! Thank-yous and what the person thanked has written since the interview: it is asked about before
//! the note leaves, and holds the note where nobody can be asked.

use anyhow::Result;

use super::{Held, LastLook};
use crate::adapters::store::Question;
use crate::domain::inbound::{MailKind, holds_thank_you};
use crate::domain::note::Note;
use crate::domain::view;
use crate::flow::listen;

impl LastLook<'_> {
    /// Whether a thank-you has to wait for its owner, by what the record holds after a look.
    pub(super) fn crosses_an_answer(&mut self, note: &Note) -> Result<Option<Held>> {
        let open = self.answers_before(note)?.into_iter().filter(is_open).collect::<Vec<_>>();
        let (open, news) = listen::ask(self.store, self.terminal, open, self.zone, self.now)?;
        for news in &news {
            self.say_news(news);
        }
        if let Some(question) = open.first() {
            let why = view::question_text(&question.mail, self.zone);
            return Ok(Some(held(note, why)));
        }
        for answer in self.answers_before(note)? {
            let mail = view::mail_text(&answer.mail, self.zone);
            let why = format!("they wrote after the interview: {mail}");
            if !self.terminal.is_interactive() {
                return Ok(Some(held(note, why)));
            }
            self.terminal.say(&format!("{}: {why}", note.application));
            let prompt = format!("Send {} anyway? [y]es [n]o: ", note.id);
            match self.terminal.choose(&prompt, "yn", &hint(note))? {
                'y' => self.store.settle_as_nothing(&answer)?,
                _ => return Ok(Some(held(note, why))),
            }
        }
        Ok(None)
    }

    fn answers_before(&self, note: &Note) -> Result<Vec<Question>> {
        let Some(application) = self.store.application(&note.application)? else { return Ok(Vec::new()) };
        let mut answers = self.store.possible_answers(&note.application)?;
        answers.retain(|answer| holds_thank_you(&answer.mail, note, &application));
        Ok(answers)
    }
}

/// Whether nobody has said yet what it is.
fn is_open(question: &Question) -> bool {
    question.is_open && question.mail.kind != MailKind::Answer
}

fn held(note: &Note, why: String) -> Held {
    Held::Asked { why, hint: hint(note) }
}

fn hint(note: &Note) -> String {
    let (id, slug) = (&note.id, &note.application);
    format!(
        "`thanks send {id}` on a terminal asks; or record what they wrote: `thanks heard {slug} --next-round`, `--decision WORDS`, `--answered`"
    )
}
