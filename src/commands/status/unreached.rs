//! People whom no note has reached: never thanked, or it came back.

use std::collections::HashSet;

use super::{Line, Section, id_of_person};
use crate::domain::application::Application;
use crate::domain::inbound::is_fault_of_the_sender;
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::State;
use crate::domain::policy::Lateness;
use crate::flow::compose::{Desk, Item};

/// People met in an open application whose thanks never left, and for which it is too late now.
pub(super) fn never_thanked(desk: &Desk, items: &[Item]) -> Vec<Line> {
    let waiting = items
        .iter()
        .map(|item| &item.step)
        .filter(|step| step.kind == NoteKind::ThankYou)
        .map(|step| (step.application.as_str(), step.person.as_str(), step.round));
    let settled = desk
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::ThankYou)
        .filter(|note| note.state.has_left() && !is_mended(desk, note) || note.state == State::Unsure)
        .map(|note| (note.application.as_str(), note.person.as_str(), note.round));
    let known: HashSet<(&str, &str, u32)> = waiting.chain(settled).collect();
    let mut lines = Vec::new();
    for application in desk.applications.iter().filter(|application| application.is_open()) {
        for interview in application.interviews.iter().filter(|interview| interview.ended <= desk.now) {
            let people = match &application.agent {
                Some(agent) => vec![agent],
                None => interview.meetings.iter().map(|meeting| &meeting.person).collect(),
            };
            for person in people {
                if !known.contains(&(application.slug.as_str(), person.as_str(), interview.round)) {
                    let id = NoteId::new(&application.slug, person, NoteKind::ThankYou, interview.round, 1);
                    let text = match withdrawn(desk, application, person, interview.round) {
                        Some(why) => format!("never sent: {why}"),
                        None => {
                            let rule = (desk.rules)(application.country.as_deref());
                            let deadline = interview.ended + rule.policy.thank_you_within(interview);
                            let stamp = interview.zone.stamp(deadline.to_utc());
                            format!("never sent, and too late: due by {stamp}")
                        }
                    };
                    lines.push(Line {
                        section: Section::NotSent,
                        id: id_of_person(id.as_str()),
                        kind: NoteKind::ThankYou.name(),
                        text,
                        order: None,
                    });
                }
            }
        }
    }
    lines
}

/// Why their thank-you was taken back, where it was.
fn withdrawn(desk: &Desk, application: &Application, person: &str, round: u32) -> Option<String> {
    let its = |note: &&Note| note.person == person && note.round == round;
    let notes = desk.notes.of_application(&application.slug);
    let mut thanks = notes.filter(its).filter(|note| note.kind == NoteKind::ThankYou);
    thanks.find(|note| note.state == State::Withdrawn).and_then(|note| note.detail.clone())
}

/// A note that came back asks for another address (T15), as long as there is time for another note.
pub(super) fn came_back(desk: &Desk, note: &Note) -> (Section, String) {
    let text = format!("bounced: {}", note.detail.as_deref().unwrap_or_default());
    if is_mended(desk, note) {
        return (Section::Sent, text);
    }
    let Some(application) = desk.application(&note.application) else { return (Section::NotSent, text) };
    let is_over = application.interviews.last().is_some_and(|last| last.round > note.round);
    if note.kind.is_follow_up() && is_over {
        return (Section::Sent, text);
    }
    let rule = (desk.rules)(application.country.as_deref());
    let lateness = application.interview(note.round).map(|round| rule.policy.lateness(round, desk.now));
    if note.kind == NoteKind::ThankYou && lateness == Some(Lateness::TooLate) {
        return (Section::NotSent, text);
    }
    if note.detail.as_deref().is_some_and(is_fault_of_the_sender) {
        return (
            Section::Due,
            format!("{text}; the address may be right: check how your mail account sends"),
        );
    }
    let (slug, flag) = (&application.slug, if application.agent.is_some() { "--via" } else { "--with" });
    let name = application.recipient(&note.person).map_or("NAME", |person| person.name.as_str());
    (Section::Due, format!("{text}; another address? thanks add {slug} {flag} \"{name} <address>\""))
}

/// Whether a note came back, and its recipient has another address since.
fn is_mended(desk: &Desk, note: &Note) -> bool {
    let application = desk.application(&note.application);
    let known = application.and_then(|application| application.recipient(&note.person)?.address.as_ref());
    note.state == State::Bounced && known.is_some() && desk.is_readdressed(note)
}
