//! Absences that nothing in the header gives away: a rule of a mail program writes them as if a
//! person had. Only a text that is an absence in each of its sentences counts as one; a mail that
//! says more is a person's, and is asked about.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::lexicon::{ABSENCE_FORMULAS, ABSENT, BEYOND_ABSENCE, SIGN_OFFS, WE, begins, plain, says};
use super::quoted::own_text;
use super::{Message, automatic, returning};
use crate::domain::text::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// Nothing but an absence, until that day where it can be read.
    Only(Option<NaiveDate>),
    /// An absence, and more than that.
    Mentioned,
    None,
}

/// So many words may stand on a line of a signature that comes before any other sign of one.
const MOST_NAME_WORDS: usize = 3;
const MOST_SIGN_OFF_WORDS: usize = 5;
const GREETINGS: &str = "hi hello hey dear good greetings hallo guten liebe lieber servus moin bonjour bonsoir hola buenos \
    buenas olá bom boa ciao buongiorno salve beste dag goedemorgen dzień cześć witam hej hei hejsan god 您好 你好";

pub(super) fn absence(message: &Message, received: DateTime<FixedOffset>) -> Absence {
    let own = own_text(message.text.as_deref().unwrap_or_default());
    let text = format!(" {} ", plain(&own));
    let is_answer_to_one = automatic::mentions_automatic_reply(message);
    if !says(&text, ABSENT) {
        return Absence::None;
    }
    let is_more = text.contains(['?', '\u{ff1f}']) || says(&text, BEYOND_ABSENCE) || says(&text, WE);
    if is_more || !(is_answer_to_one || is_pure(&own, message)) {
        return Absence::Mentioned;
    }
    let own = Message { text: Some(own), subject: String::new(), ..message.clone() };
    Absence::Only(returning::returns(&own, received))
}

/// Whether each sentence is one of an automatic reply.
fn is_pure(own: &str, message: &Message) -> bool {
    let names: Vec<String> = message
        .from
        .iter()
        .flat_map(|party| [party.name.as_deref().unwrap_or_default(), &party.address])
        .flat_map(|name| words(&name.replace(['@', '.'], " ")))
        .collect();
    let lines: Vec<&str> = own.lines().collect();
    // What follows a sign-off or the sender's name is their signature.
    let signed = lines.iter().position(|line| {
        let said = words(line);
        let is_name = said.len() <= MOST_NAME_WORDS && said.iter().all(|word| names.contains(word));
        let is_sign_off = said.len() <= MOST_SIGN_OFF_WORDS && begins(&plain(line), SIGN_OFFS);
        !said.is_empty() && (is_name || is_sign_off)
    });
    let lines = lines.get(..signed.unwrap_or(lines.len())).unwrap_or_default();
    sentences(&lines.join("\n")).iter().all(|sentence| {
        let sentence = plain(sentence);
        is_greeting(&sentence)
            || says(&sentence, ABSENT)
            || says(&sentence, ABSENCE_FORMULAS)
            || returning::speaks_of_return(&sentence)
            || !sentence.chars().any(char::is_alphanumeric)
    })
}

/// "Hi Jo,", "Guten Tag", and nothing behind it.
fn is_greeting(sentence: &str) -> bool {
    let words = words(sentence);
    let greets =
        words.first().is_some_and(|word| GREETINGS.split_ascii_whitespace().any(|known| known == word));
    words.len() <= MOST_NAME_WORDS && (greets || sentence.ends_with([',', '!', '\u{ff0c}', '\u{3001}']))
}

/// Split after a full stop that no digit stands before: "20. März" goes on. A line that does not end
/// one may go on in the next, so a blank line ends it.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let mut before = ' ';
    let mut push = |c: Option<char>| match (c, sentences.last_mut()) {
        (Some(c), Some(last)) => last.push(c),
        _ => sentences.push(String::new()),
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        push(Some(c));
        let ends_line = c == '\n' && (chars.peek() == Some(&'\n') || ",:!".contains(before));
        let ends = match c {
            '.' | ';' => !before.is_ascii_digit() && chars.peek().is_none_or(|next| next.is_whitespace()),
            '!' | '\u{3002}' | '\u{ff01}' => true,
            _ => ends_line,
        };
        if ends {
            push(None);
        }
        if !(c == '\n' || c == ' ') || before == '\n' {
            before = c;
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::inbound::Party;

    fn read(text: &str) -> Absence {
        let message = Message {
            from: vec![Party { name: Some("Jane Doe".into()), address: "jane@acme.example".into() }],
            subject: "Re: Thank you".into(),
            text: Some(text.into()),
            ..Message::default()
        };
        absence(&message, DateTime::parse_from_rfc3339("2026-03-06T09:00:00-05:00").unwrap())
    }

    fn until(day: &str) -> Absence {
        Absence::Only(Some(day.parse().unwrap()))
    }

    #[test]
    fn a_text_that_is_nothing_but_an_absence_is_one() {
        for (text, day) in [
            (
                "I am out of the office until Monday 23 March and have limited access to email. For urgent matters please call reception.\n\nJane",
                "2026-03-24",
            ),
            (
                "Hello,\n\nI'm on vacation and back on March 16, 2026. I will reply when I return.\n\nBest regards,\nJane Doe\nVP",
                "2026-03-16",
            ),
            (
                "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin bis einschließlich 20. März 2026 nicht im Büro. In dringenden Fällen wenden Sie sich bitte an die Zentrale.\n\nJane Doe",
                "2026-03-21",
            ),
            (
                "Bonjour,\nje suis absente du bureau jusqu'au 13 mars. En cas d'urgence, veuillez contacter l'accueil.\nJane Doe",
                "2026-03-14",
            ),
            (
                "Estaré fuera de la oficina hasta el 13 de marzo. Para asuntos urgentes, contacte con recepción.",
                "2026-03-14",
            ),
            ("Estou ausente do escritório até 20 de março de 2026.", "2026-03-21"),
            ("Sono fuori ufficio fino al 13 marzo.", "2026-03-14"),
            ("Ik ben afwezig tot en met 13 maart. Ik ben op 16 maart terug.", "2026-03-16"),
            ("Jestem na urlopie do 13 marca.", "2026-03-14"),
            ("Jag är på semester till och med 13 mars.", "2026-03-14"),
            ("Jeg er på ferie til og med 13. marts.", "2026-03-14"),
            ("ただいま休暇をいただいております。3月16日に戻ります。", "2026-03-16"),
            ("我正在休假，3月16日返回。", "2026-03-16"),
        ] {
            assert_eq!(read(text), until(day), "{text}");
        }
    }

    #[test]
    fn a_mail_that_says_more_than_an_absence_is_a_persons() {
        for text in [
            "I was out of office last week, but yes, we would like you to come in.",
            "I am on vacation until 16 March. Sam will send you the contract.",
            "I'm out of the office until Monday. Can you call me then?",
            "I am on leave until 16 March. Yes.",
            "Hi Jo, I am on leave until 16 March. Sam has the contract.",
            "I am on leave until 16 March and we will call you.",
            "Ich bin bis 20. März im Urlaub. Wir haben uns für Sie entschieden.",
            "Je suis en congé jusqu'au 13 mars, mais nous avons pris une décision.",
            "Estoy de vacaciones hasta el 13 de marzo. Nos vemos el lunes 16.",
        ] {
            assert_eq!(read(text), Absence::Mentioned, "{text}");
        }
    }

    #[test]
    fn a_quoted_absence_is_not_their_own() {
        assert_eq!(
            read("See you on Tuesday.\n\nOn 5 Mar 2026 Jo wrote:\n> I am out of office."),
            Absence::None
        );
        assert_eq!(read("We decided to go on with you."), Absence::None);
    }
}
