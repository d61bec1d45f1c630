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
        (News::NextRound, "2026-03-10T10:00:00-04:00", NoteKind::NextRoundReply),
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

#[test]
fn each_country_has_the_numbers_of_its_customs() {
    let numbers = |country| {
        let policy = Policy::for_country(country);
        (
            policy.nudge_after_business_days,
            policy.close_out_after_business_days,
            policy.after_decision_business_days,
            policy.follow_ups,
        )
    };
    for country in [None, Some(""), Some("US"), Some("GB"), Some("SE")] {
        assert_eq!(numbers(country), (5, 7, 2, 2), "{country:?}");
    }
    for country in ["DE", "AT", "CH", "de-by", " DE "] {
        assert_eq!(numbers(Some(country)), (10, 10, 3, 1), "{country}");
    }
    assert_eq!(numbers(Some("FR")), (7, 7, 3, 2));
    assert_eq!(numbers(Some("ES")), (7, 7, 2, 2));
    assert_eq!(numbers(Some("JP")), (7, 7, 1, 1));
}

#[test]
fn an_only_follow_up_is_a_nudge_and_no_farewell() {
    let steps = steps_in(Some("DE"), &acme(ENDED), &thanked(), "2026-03-09T10:00:00-04:00");
    assert_eq!(steps[0].kind, NoteKind::Nudge);
}

#[test]
fn a_round_whose_thanks_were_all_withdrawn_is_followed_up_and_no_other() {
    let next = |people: &[&str], past: &[Past]| -> Vec<String> {
        let mut application = acme(ENDED);
        application.interviews = vec![round(1, ENDED, &zone("America/New_York"), people)];
        let steps = steps_at(&application, past, "2026-03-09T10:00:00-04:00");
        steps.iter().map(|step| format!("{} {}", step.kind.name(), step.person)).collect()
    };
    let withdrawn = |kind, person| Past { sent_at: None, ..note(kind, person, State::Withdrawn, ENDED) };
    let thanks = |person| withdrawn(NoteKind::ThankYou, person);

    assert_eq!(next(&["jane"], &[thanks("jane")]), ["nudge jane"]);
    assert_eq!(next(&["jane", "omar"], &[thanks("jane"), thanks("omar")]), ["nudge jane"]);
    assert_eq!(next(&["jane", "omar"], &[thanks("omar")]), ["thank-you jane"]);
    let a_nudge = withdrawn(NoteKind::Nudge, "jane");
    assert_eq!(next(&["jane", "omar"], &[a_nudge, thanks("omar")]), ["thank-you jane"]);
    assert_eq!(next(&[], &[]), [""; 0], "nobody was met, so nobody was thanked");
}

#[test]
fn their_answer_to_a_nudge_is_followed_up_sooner_than_their_silence() {
    let application = hears(acme(ENDED), News::Answered, "2026-03-13T11:00:00-04:00");
    assert_eq!(
        only(&steps_at(&application, &nudged("2026-03-12T10:00:00-04:00"), "2026-03-16T10:00:00-04:00")),
        "close-out jane, Fri 20 Mar 10:00 EDT; 5 business days after their answer of Fri 13 Mar"
    );
}

#[test]
fn a_late_thank_you_does_not_overtake_their_date_as_a_follow_up_does() {
    let application = decides(acme(ENDED), "tomorrow", "2026-03-05");
    let past = [
        sent(NoteKind::ThankYou, "jane", "2026-03-09T10:00:00-04:00"),
        sent(NoteKind::ThankYou, "omar", "2026-03-09T10:00:00-04:00"),
    ];
    assert_eq!(
        only(&steps_at(&application, &past, "2026-03-09T12:00:00-04:00")),
        "nudge jane, Thu 12 Mar 10:00 EDT; 3 business days after the thank-you of Mon 9 Mar"
    );
}

#[test]
fn a_reply_to_a_rejection_waits_a_day_after_the_last_note() {
    let application = hears(acme(ENDED), News::Rejected, "2026-03-05T17:00:00-05:00");
    assert_eq!(
        only(&steps_at(&application, &thanked(), "2026-03-05T17:00:00-05:00")),
        "rejection-reply jane, Fri 6 Mar 16:00 EST; 24 hours after the last note to the same person"
    );
}

#[test]
fn news_of_two_weeks_ago_are_still_replied_to_and_older_ones_are_not() {
    for (news, kind) in
        [(News::Rejected, NoteKind::RejectionReply), (News::NextRound, NoteKind::NextRoundReply)]
    {
        let application = hears(acme(ENDED), news, "2026-03-10T10:00:00-04:00");
        let kinds = |now| -> Vec<NoteKind> {
            steps_at(&application, &thanked(), now).into_iter().map(|step| step.kind).collect()
        };
        assert_eq!(kinds("2026-03-24T10:00:00-04:00"), [kind]);
        assert_eq!(kinds("2026-03-24T10:00:01-04:00"), []);
    }
}

#[test]
fn an_agent_is_thanked_once_for_all_who_were_met_and_not_where_nobody_was() {
    let mut application = acme(ENDED);
    application.agent = Some("ann".to_owned());
    let thanked = |application: &Application| -> Vec<String> {
        steps_at(application, &[], ENDED).into_iter().map(|step| step.person).collect()
    };
    assert_eq!(thanked(&application), ["ann"]);
    application.interviews[0].meetings.clear();
    assert_eq!(thanked(&application), [""; 0]);
}
