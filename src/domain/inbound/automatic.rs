//! The marks of machines and of lists: RFC 3834, RFC 2369, and what real servers write instead.
//! Which application is meant is decided elsewhere.

use super::Message;

/// How a machine shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answers a message.
    Reply,
    /// It writes of itself: a ticket, a notice.
    Notice,
    /// RFC 5321, 4.5.5: the null sender and nothing else.
    NullSender,
}

/// What the subjects of automatic answers begin with.
const SUBJECTS: [&str; 25] = [
    "automatic reply",
    "automatic response",
    "auto-reply",
    "auto reply",
    "autoreply",
    "auto response",
    "autoresponse",
    "auto:",
    "[auto-reply]",
    "out of office",
    "out of the office",
    "out-of-office",
    "ooo:",
    "vacation reply",
    "abwesenheitsnotiz",
    "abwesenheit",
    "automatische antwort",
    "réponse automatique",
    "absence du bureau",
    "message d'absence",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "automatisch antwoord",
    "autosvar",
];

const AWAY: [&str; 49] = [
    "out of office",
    "out of the office",
    "out-of-office",
    "away from the office",
    "away from my desk",
    "away from email",
    "currently away",
    "i am away",
    "i'm away",
    "i will be away",
    "i'll be away",
    "on leave",
    "annual leave",
    "sick leave",
    "parental leave",
    "maternity leave",
    "paternity leave",
    "on vacation",
    "on holiday",
    "vacation",
    "on pto",
    "travelling",
    "traveling",
    "limited access to email",
    "limited access to my email",
    "no access to email",
    "abwesend",
    "abwesenheit",
    "nicht im büro",
    "außer haus",
    "im urlaub",
    "in urlaub",
    "elternzeit",
    "nicht erreichbar",
    "nur eingeschränkt erreichbar",
    "absent",
    "absence",
    "en congé",
    "en vacances",
    "hors du bureau",
    "de retour le",
    "fuera de la oficina",
    "de vacaciones",
    "ausente",
    "estaré fuera",
    "fuori ufficio",
    "in ferie",
    "afwezig",
    "met vakantie",
];

const GONE: [&str; 17] = [
    "no longer with",
    "no longer work",
    "no longer employed",
    "no longer at ",
    "has left the company",
    "have left the company",
    "left the organization",
    "left the organisation",
    "nicht mehr für",
    "nicht mehr bei",
    "nicht mehr im unternehmen",
    "das unternehmen verlassen",
    "ne travaille plus",
    "ne fais plus partie",
    "quitté l'entreprise",
    "quitté la société",
    "ya no trabaj",
];

/// Whether a machine wrote it.
pub(super) fn sign(message: &Message) -> Option<Sign> {
    let submitted = message.auto_submitted.as_deref().unwrap_or("no");
    let precedence = message.precedence.as_deref().unwrap_or_default();
    let subject = plain(&message.subject);
    let reply = submitted == "auto-replied"
        || precedence.starts_with("auto")
        || !message.machine_headers.is_empty()
        || SUBJECTS.iter().any(|start| subject.starts_with(start));
    let bare_sender = message.return_path.as_deref() == Some("");
    if reply {
        return Some(Sign::Reply);
    }
    let notice = submitted != "no" || matches!(precedence, "bulk" | "junk");
    match (notice, bare_sender) {
        (true, _) => Some(Sign::Notice),
        (false, true) => Some(Sign::NullSender),
        (false, false) => None,
    }
}

/// Whether it came through a mailing list.
pub(super) fn is_list_post(message: &Message) -> bool {
    message.precedence.as_deref() == Some("list")
        || message.list_headers.iter().any(|name| matches!(name.as_str(), "list-id" | "list-post"))
}

/// Whether it went to many: one can unsubscribe from it.
pub(super) fn is_newsletter(message: &Message) -> bool {
    is_list_post(message) || message.list_headers.iter().any(|name| name.starts_with("list-unsubscribe"))
}

pub(super) fn says_away(message: &Message) -> bool {
    says(message, &AWAY)
}

/// Whether it says that somebody works there no more.
pub(super) fn says_gone(message: &Message) -> bool {
    says(message, &GONE)
}

fn says(message: &Message, phrases: &[&str]) -> bool {
    let subject = plain(&message.subject);
    let text = plain(message.text.as_deref().unwrap_or_default());
    phrases.iter().any(|phrase| subject.contains(phrase) || text.contains(phrase))
}

/// In lower case, with single blanks and straight apostrophes.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
