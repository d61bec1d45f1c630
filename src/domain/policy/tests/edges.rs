//! Where one rule ends and the next begins: the same instant, the other kind of news, the note
//! that never left.

use super::*;

#[test]
fn a_rejection_stands_until_they_invite_again_or_meet_again() {
    let rejected = || hears(acme(ENDED), News::Rejected, "2026-03-10T10:00:00-04:00");
    let next = |application: &Application| -> Vec<NoteKind> {
        let steps = steps_at(application, &thanked(), "2026-03-11T12:00:00-04:00");
        steps.into_iter().map(|step| step.kind).collect()
    };
    assert_eq!(next(&rejected()), [NoteKind::RejectionReply]);
    for (news, when, then) in [
        (News::NextRound, "2026-03-11T10:00:00-04:00", NoteKind::NextRoundReply),
        (News::NextRound, "2026-03-10T10:00:00-04:00", NoteKind::RejectionReply),
        (News::NextRound, "2026-03-09T10:00:00-04:00", NoteKind::RejectionReply),
        (News::Answered, "2026-03-11T10:00:00-04:00", NoteKind::RejectionReply),
        (News::Wrote, "2026-03-11T10:00:00-04:00", NoteKind::RejectionReply),
    ] {
        assert_eq!(next(&hears(rejected(), news, when)), [then], "{news:?} {when}");
    }

    let new_york = zone("America/New_York");
    for (met, then) in [
        ("2026-03-10T10:00:00-04:00", vec![NoteKind::RejectionReply]),
        ("2026-03-10T10:00:01-04:00", vec![NoteKind::ThankYou]),
        ("2026-03-11T12:00:00-04:00", vec![NoteKind::ThankYou]),
        ("2026-03-11T12:00:01-04:00", vec![NoteKind::RejectionReply]),
    ] {
        let mut application = rejected();
        application.interviews.push(round(2, met, &new_york, &["jane"]));
        assert_eq!(next(&application), then, "a round of {met}");
    }
}

#[test]
fn without_a_contact_the_one_who_was_thanked_first_in_that_round_is_asked() {
    let asked = |past: &[Past]| only(&steps_at(&acme(ENDED), past, "2026-03-09T10:00:00-04:00"));
    let mut past = vec![
        sent(NoteKind::ThankYou, "omar", "2026-03-05T16:00:00-05:00"),
        sent(NoteKind::ThankYou, "jane", "2026-03-05T16:01:00-05:00"),
    ];
    assert!(asked(&past).starts_with("nudge omar,"), "{}", asked(&past));

    past.push(Past { round: 7, ..sent(NoteKind::ThankYou, "jane", "2026-03-05T15:59:00-05:00") });
    assert!(asked(&past).starts_with("nudge omar,"), "what was sent about another round does not count");

    past.truncate(1);
    past.push(Past { sent_at: None, ..note(NoteKind::ThankYou, "jane", State::Withdrawn, ENDED) });
    assert!(asked(&past).starts_with("nudge omar,"), "what never left does not count");
}
