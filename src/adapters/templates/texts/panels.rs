//! How alike the notes of one panel read.

use super::*;
use crate::domain::checks::similarity;

/// Honest notes of one panel: the same day and role, each person's own topic.
fn panel() -> Vec<Vec<Topic>> {
    vec![
        vec![topic("moving the billing jobs to Kafka", "the nightly freeze goes away", "", "")],
        vec![topic("how on-call is shared", "nobody is woken twice a week", "", "")],
        vec![topic("the new pricing page", "it was built in nine days", "", "")],
        vec![topic("hiring juniors", "they ask the questions that others stopped asking", "", "")],
        vec![topic("your approach to code review", "it never waits for more than a day", "", "")],
        vec![topic("the plan for the second data centre", "customers in Europe wait for it", "", "")],
    ]
}

#[test]
fn honest_notes_of_one_panel_do_not_read_alike() {
    let reasonless: Vec<Vec<Topic>> =
        panel().iter().map(|topics| topics.iter().map(|t| topic(&t.what, "", "", "")).collect()).collect();
    let fitting: Vec<Vec<Topic>> = panel()
        .iter()
        .map(|topics| {
            topics.iter().map(|t| topic(&t.what, "", "ran such a thing for three years", "")).collect()
        })
        .collect();
    for topics in [panel(), reasonless, fitting] {
        for tone in Tone::ALL {
            for (kind, template) in TEXTS.into_iter().take(3) {
                for words in [None, Some("in two weeks")] {
                    let mut app = application(InterviewKind::Panel, &topics[..5]);
                    app.tone = tone;
                    if let Some(words) = words {
                        decide(&mut app, words);
                    }
                    let notes: Vec<Note> =
                        NAMES[..5].iter().map(|(key, _)| note(&app, key, kind, template)).collect();
                    for (i, one) in notes.iter().enumerate() {
                        for other in &notes[i + 1..] {
                            let share = similarity(&one.body, &other.body);
                            assert!(
                                share < 0.60,
                                "{share:.2} {template} {tone:?}\n{}\n---\n{}",
                                one.body,
                                other.body
                            );
                        }
                        assert_eq!(findings(&app, one, &notes), [], "{}", one.body);
                    }
                }
            }
        }
    }
}

#[test]
fn short_notes_that_differ_in_names_and_half_a_sentence_block() {
    for (topics, swapped) in [
        (vec![topic("moving the billing jobs to Kafka", "", "", "")], "how on-call is shared"),
        (Vec::new(), "nothing"),
    ] {
        for tone in Tone::ALL {
            for (key, name) in NAMES.into_iter().take(4) {
                let mut app = application(InterviewKind::Panel, &vec![topics.clone(); 4]);
                app.tone = tone;
                let one = note(&app, key, NoteKind::ThankYou, "thank-you-brief");
                let first = name.split(' ').next().unwrap();
                let mut other =
                    one.body.replace(first, "Sam").replace("moving the billing jobs to Kafka", swapped);
                if topics.is_empty() {
                    let last = one.body.lines().nth(2).unwrap().rsplit(". ").next().unwrap();
                    other = other.replace(last, "I look forward to your answer.");
                }
                let share = similarity(&one.body, &other);
                assert!(share >= 0.75, "{share:.2}\n{}\n{other}", one.body);
            }
        }
    }
}

#[test]
fn a_panel_without_topics_gets_notes_that_do_not_read_alike() {
    for tone in Tone::ALL {
        for (kind, template) in TEXTS.into_iter().take(3) {
            let mut app = application(InterviewKind::Panel, &vec![Vec::new(); 4]);
            app.tone = tone;
            let notes: Vec<Note> =
                NAMES[..4].iter().map(|(key, _)| note(&app, key, kind, template)).collect();
            for (i, one) in notes.iter().enumerate() {
                assert_reads_well(one);
                for other in &notes[i + 1..] {
                    let share = similarity(&one.body, &other.body);
                    assert!(
                        share < 0.60,
                        "{share:.2} {template} {tone:?}\n{}\n---\n{}",
                        one.body,
                        other.body
                    );
                }
            }
        }
    }
}
