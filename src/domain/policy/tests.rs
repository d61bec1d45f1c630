mod bounces;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::domain::address::PersonName;
use crate::domain::application::{Decision, Heard, Tone};
use crate::domain::interview::{End, InterviewKind, Meeting};
use crate::domain::person::Person;
use crate::domain::words;

mod edges;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(text: &str) -> DateTime<FixedOffset> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn round(number: u32, ended: &str, zone: &Zone, people: &[&str]) -> Interview {
    Interview {
        round: number,
        ended: zone.at(at(ended).to_utc()),
        zone: zone.clone(),
        end: End::Told,
        kind: InterviewKind::Video,
        meetings: people
            .iter()
            .map(|person| Meeting { person: (*person).to_owned(), topics: Vec::new() })
            .collect(),
    }
}

/// Acme met Jane and Omar in New York.
fn acme(ended: &str) -> Application {
    let person = |key: &str| Person {
        key: key.to_owned(),
        name: PersonName::parse(key).unwrap(),
        goes_by: None,
        honorific: None,
        title: None,
        away_until: None,
        address: None,
    };
    Application {
        slug: "acme".to_owned(),
        company: "Acme".to_owned(),
        role: "Platform Engineer".to_owned(),
        role_short: None,
        country: None,
        zone: None,
        tone: Tone::Warm,
        contact: None,
        agent: None,
        status: Status::Open,
        decision: None,
        heard: Vec::new(),
        people: vec![person("jane"), person("omar")],
        interviews: vec![round(1, ended, &zone("America/New_York"), &["jane", "omar"])],
    }
}

fn decides(mut application: Application, words: &str, said_on: &str) -> Application {
    application.decision = Some(Decision {
        words: words.to_owned(),
        said_on: day(said_on),
        by: words::decision(words, day(said_on), None).unwrap().by,
    });
    application
}

fn hears(mut application: Application, news: News, when: &str) -> Application {
    application.heard.push(Heard { at: at(when), news });
    application
}

fn note(kind: NoteKind, person: &str, state: State, sent_at: &str) -> Past {
    Past { kind, person: person.to_owned(), round: 1, state, to: None, sent_at: Some(at(sent_at)) }
}

fn sent(kind: NoteKind, person: &str, sent_at: &str) -> Past {
    note(kind, person, State::Sent, sent_at)
}

/// Both were thanked a quarter of an hour after the interview on Thu 5 Mar.
fn thanked() -> Vec<Past> {
    vec![
        sent(NoteKind::ThankYou, "jane", "2026-03-05T16:00:00-05:00"),
        sent(NoteKind::ThankYou, "omar", "2026-03-05T16:01:00-05:00"),
    ]
}

fn nudged(when: &str) -> Vec<Past> {
    let mut past = thanked();
    past.push(sent(NoteKind::Nudge, "jane", when));
    past
}

const ENDED: &str = "2026-03-05T15:45:00-05:00";

fn steps_in(country: Option<&str>, application: &Application, past: &[Past], now: &str) -> Vec<Step> {
    steps(
        application,
        past,
        &Calendar::new(country, []),
        &Policy::for_country(country),
        &zone("Europe/Berlin"),
        at(now).to_utc(),
    )
}

fn steps_at(application: &Application, past: &[Past], now: &str) -> Vec<Step> {
    steps_in(None, application, past, now)
}

/// `kind person, due; reason` of the only step.
fn only(steps: &[Step]) -> String {
    assert_eq!(steps.len(), 1, "{steps:#?}");
    let step = &steps[0];
    let due = step.zone.stamp(step.due.to_utc());
    format!("{} {}, {due}; {}", step.kind.name(), step.person, step.reason)
}

/// The dates of the first follow-up after an interview and a thank-you at 15:45 on `date`.
fn follow_up(country: Option<&str>, date: &str, words: &str) -> String {
    let ended = format!("{date}T15:45:00-05:00");
    let mut application = acme(&ended);
    if !words.is_empty() {
        application = decides(application, words, date);
    }
    let past = [sent(NoteKind::ThankYou, "jane", &ended), sent(NoteKind::ThankYou, "omar", &ended)];
    let steps = steps_in(country, &application, &past, &ended);
    assert_eq!(steps.len(), 1, "{steps:#?}");
    steps[0].due.format("%a %m-%d %H:%M").to_string()
}

#[test]
fn each_person_met_is_thanked_between_two_and_twenty_four_hours_after_the_end() {
    let steps = steps_at(&acme(ENDED), &[], "2026-03-05T15:54:00-05:00");
    assert_eq!(steps.len(), 2);
    for (step, person) in steps.iter().zip(["jane", "omar"]) {
        assert_eq!((step.kind, step.person.as_str(), step.round), (NoteKind::ThankYou, person, 1));
        assert_eq!(step.earliest, at("2026-03-05T17:45:00-05:00"));
        assert_eq!(step.due, step.earliest);
        assert_eq!(step.latest, Some(at("2026-03-06T15:45:00-05:00")));
        assert_eq!(step.timing, Timing::Early);
        assert_eq!(step.reason, "2 hours after the interview of Thu 5 Mar 15:45 EST");
        assert_eq!(step.zone, zone("America/New_York"));
    }
}

#[test]
fn a_thank_you_is_open_then_late_then_no_longer_offered() {
    let timing = |now| steps_at(&acme(ENDED), &[], now).first().map(|step| (step.kind, step.timing));
    let thank_you = |timing| Some((NoteKind::ThankYou, timing));
    assert_eq!(timing("2026-03-05T17:45:00-05:00"), thank_you(Timing::Open));
    assert_eq!(timing("2026-03-06T15:45:00-05:00"), thank_you(Timing::Open));
    assert_eq!(timing("2026-03-06T15:45:01-05:00"), thank_you(Timing::Late));
    assert_eq!(timing("2026-03-19T16:45:00-04:00"), thank_you(Timing::Late));
    assert_eq!(timing("2026-03-19T16:45:01-04:00"), Some((NoteKind::Nudge, Timing::Open)));
}

#[test]
fn a_note_that_left_or_is_in_doubt_has_no_step_and_a_draft_has_one() {
    for state in State::ALL {
        let past = [note(NoteKind::ThankYou, "jane", state, "2026-03-05T16:00:00-05:00")];
        let people: Vec<String> = steps_at(&acme(ENDED), &past, "2026-03-05T18:00:00-05:00")
            .into_iter()
            .filter(|step| step.kind == NoteKind::ThankYou)
            .map(|step| step.person)
            .collect();
        let settled = matches!(
            state,
            State::Sent | State::Answered | State::Bounced | State::Unsure | State::Withdrawn
        );
        assert_eq!(people.contains(&"jane".to_owned()), !settled, "{state:?}");
        assert!(people.contains(&"omar".to_owned()));
    }
}

#[test]
fn twenty_four_hours_are_elapsed_hours_when_the_clocks_change() {
    let steps = steps_at(&acme("2026-03-07T16:00:00-05:00"), &[], "2026-03-07T16:00:00-05:00");
    assert_eq!(steps[0].latest.unwrap().to_rfc3339(), "2026-03-08T17:00:00-04:00");
}

#[test]
fn a_thank_you_of_friday_night_goes_on_saturday_morning() {
    let steps = steps_at(&acme("2026-03-06T19:00:00-05:00"), &[], "2026-03-06T19:00:00-05:00");
    assert_eq!(steps[0].earliest, at("2026-03-06T21:00:00-05:00"));
    assert_eq!(steps[0].due, at("2026-03-07T09:00:00-05:00"));
}

#[test]
fn all_moments_stand_in_the_recipient_s_zone() {
    let mut application = acme("2026-06-04T17:00:00-07:00");
    application.interviews[0].zone = zone("America/Los_Angeles");
    let steps = steps_at(&application, &[], "2026-06-05T02:00:00+02:00");
    assert_eq!(steps[0].due.to_rfc3339(), "2026-06-04T19:00:00-07:00");
    application.zone = Some(zone("Europe/Berlin"));
    let steps = steps_at(&application, &[], "2026-06-05T02:00:00+02:00");
    assert_eq!(steps[0].zone, zone("Europe/Berlin"));
    assert_eq!(steps[0].due.to_rfc3339(), "2026-06-05T09:00:00+02:00");
}

#[test]
fn who_decides_tomorrow_is_thanked_after_half_an_hour() {
    let application = decides(acme(ENDED), "tomorrow", "2026-03-05");
    let steps = steps_at(&application, &[], ENDED);
    assert_eq!(steps[0].earliest, at("2026-03-05T16:15:00-05:00"));
    assert_eq!(
        steps[0].reason,
        "30 minutes after the interview of Thu 5 Mar 15:45 EST, as they decide \"tomorrow\""
    );
}

#[test]
fn an_informational_talk_has_five_days_for_thanks_and_no_follow_up() {
    let mut application = acme(ENDED);
    application.interviews[0].kind = InterviewKind::Informational;
    let steps = steps_at(&application, &[], ENDED);
    assert_eq!(steps[0].latest, Some(at("2026-03-10T16:45:00-04:00")));
    assert_eq!(steps_at(&application, &thanked(), "2026-04-05T10:00:00-04:00"), []);
}

#[test]
fn nobody_gets_two_notes_within_a_day() {
    let mut application = acme(ENDED);
    let new_york = zone("America/New_York");
    application.interviews.push(round(2, "2026-03-06T10:00:00-05:00", &new_york, &["jane"]));
    let steps = steps_at(&application, &thanked(), "2026-03-06T10:00:00-05:00");
    assert_eq!(
        only(&steps),
        "thank-you jane, Fri 6 Mar 16:00 EST; 24 hours after the last note to the same person"
    );
}

#[test]
fn follow_ups_fall_on_the_days_of_the_etiquette() {
    for (country, date, words, due) in [
        (None, "2026-03-05", "", "Thu 03-12 10:00"),
        (None, "2026-03-05", "two weeks", "Mon 03-23 10:00"),
        (None, "2026-03-05", "in two weeks", "Mon 03-23 10:00"),
        (None, "2026-03-05", "two to three weeks", "Mon 03-30 10:00"),
        (None, "2026-03-05", "a number of weeks", "Mon 04-06 10:00"),
        (None, "2026-03-05", "by Friday 13 March", "Tue 03-17 10:00"),
        (None, "2026-03-05", "soon", "Thu 03-12 10:00"),
        (Some("US"), "2026-11-24", "", "Thu 12-03 10:00"),
        (Some("US"), "2026-12-18", "", "Tue 01-05 10:00"),
        (Some("DE"), "2026-03-05", "", "Thu 03-19 10:00"),
        (Some("DE"), "2026-04-01", "", "Fri 04-17 10:00"),
        (Some("JP"), "2026-04-28", "", "Wed 05-13 10:00"),
        (Some("FR"), "2026-03-05", "two weeks", "Tue 03-24 10:00"),
        (Some("JP"), "2026-03-05", "", "Tue 03-17 10:00"),
        (Some("JP"), "2026-03-05", "two weeks", "Tue 03-24 10:00"),
    ] {
        assert_eq!(follow_up(country, date, words), due, "{country:?} {date} {words}");
    }
}

#[test]
fn the_first_follow_up_says_what_it_waits_for() {
    let plain = steps_at(&acme(ENDED), &thanked(), "2026-03-09T10:00:00-04:00");
    assert_eq!(
        only(&plain),
        "nudge jane, Thu 12 Mar 10:00 EDT; 5 business days after the thank-you of Thu 5 Mar"
    );
    assert_eq!(plain[0].earliest, at("2026-03-10T09:00:00-04:00"));
    assert_eq!((plain[0].timing, plain[0].latest), (Timing::Early, None));

    let promised = decides(acme(ENDED), "in two weeks", "2026-03-05");
    let steps = steps_at(&promised, &thanked(), "2026-03-20T10:00:00-04:00");
    assert_eq!(only(&steps), "nudge jane, Mon 23 Mar 10:00 EDT; \"in two weeks\" + 2 business days");
    assert_eq!(steps[0].earliest, at("2026-03-23T10:00:00-04:00"));
    assert_eq!(steps[0].timing, Timing::Early);
}

#[test]
fn the_end_of_the_wait_is_known_before_any_thank_you() {
    let held = |application: &Application| {
        held_until(application, &Calendar::default(), &Policy::default(), &Zone::utc())
    };
    let application = decides(acme(ENDED), "in two weeks", "2026-03-05");
    assert_eq!(held(&application), Some(at("2026-03-23T10:00:00-04:00")));
    assert_eq!(held(&acme(ENDED)), None);
}

#[test]
fn a_day_that_comes_at_once_still_leaves_three_business_days_after_the_thank_you() {
    let application = decides(acme(ENDED), "tomorrow", "2026-03-05");
    let past = [
        sent(NoteKind::ThankYou, "jane", "2026-03-06T14:00:00-05:00"),
        sent(NoteKind::ThankYou, "omar", "2026-03-06T14:00:00-05:00"),
    ];
    assert_eq!(
        only(&steps_at(&application, &past, "2026-03-06T14:00:00-05:00")),
        "nudge jane, Wed 11 Mar 10:00 EDT; 3 business days after the thank-you of Fri 6 Mar"
    );
}

#[test]
fn an_interview_on_the_day_of_the_decision_does_not_overtake_it() {
    let application = decides(acme(ENDED), "today", "2026-03-05");
    assert_eq!(
        only(&steps_at(&application, &thanked(), "2026-03-06T14:00:00-05:00")),
        "nudge jane, Tue 10 Mar 10:00 EDT; 3 business days after the thank-you of Thu 5 Mar"
    );
}

#[test]
fn one_last_note_follows_the_nudge_and_then_none() {
    let promised = decides(acme(ENDED), "in two weeks", "2026-03-05");
    let mut past = nudged("2026-03-23T10:06:00-04:00");
    let steps = steps_at(&promised, &past, "2026-03-23T10:07:00-04:00");
    assert_eq!(
        only(&steps),
        "close-out jane, Wed 1 Apr 10:00 EDT; 7 business days after the nudge of Mon 23 Mar"
    );
    assert_eq!(steps[0].earliest, at("2026-03-30T10:00:00-04:00"));

    past.push(sent(NoteKind::CloseOut, "jane", "2026-04-01T10:00:00-04:00"));
    assert_eq!(steps_at(&promised, &past, "2026-05-01T10:00:00-04:00"), []);
}

#[test]
fn a_last_note_comes_seven_business_days_after_an_undated_nudge() {
    let steps = steps_at(&acme(ENDED), &nudged("2026-03-12T10:00:00-04:00"), "2026-03-13T09:00:00-04:00");
    assert_eq!(steps[0].due, at("2026-03-23T10:00:00-04:00"));
}

#[test]
fn no_configuration_gives_more_than_three_follow_ups() {
    let policy = Policy { follow_ups: 99, ..Policy::default() };
    let mut past = thanked();
    let mut kinds = Vec::new();
    let mut now = at("2026-03-05T17:00:00-05:00");
    while let [step] =
        steps(&acme(ENDED), &past, &Calendar::default(), &policy, &Zone::utc(), now.to_utc()).as_slice()
    {
        kinds.push(step.kind);
        now = step.due;
        past.push(Past {
            kind: step.kind,
            person: step.person.clone(),
            round: step.round,
            state: State::Sent,
            to: None,
            sent_at: Some(now),
        });
    }
    assert_eq!(kinds, [NoteKind::Nudge, NoteKind::Nudge, NoteKind::CloseOut]);
}

#[test]
fn a_nudge_that_an_answer_stopped_keeps_its_id() {
    let answered = hears(acme(ENDED), News::Answered, "2026-03-12T12:00:00-04:00");
    let mut past = thanked();
    past.push(Past { sent_at: None, ..note(NoteKind::Nudge, "jane", State::Withdrawn, ENDED) });
    let steps = steps_at(&answered, &past, "2026-03-12T13:00:00-04:00");
    assert_eq!(steps[0].note_id().as_str(), "acme/jane/nudge-2");
    past.push(sent(NoteKind::Nudge, "jane", "2026-03-19T10:00:00-04:00"));
    let steps = steps_at(&answered, &past, "2026-03-19T13:00:00-04:00");
    assert_eq!(steps[0].note_id().as_str(), "acme/jane/close-out");
}

#[test]
fn a_draft_has_the_id_of_its_step() {
    let mut past = thanked();
    past.push(Past { sent_at: None, ..note(NoteKind::Nudge, "jane", State::Drafted, ENDED) });
    let steps = steps_at(&acme(ENDED), &past, "2026-03-12T13:00:00-04:00");
    assert_eq!(steps[0].note_id().as_str(), "acme/jane/nudge");
}

#[test]
fn a_german_firm_is_asked_once() {
    let past = nudged("2026-03-19T10:00:00-04:00");
    assert_eq!(steps_in(Some("DE-BY"), &acme(ENDED), &past, "2026-05-05T10:00:00-04:00"), []);
}

#[test]
fn an_answer_starts_the_wait_anew() {
    let application = hears(acme(ENDED), News::Answered, "2026-03-10T11:00:00-04:00");
    assert_eq!(
        only(&steps_at(&application, &thanked(), "2026-03-10T12:00:00-04:00")),
        "nudge jane, Tue 17 Mar 10:00 EDT; 5 business days after their answer of Tue 10 Mar"
    );
}

#[test]
fn an_answer_that_nobody_has_told_about_stops_the_follow_ups() {
    let mut past = thanked();
    past[1].state = State::Answered;
    assert_eq!(steps_at(&acme(ENDED), &past, "2026-03-20T12:00:00-04:00"), []);
    let told = hears(acme(ENDED), News::Answered, "2026-03-10T11:00:00-04:00");
    assert_eq!(steps_at(&told, &past, "2026-03-20T12:00:00-04:00").len(), 1);
}

#[test]
fn a_new_date_after_the_nudge_is_waited_for() {
    let told = hears(acme(ENDED), News::Decision, "2026-03-13T11:00:00-04:00");
    let told = decides(told, "by the end of the month", "2026-03-13");
    assert_eq!(
        only(&steps_at(&told, &nudged("2026-03-12T10:00:00-04:00"), "2026-03-13T12:00:00-04:00")),
        "close-out jane, Thu 2 Apr 10:00 EDT; \"by the end of the month\" + 2 business days"
    );
}

#[test]
fn a_date_that_an_answer_overtook_no_longer_counts() {
    let told = decides(acme(ENDED), "this week", "2026-03-05");
    let told = hears(told, News::Answered, "2026-03-09T11:00:00-04:00");
    assert_eq!(
        only(&steps_at(&told, &thanked(), "2026-03-10T12:00:00-04:00")),
        "nudge jane, Mon 16 Mar 10:00 EDT; 5 business days after their answer of Mon 9 Mar"
    );
}

#[test]
fn follow_ups_go_to_the_contact_then_to_the_agent() {
    let mut application = acme(ENDED);
    let person = |application: &Application| {
        let steps = steps_at(application, &thanked(), "2026-03-13T10:00:00-04:00");
        steps.into_iter().find(|step| step.kind == NoteKind::Nudge).unwrap().person
    };
    application.agent = Some("agent".to_owned());
    assert_eq!(person(&application), "agent");
    application.contact = Some("omar".to_owned());
    assert_eq!(person(&application), "omar");
}

#[test]
fn a_nudge_waits_for_a_thank_you_unless_it_is_too_late_for_one() {
    let kinds = |now| -> Vec<NoteKind> {
        steps_at(&acme(ENDED), &[], now).into_iter().map(|step| step.kind).collect()
    };
    assert_eq!(kinds("2026-03-18T10:00:00-04:00"), [NoteKind::ThankYou; 2]);
    assert_eq!(
        only(&steps_at(&acme(ENDED), &[], "2026-03-25T10:00:00-04:00")),
        "nudge jane, Thu 12 Mar 10:00 EDT; 5 business days after the interview of Thu 5 Mar"
    );
}

#[test]
fn a_bounce_a_doubt_or_an_invitation_stops_the_follow_ups() {
    let now = "2026-03-25T10:00:00-04:00";
    let mut past = thanked();
    past[0].state = State::Bounced;
    assert_eq!(steps_at(&acme(ENDED), &past, now), []);

    let mut past = nudged("2026-03-12T10:00:00-04:00");
    past[2].state = State::Unsure;
    assert_eq!(steps_at(&acme(ENDED), &past, now), []);

    let mut application = acme(ENDED);
    let new_york = zone("America/New_York");
    application.interviews.push(round(2, "2026-04-01T15:00:00-04:00", &new_york, &[]));
    assert_eq!(steps_at(&application, &thanked(), now), []);

    let mut application = acme(ENDED);
    application.status = Status::Closed { reason: "withdrew".to_owned(), at: at(now) };
    assert_eq!(steps_at(&application, &thanked(), now), []);
}

#[test]
fn a_rejection_leaves_one_short_reply_after_four_hours() {
    let heard = "2026-03-24T10:10:00-04:00";
    let mut application = hears(acme(ENDED), News::Rejected, heard);
    let past = nudged("2026-03-23T10:06:00-04:00");
    let open = steps_at(&application, &past, heard);
    assert_eq!(
        only(&open),
        "rejection-reply jane, Tue 24 Mar 14:10 EDT; 4 hours after the news of Tue 24 Mar 10:10 EDT"
    );
    assert_eq!(open[0].latest, Some(at("2026-03-26T10:10:00-04:00")));
    assert_eq!(open[0].timing, Timing::Early);

    application.status = Status::Closed { reason: "rejected".to_owned(), at: at(heard) };
    assert_eq!(steps_at(&application, &past, heard), open);
    let mut replied = past.clone();
    replied.push(sent(NoteKind::RejectionReply, "jane", "2026-03-24T15:00:00-04:00"));
    assert_eq!(steps_at(&application, &replied, "2026-03-24T16:00:00-04:00"), []);
    application.status = Status::Closed { reason: "withdrew".to_owned(), at: at(heard) };
    assert_eq!(steps_at(&application, &past, heard), []);
}

#[test]
fn an_invitation_is_answered_at_once_and_within_a_day() {
    let heard = "2026-03-10T22:00:00-04:00";
    let mut application = hears(acme(ENDED), News::NextRound, heard);
    let steps = steps_at(&application, &thanked(), heard);
    assert_eq!(
        only(&steps),
        "next-round-reply jane, Wed 11 Mar 09:00 EDT; they invited you on Tue 10 Mar 22:00 EDT"
    );
    assert_eq!((steps[0].earliest, steps[0].timing), (at(heard), Timing::Open));
    assert_eq!(steps[0].latest, Some(at("2026-03-11T22:00:00-04:00")));

    let new_york = zone("America/New_York");
    application.interviews.push(round(2, "2026-03-17T15:00:00-04:00", &new_york, &["omar"]));
    let kinds = |now| -> Vec<NoteKind> {
        steps_at(&application, &thanked(), now).into_iter().map(|step| step.kind).collect()
    };
    assert_eq!(kinds(heard), [NoteKind::NextRoundReply, NoteKind::ThankYou]);
    assert_eq!(kinds("2026-03-17T15:00:00-04:00"), [NoteKind::ThankYou]);
}

#[test]
fn an_application_without_an_interview_uses_the_sender_s_zone() {
    let mut application = hears(acme(ENDED), News::Rejected, "2026-03-24T10:10:00+01:00");
    application.interviews.clear();
    let steps = steps_at(&application, &[], "2026-03-24T10:10:00+01:00");
    assert_eq!((steps[0].round, &steps[0].zone), (1, &zone("Europe/Berlin")));
    assert_eq!(steps[0].due, at("2026-03-24T14:10:00+01:00"));
}

#[test]
fn lateness_grows_from_a_day_to_two_weeks() {
    let application = acme(ENDED);
    let policy = Policy::default();
    let after = |hours: i64, minutes: i64| {
        let now = at(ENDED) + TimeDelta::hours(hours) + TimeDelta::minutes(minutes);
        policy.lateness(&application.interviews[0], now.to_utc())
    };
    assert_eq!(after(-48, 0), Lateness::InTime);
    assert_eq!(after(24, 0), Lateness::InTime);
    assert_eq!(after(24, 1), Lateness::Late);
    assert_eq!(after(72, 1), Lateness::VeryLate);
    assert_eq!(after(14 * 24, 1), Lateness::TooLate);
}

prop_compose! {
    fn places()(
        country in prop::sample::select(vec![None, Some("US"), Some("DE"), Some("FR"), Some("JP")]),
        name in prop::sample::select(vec!["America/New_York", "Asia/Tokyo", "Europe/Berlin"]),
        own in prop::collection::vec(0_i64..400, 0..20),
    ) -> (Calendar, Policy, Zone) {
        let own = own.into_iter().map(|n| day("2026-01-01") + TimeDelta::days(n));
        (Calendar::new(country, own), Policy::for_country(country), zone(name))
    }
}

proptest! {
    #[test]
    fn a_follow_up_is_planned_in_office_hours_of_a_usable_day(
        (calendar, policy, zone) in places(),
        ended in 1_767_225_600_i64..1_798_761_600,
        waited in 0_i64..100_000,
        weeks in prop::option::of(0_u32..6),
        nudged in prop::option::of(0_i64..3_000_000),
    ) {
        let ended = zone.at(DateTime::from_timestamp(ended, 0).unwrap());
        let mut application = acme(ENDED);
        application.interviews[0].ended = ended;
        application.interviews[0].zone = zone.clone();
        if let Some(weeks) = weeks {
            application = decides(application, &format!("{weeks} weeks"), &ended.date_naive().to_string());
        }
        let thanked = ended + TimeDelta::seconds(waited);
        let left = |kind, at| Past {
            kind,
            person: "jane".to_owned(),
            round: 1,
            state: State::Sent,
            to: None,
            sent_at: Some(at),
        };
        let mut past = vec![left(NoteKind::ThankYou, thanked)];
        past.extend(nudged.map(|n| left(NoteKind::Nudge, thanked + TimeDelta::seconds(n))));
        let steps = steps(&application, &past, &calendar, &policy, &zone, thanked.to_utc());
        for step in steps.iter().filter(|step| step.kind.is_follow_up()) {
            for instant in [step.earliest, step.due] {
                let date = instant.date_naive();
                prop_assert!(calendar.is_business_day(date), "{instant}");
                let (opens, closes) = calendar.follow_up_hours(date).unwrap();
                prop_assert!((opens..=closes).contains(&instant.time()), "{instant}");
                prop_assert_eq!(zone.at(instant.to_utc()), instant);
            }
            prop_assert!(step.earliest <= step.due);
            prop_assert!(step.earliest - thanked >= TimeDelta::hours(24));
            if nudged.is_none() && let Some(by) = application.decision.as_ref().and_then(|d| d.by) {
                prop_assert!(
                    calendar.business_days_between(by, step.earliest.date_naive())
                        >= policy.after_decision_business_days
                );
            }
        }
    }

    #[test]
    fn a_longer_wait_is_never_an_earlier_follow_up(
        (calendar, policy, zone) in places(),
        thanked in 1_767_225_600_i64..1_798_761_600,
        n in 0_u32..40,
    ) {
        let thanked = zone.at(DateTime::from_timestamp(thanked, 0).unwrap());
        let mut application = acme(ENDED);
        application.interviews[0].ended = thanked;
        application.interviews[0].zone = zone.clone();
        let past = ["jane", "omar"].map(|who| sent(NoteKind::ThankYou, who, &thanked.to_rfc3339()));
        let due = |policy: Policy| {
            steps(&application, &past, &calendar, &policy, &zone, thanked.to_utc())[0].due
        };
        let waits = |n| Policy { nudge_after_business_days: n, ..policy.clone() };
        prop_assert!(due(waits(n)) <= due(waits(n + 1)));
        application = decides(application, "two weeks", &thanked.date_naive().to_string());
        let due = |policy: Policy| {
            steps(&application, &past, &calendar, &policy, &zone, thanked.to_utc())[0].due
        };
        let holds = |n| Policy { after_decision_business_days: n, ..policy.clone() };
        prop_assert!(due(holds(n)) <= due(holds(n + 1)));
    }
}

#[test]
fn who_is_away_is_left_alone_until_two_business_days_after_their_return() {
    let away = |person: usize, until: &str| {
        let mut application = acme(ENDED);
        application.people[person].away_until = Some(day(until));
        only(&steps_at(&application, &thanked(), "2026-03-12T10:00:00-04:00"))
    };
    assert_eq!(
        away(0, "2026-03-16"),
        "nudge jane, Wed 18 Mar 10:00 EDT; away until Mon 16 Mar + 2 business days"
    );
    let unheld = "nudge jane, Thu 12 Mar 10:00 EDT; 5 business days after the thank-you of Thu 5 Mar";
    assert_eq!(away(0, "2026-03-09"), unheld, "they are back long before");
    assert_eq!(away(1, "2026-03-16"), unheld, "somebody else is away");
}

#[test]
fn after_a_mail_nothing_follows_until_its_owner_tells_what_it_says() {
    let wrote = hears(acme(ENDED), News::Wrote, "2026-03-10T10:00:00-04:00");
    assert!(steps_at(&wrote, &thanked(), "2026-03-30T10:00:00-04:00").is_empty());
    let told = hears(wrote, News::Answered, "2026-03-10T18:00:00-04:00");
    assert_eq!(
        only(&steps_at(&told, &thanked(), "2026-03-30T10:00:00-04:00")),
        "nudge jane, Tue 17 Mar 10:00 EDT; 5 business days after their answer of Tue 10 Mar"
    );
    let again = hears(told, News::Wrote, "2026-03-16T10:00:00-04:00");
    assert!(steps_at(&again, &thanked(), "2026-03-30T10:00:00-04:00").is_empty());
}
