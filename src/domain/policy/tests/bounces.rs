//! Notes that came back, and the new address.

use super::*;
use crate::domain::address::EmailAddress;

const OLD: &str = "jane@acme.example";
const NOW: &str = "2026-03-05T18:00:00-05:00";

fn address(text: &str) -> Option<EmailAddress> {
    Some(EmailAddress::parse(text).unwrap())
}

/// Acme, where Jane has this address.
fn acme_with(jane: &str) -> Application {
    let mut application = acme(ENDED);
    application.people[0].address = address(jane);
    application
}

/// The thank-you to Jane came back from her old address.
fn came_back() -> Vec<Past> {
    let mut past = thanked();
    past[0].state = State::Bounced;
    past[0].to = address(OLD);
    past
}

#[test]
fn a_note_that_came_back_is_not_written_again_to_the_same_address() {
    for jane in [OLD, "JANE@ACME.example"] {
        assert_eq!(steps_at(&acme_with(jane), &came_back(), NOW), [], "{jane}");
    }
    let mut without = acme(ENDED);
    without.people[0].address = None;
    assert_eq!(steps_at(&without, &came_back(), NOW), []);
}

#[test]
fn at_another_address_the_thank_you_is_a_new_note_and_due_at_once() {
    let steps = steps_at(&acme_with("jane.doe@acme.example"), &came_back(), NOW);
    let thanks: Vec<&Step> = steps.iter().filter(|step| step.kind == NoteKind::ThankYou).collect();
    assert_eq!(thanks.len(), 1, "{steps:#?}");
    assert_eq!(thanks[0].note_id().as_str(), "acme/jane/thank-you-2");
    assert_eq!(thanks[0].earliest, at("2026-03-05T17:45:00-05:00"), "she has had none within a day");
    assert_eq!(thanks[0].timing, Timing::Open);

    let mut past = came_back();
    let again = sent(NoteKind::ThankYou, "jane", "2026-03-05T18:05:00-05:00");
    past.push(Past { to: address("jane.doe@acme.example"), ..again });
    let steps = steps_at(&acme_with("jane.doe@acme.example"), &past, NOW);
    assert_eq!(only(&steps).split(',').next(), Some("nudge omar"), "both are thanked");
}

#[test]
fn a_nudge_that_came_back_was_none() {
    let mut past = nudged("2026-03-12T10:00:00-04:00");
    past[2].state = State::Bounced;
    past[2].to = address(OLD);
    let now = "2026-03-16T11:00:00-04:00";
    assert_eq!(steps_at(&acme_with(OLD), &past, now), []);
    let steps = steps_at(&acme_with("jane.doe@acme.example"), &past, now);
    assert_eq!(
        only(&steps),
        "nudge jane, Thu 12 Mar 10:00 EDT; 5 business days after the thank-you of Thu 5 Mar"
    );
    assert_eq!(steps[0].note_id().as_str(), "acme/jane/nudge-2");
}

#[test]
fn what_was_stopped_for_a_dead_address_goes_to_the_new_one() {
    let mut past = came_back();
    past.push(Past {
        round: 2,
        to: address(OLD),
        sent_at: None,
        ..note(NoteKind::ThankYou, "jane", State::Withdrawn, NOW)
    });
    let second_round = |jane: &str| {
        let mut application = acme_with(jane);
        application.interviews.push(round(2, ENDED, &zone("America/New_York"), &["jane"]));
        let steps = steps_at(&application, &past, NOW);
        steps.iter().filter(|step| step.round == 2).map(|step| step.note_id().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(second_round(OLD), Vec::<String>::new());
    assert_eq!(second_round("jane.doe@acme.example"), ["acme/jane/2/thank-you-2"]);
}

#[test]
fn a_second_thank_you_is_nobody_else_s_first() {
    let id = |person: &str, ordinal| NoteId::new("acme", person, NoteKind::ThankYou, 1, ordinal);
    assert_ne!(id("jane-doe", 2), id("jane-doe-2", 1));
    assert_eq!(id("jane", 1).as_str(), "acme/jane");
}
