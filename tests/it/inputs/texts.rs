//! Subjects and bodies in their owner's own words, from the editor to the server.

use std::fs;

use super::trial::{Answer, Trial, arrived};
use super::{Expect, Input, of};

pub const FIELDS: &[&str] = &["subject", "body"];

const SAYS: [(&str, &str); 9] = [
    ("subj-crlf", "`Bcc:` has no place here: a note goes to one person"),
    ("subj-empty", "has no subject  [subject]"),
    ("subj-long", "has a subject of 2000 characters; 78 at most  [subject]"),
    ("subj-re", "begins with Re: and answers nothing  [subject]"),
    ("body-onlysig", "has 1 word; fewer than 40 look careless  [length]"),
    ("body-nul", "the text holds the control character U+0000"),
    ("body-pixel", "mentions nothing discussed with Jane Doe"),
    ("body-otherco", "line 5: \"I loved hearing about Initech's roadmap\"  [wrong-company]"),
    ("body-trailing-ws", ""),
];

/// All that the checks can hold against a text: what is tried here is how it travels.
const ALLOWED: [&str; 9] = [
    "--allow=placeholder",
    "--allow=near-miss",
    "--allow=wrong-name",
    "--allow=salutation",
    "--allow=no-topic",
    "--allow=length",
    "--allow=subject",
    "--allow=honorific",
    "--allow=stale-day",
];

const SUBJECT: &str = "Thank you for the interview";
const BODY: &str = "Hi Jane,\n\nThank you for talking with me today about moving the billing jobs to Kafka. It \
                    stayed with me afterwards, and it made me want to hear more about the team and its work, \
                    which I would gladly join.\n\nBest regards,\nJo Marsh";

/// The note to Jane with these words, as the editor leaves them.
fn write(trial: &mut Trial, subject: &str, body: &str) -> Answer {
    let file = trial.sandbox.folder().join("words");
    fs::write(&file, format!("Subject: {subject}\n\n{body}")).unwrap();
    trial.sandbox.set_editor(&format!("cp {} \"$0\"", file.display()));
    trial.run(&["draft", "--edit"])
}

fn words(input: &Input) -> (String, String) {
    match input.field.as_str() {
        "subject" => (input.text(), BODY.to_owned()),
        _ if input.id == "body-otherco" => {
            (SUBJECT.to_owned(), BODY.replace("\n\nBest", &format!("\n\n{}\n\nBest", input.text())))
        }
        _ => (SUBJECT.to_owned(), input.text()),
    }
}

#[test]
fn a_text_that_cannot_be_one_is_refused_and_stays_in_its_file() {
    for input in of(FIELDS).into_iter().filter(|input| input.expect().0 == Expect::Reject) {
        let mut trial = Trial::new();
        trial.jane();
        trial.draft();
        let (subject, body) = words(&input);
        let answer = write(&mut trial, &subject, &body);
        input.judge(&answer, input.says(&SAYS));
        let (_, path) = answer.err.split_once("nothing was changed; your text is in ").unwrap();
        let kept = fs::read_to_string(path.lines().next().unwrap()).unwrap();
        assert!(kept.contains(&input.text()), "{kept}");
        assert_eq!(trial.run(&["send", "--yes"]).code, 0, "the note that was shown goes");
        let read = arrived(&trial.server.accepted()[0]);
        assert!(!read.body.contains(input.text().as_str()));
        trial.ends_with(1);
    }
}

#[test]
fn a_text_that_is_most_likely_a_slip_is_held_back_by_a_check() {
    for input in of(FIELDS) {
        let (Expect::Hold | Expect::Confirm, exit) = input.expect() else { continue };
        let mut trial = Trial::new();
        trial.jane();
        if let Some(others) = input.setup.get("other_companies") {
            for other in others.as_array().unwrap() {
                let met = trial.met("Omar Aziz").map(|word| match word {
                    "Acme" => other.as_str().unwrap(),
                    word => word,
                });
                assert_eq!(trial.run(&met).code, 0);
            }
        }
        let (subject, body) = words(&input);
        let args = ["draft", "acme/jane", "--edit"];
        let _ = write(&mut trial, &subject, &body);
        let shown = trial.run(&args);
        assert_eq!(shown.code, i32::from(input.expect().0 == Expect::Hold), "{}: {shown}", input.id);
        assert!(shown.out.contains(input.says(&SAYS)), "{}: {shown}", input.id);
        let answer = trial.run(&["send", "acme/jane", "--yes"]);
        assert_eq!(answer.code, exit, "{}: {answer}", input.id);
        let mut messages = 0;
        if input.expect().0 == Expect::Confirm {
            messages = 1;
        } else {
            assert!(answer.err.contains("it was not sent"), "{answer}");
            assert!(answer.err.contains("\nhint: `thanks draft acme/jane --edit`, or "), "{answer}");
        }
        trial.ends_with(messages);
    }
}

#[test]
fn a_subject_that_no_header_can_hold_is_not_sent_whatever_is_allowed() {
    let input = of(FIELDS).into_iter().find(|input| input.id == "subj-long").unwrap();
    let mut trial = Trial::new();
    trial.jane();
    assert_eq!(write(&mut trial, &input.text(), BODY).code, 1);
    let answer = trial.run(&["send", "--yes", "--allow=subject"]);
    assert_eq!(answer.code, input.exit, "{answer}");
    assert!(
        answer.err.contains("acme/jane cannot be sent: a line of the header is longer than 998"),
        "{answer}"
    );
    assert!(answer.err.contains("\nhint: `thanks draft acme/jane --edit` "), "{answer}");
    trial.ends_with(0);
}

#[test]
fn a_text_arrives_as_it_was_written() {
    for input in of(&["body"]).into_iter().filter(Input::is_taken) {
        let mut trial = Trial::new();
        trial.jane();
        let (subject, body) = words(&input);
        let answer = write(&mut trial, &subject, &body);
        assert!(matches!(answer.code, 0 | 1), "{}: {answer}", input.id);
        let read = trial.sends(&ALLOWED);
        let lines = |text: &str| -> Vec<String> {
            text.trim().lines().map(|line| line.trim_end().to_owned()).collect()
        };
        assert_eq!(lines(&read.body), lines(&input.becomes()), "{}", input.id);
        assert_eq!(read.subject, SUBJECT);
        let raw = trial.server.raw();
        let ends = |mark: &[u8]| raw.windows(mark.len()).filter(|window| *window == mark).count();
        assert_eq!((ends(b"\r\n.\r\n"), ends(b"\n.\n"), ends(b"\r.\r")), (1, 0, 0), "{}", input.id);
        assert_eq!(ends(b"\r"), ends(b"\n"), "no lone CR and no lone LF");
        trial.ends_with(1);
    }
}
