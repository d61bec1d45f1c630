//! What a person means by `acme/jane`, `jane` or `acme`: names typed on the command line, found
//! among what comes next and what has been.

use anyhow::Result;

use super::compose::{Desk, Item};
use crate::domain::application::Application;
use crate::domain::note::{Note, NoteKind};
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text;

impl Desk {
    /// The items that the names mean, each once; every item of the wanted kinds where no name is
    /// given.
    pub fn choose(&self, names: &[String], wanted: impl Fn(NoteKind) -> bool) -> Result<Vec<Item>> {
        let items: Vec<Item> = self.items().into_iter().filter(|item| wanted(item.step.kind)).collect();
        if names.is_empty() {
            return Ok(items);
        }
        let mut chosen: Vec<Item> = Vec::new();
        for name in names {
            for item in self.named(name, &items)? {
                if !chosen.iter().any(|known| known.id == item.id) {
                    chosen.push(item);
                }
            }
        }
        Ok(chosen)
    }

    fn named(&self, name: &str, items: &[Item]) -> Result<Vec<Item>> {
        let matching: Vec<Item> = items.iter().filter(|item| means(name, item)).cloned().collect();
        let mut people: Vec<&str> = matching.iter().map(|item| item.step.application.as_str()).collect();
        people.sort_unstable();
        people.dedup();
        if people.len() > 1 {
            let ids: Vec<String> = matching.iter().map(|item| item.id.to_string()).collect();
            return Err(Problem::new(Kind::NotFound, format!("{name} means more than one note"))
                .detail(format!("it may be {}", ids.join(", ")))
                .into());
        }
        if matching.is_empty() { Err(self.unknown(name, items).into()) } else { Ok(matching) }
    }

    /// Why a name means nothing that comes next: the note may have left, or not exist.
    fn unknown(&self, name: &str, items: &[Item]) -> Problem {
        let waits = self.items().iter().any(|item| means(name, item));
        let mut settled = self.notes.iter().rev().filter(|note| !note.state.is_pending());
        let last = settled.find(|note| is_named(note, name) || (!waits && note.application == name));
        if let Some(note) = last {
            if note.state == State::Unsure {
                let id = &note.id;
                return Problem::new(Kind::NeedsYou, format!("{id} is in doubt: it may have been sent"))
                    .detail("it was not offered again")
                    .hint(format!("look for your copy, then `thanks mark {id} sent` or `… not-sent`"));
            }
            let when = note.sent_at.map(|at| format!(", {}", self.sender.zone.stamp(at.to_utc())));
            return Problem::new(
                Kind::Declined,
                format!("{} is {}{}", note.id, note.state.name(), when.unwrap_or_default()),
            )
            .detail("nothing was sent now")
            .hint(format!("`thanks show {}` tells its story", note.application));
        }
        if waits {
            return Problem::new(Kind::Declined, format!("{name}: something else comes next"))
                .detail("nothing was sent")
                .hint("`thanks status` says what, and when");
        }
        if let Some(application) = self.application(name) {
            let over = if application.is_open() { "nothing comes next" } else { "it is closed" };
            return Problem::new(Kind::Declined, format!("{name}: {over}"))
                .hint(format!("`thanks show {name}` tells its story"));
        }
        let candidates: Vec<&str> = items.iter().map(|item| item.id.as_str()).chain(self.slugs()).collect();
        let nearest = text::nearest(name, candidates.iter().copied());
        let problem = Problem::new(Kind::NotFound, format!("no note or application {name}"));
        match nearest {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None if candidates.is_empty() => problem.hint("`thanks add` records an interview"),
            None => problem.hint(format!("there is {}", candidates.join(", "))),
        }
    }

    fn slugs(&self) -> impl Iterator<Item = &str> {
        self.applications.iter().filter(|a| a.is_open()).map(|application| application.slug.as_str())
    }
}

/// An application by its name, or the error that says what there is.
pub fn application<'a>(applications: &'a [Application], slug: &str) -> Result<&'a Application, Problem> {
    applications.iter().find(|application| application.slug == slug).ok_or_else(|| {
        let problem = Problem::new(Kind::NotFound, format!("no application {slug}"));
        match text::nearest(slug, applications.iter().map(|application| application.slug.as_str())) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None if applications.is_empty() => problem.hint("`thanks add` records an interview"),
            None => {
                let slugs: Vec<&str> = applications.iter().map(|a| a.slug.as_str()).collect();
                problem.hint(format!("there is {}", slugs.join(", ")))
            }
        }
    })
}

/// `acme/jane` by itself or as `jane`, and nothing that follows it.
fn is_named(note: &Note, name: &str) -> bool {
    let id = note.id.as_str();
    id == name || id.split_once('/').is_some_and(|(_, rest)| rest == name)
}

/// `acme/jane`, `jane` (with what follows, as in `jane/nudge`), or `acme` for all of them.
fn means(name: &str, item: &Item) -> bool {
    let id = item.id.as_str();
    let (application, person) = (item.step.application.as_str(), item.step.person.as_str());
    // As `status` names it, also where it is written anew.
    let is_their_thanks =
        item.step.kind == NoteKind::ThankYou && name.split_once('/') == Some((application, person));
    id == name
        || is_their_thanks
        || item.step.application == name
        || id.split_once('/').is_some_and(|(_, rest)| rest == name)
        || item.step.person == name
}
