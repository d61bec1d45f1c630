//! Delivery reports: those of RFC 3464, and the prose of servers that never heard of it. They
//! count only if they name a note of ours.

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::known::{SentNote, identity};
use super::{About, Certainty, Delivery, Doubt, Known, Message, Verdict};

/// Servers give up after five days (RFC 5321, 4.5.4.1); the report may take its time too.
const LONGEST_RETRY: TimeDelta = TimeDelta::days(7);
const LONGEST_REASON: usize = 240;

const FAILED: [&str; 27] = [
    "undeliver",
    "failure notice",
    "delivery failure",
    "delivery failed",
    "delivery has failed",
    "delivery to the following recipient",
    "(failure)",
    "returned mail",
    "returned to sender",
    "returning message to sender",
    "could not be delivered",
    "couldn't be delivered",
    "wasn't delivered",
    "was not delivered",
    "wasn't able to deliver",
    "unable to deliver",
    "cannot be delivered",
    "can't be delivered",
    "permanent error",
    "permanent fatal error",
    "address not found",
    "unzustellbar",
    "konnte nicht zugestellt werden",
    "non remis",
    "n'a pas pu être remis",
    "no se pudo entregar",
    "no se ha podido entregar",
];

const DELAYED: [&str; 14] = [
    "(delay)",
    "delayed",
    "delivery incomplete",
    "still being retried",
    "still trying",
    "keep trying",
    "will be retried",
    "will retry",
    "not yet been delivered",
    "not need to resend",
    "no action is required",
    "verzögert",
    "retardé",
    "retrasad",
];

/// Where a notice ends and the copy of the note begins, whose words must not be read as its own.
const COPY_STARTS: [&str; 6] = [
    "--- below this line",
    "------ this is a copy",
    "----- original message",
    "original message headers",
    "----- the header of",
    "received: from",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Failed,
    Delayed,
    PassedOn,
}

/// What a delivery report means; `None` if it is no report, `Unrelated` if it is not about us.
pub(super) fn report(message: &Message, known: &Known, received: DateTime<FixedOffset>) -> Option<Verdict> {
    let is_report =
        message.report_type.as_deref() == Some("delivery-status") || !message.deliveries.is_empty();
    let prose = notice(message);
    let told = told(message, &prose);
    let is_prose = comes_from_a_server(message) && told.is_some();
    if !is_report && !is_prose {
        return None;
    }
    let Some(note) = note(message, &prose, known, received) else {
        return Some(Verdict::Unrelated);
    };
    let delivery = match delivery(message, note, known) {
        // All that failed is our copy to ourselves.
        None if !message.deliveries.is_empty() => return Some(Verdict::Unrelated),
        delivery => delivery,
    };
    let fate = match delivery.map(|delivery| delivery.action.as_str()) {
        Some("failed") => Some(Fate::Failed),
        Some("delayed") => Some(Fate::Delayed),
        Some("delivered" | "relayed" | "expanded") => Some(Fate::PassedOn),
        _ => told,
    };
    Some(match fate {
        Some(Fate::Failed) => Verdict::Bounce {
            note: note.id.clone(),
            recipient: delivery
                .and_then(|delivery| delivery.final_recipient.clone())
                .unwrap_or_else(|| note.to.as_str().to_owned()),
            reason: reason(delivery, &prose),
        },
        Some(Fate::Delayed) => Verdict::Delayed { note: note.id.clone() },
        Some(Fate::PassedOn) => Verdict::Delivered { note: note.id.clone() },
        None => Verdict::Answer {
            about: About {
                application: note.application.clone(),
                note: Some(note.id.clone()),
                person: Some(note.person.clone()),
                others: Vec::new(),
            },
            certainty: Certainty::Ask(Doubt::UnclearReport),
        },
    })
}

fn comes_from_a_server(message: &Message) -> bool {
    if !message.failed_recipients.is_empty() {
        return true;
    }
    message.from.iter().any(|party| {
        let local = party.address.split('@').next().unwrap_or_default().to_lowercase();
        let letters: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
        ["mailerdaemon", "postmaster", "maildaemon", "mdaemon", "microsoftexchange"]
            .iter()
            .any(|name| letters.starts_with(name))
    })
}

/// What the words say; the subject before the text, and in the text a delay before a failure,
/// since a notice of delay speaks of both.
fn told(message: &Message, prose: &str) -> Option<Fate> {
    let subject = message.subject.to_lowercase();
    let says = |text: &str, phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    let prose = prose.to_lowercase().replace('\u{2019}', "'");
    let passed_on =
        subject.contains("successful") || subject.contains("(success)") || subject.contains("relayed");
    match () {
        () if says(&subject, &DELAYED) => Some(Fate::Delayed),
        () if passed_on => Some(Fate::PassedOn),
        () if says(&subject, &FAILED) => Some(Fate::Failed),
        () if says(&prose, &DELAYED) => Some(Fate::Delayed),
        () if says(&prose, &FAILED) => Some(Fate::Failed),
        () => None,
    }
}

/// The server's own words, without the copy of the note.
fn notice(message: &Message) -> String {
    let mut notice = String::new();
    for line in message.text.as_deref().unwrap_or_default().lines() {
        let start = line.trim().to_lowercase();
        if COPY_STARTS.iter().any(|sign| start.starts_with(sign)) {
            break;
        }
        notice.push_str(line);
        notice.push('\n');
    }
    notice
}

/// The note that came back: by its id wherever it stands, else by the address that failed.
fn note<'k>(
    message: &Message,
    prose: &str,
    known: &'k Known,
    received: DateTime<FixedOffset>,
) -> Option<&'k SentNote> {
    let returned = message.returned.as_ref();
    let returned_ids = returned.map(|returned| returned.ids.as_slice()).unwrap_or_default();
    let ids = returned_ids.iter().chain(&message.in_reply_to).chain(message.references.iter().rev());
    if let Some(note) = known.note_of(ids) {
        return Some(note);
    }
    let text = message.text.as_deref().unwrap_or_default();
    if let Some(note) =
        known.sent.iter().find(|note| note.message_ids.iter().any(|id| text.contains(id.as_str())))
    {
        return Some(note);
    }
    let returned_subject = returned.and_then(|returned| returned.subject.as_deref());
    let failed = failed_addresses(message, prose);
    known
        .sent
        .iter()
        .filter(|note| note.sent_at <= received && received - note.sent_at <= LONGEST_RETRY)
        .filter(|note| failed.contains(&identity(note.to.as_str())))
        // Another mail of ours to the same person.
        .filter(|note| returned_subject.is_none_or(|subject| subject.trim() == note.subject.trim()))
        .max_by_key(|note| note.sent_at)
}

fn failed_addresses(message: &Message, prose: &str) -> Vec<String> {
    let fields = message
        .deliveries
        .iter()
        .flat_map(|delivery| delivery.final_recipient.iter().chain(&delivery.original_recipient));
    let in_prose = prose
        .split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c))
        .filter(|word| word.contains('@'))
        .map(|word| word.trim_end_matches('.'));
    fields.chain(&message.failed_recipients).map(String::as_str).chain(in_prose).map(identity).collect()
}

/// The part of the report that is about the note's recipient; another's only if it is not our own
/// copy, since addresses change on the way.
fn delivery<'m>(message: &'m Message, note: &SentNote, known: &Known) -> Option<&'m Delivery> {
    let wanted = identity(note.to.as_str());
    let recipients =
        |delivery: &'m Delivery| delivery.original_recipient.iter().chain(&delivery.final_recipient);
    let exact = message
        .deliveries
        .iter()
        .find(|delivery| recipients(delivery).any(|address| identity(address) == wanted));
    exact.or_else(|| {
        message
            .deliveries
            .iter()
            .find(|delivery| !recipients(delivery).any(|address| known.is_own_address(address)))
    })
}

/// The diagnostic, else the line with a code, else the first line that speaks of failure.
fn reason(delivery: Option<&Delivery>, prose: &str) -> String {
    let diagnostic = delivery.and_then(|delivery| delivery.diagnostic.clone());
    let coded = || prose.lines().find(|line| line.split_whitespace().any(is_code)).map(str::to_owned);
    let status = || delivery.and_then(|delivery| delivery.status.clone());
    let spoken = || {
        let fails = |line: &&str| FAILED.iter().any(|phrase| line.to_lowercase().contains(phrase));
        prose.lines().find(fails).map(str::to_owned)
    };
    let reason = diagnostic.or_else(coded).or_else(status).or_else(spoken).unwrap_or_default();
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    match reason.is_empty() {
        true => "no reason was given".to_owned(),
        false => reason.chars().take(LONGEST_REASON).collect(),
    }
}

/// `550`, `554:`, `#5.1.1`: the code of a failure for good (RFC 5321, RFC 3463).
fn is_code(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let parts: Vec<&str> = word.split(['.', '-']).collect();
    let digits =
        |part: &&str| !part.is_empty() && part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit());
    match parts.as_slice() {
        [code] => code.len() == 3 && digits(code) && code.starts_with('5'),
        ["5", subject, detail] => digits(subject) && digits(detail),
        _ => false,
    }
}
