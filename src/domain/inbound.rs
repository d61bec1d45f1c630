//! What a message in the mailbox means for the notes that were sent: an answer, a machine that
//! answers, a bounce, our own copy, or nothing. It reads plain data and touches no mailbox.

mod absence;
mod automatic;
mod bounce;
mod concern;
mod consequence;
mod fresh;
mod known;
mod lexicon;
mod quoted;
mod returning;
mod standing;
mod subject;
#[cfg(test)]
mod tests;
mod tracking;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::note::NoteId;
use super::person::PersonKey;

pub use known::{Known, KnownApplication, KnownPerson, SentNote, is_public_provider};

pub use bounce::is_fault_of_the_sender;
pub use consequence::{Change, Mail, MailKind, consequences};
pub use standing::{holds_thank_you, letter_to_reply_to};

use absence::Absence;
use automatic::Sign;
use concern::{By, Concern};
use fresh::Fresh;

/// What a message says, decoded. All of it is a stranger's: print it with care. Ids stand in
/// angle brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub from: Vec<Party>,
    pub reply_to: Vec<Party>,
    /// `To` and `Cc`.
    pub to: Vec<String>,
    pub subject: String,
    pub date: Option<DateTime<FixedOffset>>,
    pub message_id: Option<String>,
    /// The ids that it had before a server gave it another (`X-Microsoft-Original-Message-ID`).
    pub earlier_ids: Vec<String>,
    pub in_reply_to: Vec<String>,
    /// Oldest first.
    pub references: Vec<String>,
    /// RFC 3834: the keyword in lower case, without parameters.
    pub auto_submitted: Option<String>,
    /// In lower case.
    pub precedence: Option<String>,
    /// `Some("")` for the null sender.
    pub return_path: Option<String>,
    /// The names, in lower case, of headers that only answering machines write.
    pub machine_headers: Vec<String>,
    /// The names, in lower case, of RFC 2369 and RFC 2919 headers.
    pub list_headers: Vec<String>,
    /// `X-Failed-Recipients`.
    pub failed_recipients: Vec<String>,
    /// The `report-type` of a `multipart/report`, in lower case.
    pub report_type: Option<String>,
    /// What a delivery report says, one entry a recipient (RFC 3464).
    pub deliveries: Vec<Delivery>,
    /// The message that a report returns.
    pub returned: Option<Returned>,
    pub calendar: Option<Calendar>,
    /// It holds a part that only a reaction has (`text/vnd.google.email-reaction+json`).
    pub is_reaction: bool,
    /// The text part with LF line ends; absent if it was not fetched.
    pub text: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    pub name: Option<String>,
    pub address: String,
}

/// The per-recipient fields of RFC 3464, 2.3, without their type prefixes (`rfc822;`, `smtp;`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// In lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: String,
    pub status: Option<String>,
    pub diagnostic: Option<String>,
    pub final_recipient: Option<String>,
    pub original_recipient: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    pub ids: Vec<String>,
    pub subject: Option<String>,
}

/// A part of type `text/calendar` (RFC 5546).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// In upper case: `REQUEST`, `REPLY`, `CANCEL`.
    pub method: Option<String>,
    /// The address of the organizer.
    pub organizer: Option<String>,
    pub summary: Option<String>,
}

/// What a message means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody answered, or a tracking system or an invitation did for them: with `Sure`,
    /// everything pending of the application stops (T12).
    Answer {
        about: About,
        certainty: Certainty,
    },
    /// "Thanks!" and nothing else: shown, and asked about.
    Courtesy {
        about: About,
    },
    /// A machine's answer or a read receipt: no answer.
    AutoReply {
        about: About,
    },
    /// `returns` is the first day on which they are there again, if the text says so plainly.
    OutOfOffice {
        about: About,
        returns: Option<NaiveDate>,
    },
    /// It came back (T15). `reason` is the server's word, on one line.
    Bounce {
        note: NoteId,
        recipient: String,
        reason: String,
    },
    /// A server is still trying: no bounce, but evidence that the note was sent.
    Delayed {
        note: NoteId,
    },
    /// A server says that it passed the note on: evidence that it was sent.
    Delivered {
        note: NoteId,
    },
    /// Our copy to ourselves: evidence that the note was sent.
    OwnCopy {
        note: NoteId,
    },
    /// Some other mail of our own.
    Own,
    Unrelated,
}

/// Which application a message is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub application: String,
    /// The note that it refers to, else the last one sent before it, to that person if there is one.
    pub note: Option<NoteId>,
    /// Who wrote it, if it is one of the people met; else whom the note went to.
    pub person: Option<PersonKey>,
    /// Other applications that the same sender may mean; never filled where the thread tells.
    pub others: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    Sure,
    /// The owner is asked, and meanwhile the nudge waits.
    Ask(Doubt),
}

/// Why a message may not be an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    SameCompany,
    SameName,
    SameSubject,
    SeveralApplications,
    /// From the person, but with the marks of a newsletter.
    ListMail,
    /// It looks like mail of a tracking system.
    Tracking,
    /// Somebody answered an invitation.
    CalendarReply,
    /// An invitation from a stranger that names the company.
    Invitation,
    /// It came without a sender's address, as machines send, but has no other mark of one.
    NullSender,
    /// An answer without words of its own.
    Empty,
    /// A machine says that the person has left.
    NoLongerThere,
    /// A delivery report that does not say what happened.
    UnclearReport,
    /// Somebody is away, and the mail says more than that.
    MentionsAbsence,
    /// It bears the marks of automatic mail, and none of its words.
    MarkedAutomatic,
    /// Our own name, at an address that is not known to be ours.
    OwnName,
    /// Only the day of the interview is known, and the mail came on it.
    DayOfInterview,
}

impl Doubt {
    /// The reason to ask, for the owner to read.
    pub fn words(self) -> &'static str {
        match self {
            Doubt::SameCompany => "it comes from somebody else at the company",
            Doubt::SameName => "the name is the same, the address is another",
            Doubt::SameSubject => "the subject is that of your note, the sender is unknown",
            Doubt::SeveralApplications => "the sender belongs to several applications",
            Doubt::ListMail => "it carries the marks of a newsletter",
            Doubt::Tracking => "it looks like mail of a tracking system",
            Doubt::CalendarReply => "it answers an invitation",
            Doubt::Invitation => "it is an invitation that names the company",
            Doubt::NullSender => "it was sent the way machines send, and may be automatic",
            Doubt::Empty => "it has no words of its own",
            Doubt::NoLongerThere => "a machine says that they no longer work there",
            Doubt::UnclearReport => "it is a delivery report that does not say what happened",
            Doubt::MentionsAbsence => "it mentions an absence, and says more than that",
            Doubt::MarkedAutomatic => "it is marked as automatic, but may be a reply",
            Doubt::OwnName => "it bears your name; if the address is yours, add it to aliases in [me]",
            Doubt::DayOfInterview => "it came on the day of the interview, perhaps before it ended",
        }
    }
}

/// Whether the text of a mail has to be read to tell whether it is a report that a note came back.
pub fn may_be_report(message: &Message) -> bool {
    bounce::may_be_report(message)
}

/// What `message` means, `received` being when the mailbox took it.
///
/// Whatever refers to an id of ours is about that note, whoever sends it and whenever; all else
/// counts only from the end of the first interview of an application on, or from its first note,
/// give or take a few minutes.
pub fn judge(message: &Message, known: &Known, received: DateTime<FixedOffset>) -> Verdict {
    if known.is_own(message) {
        let ids = message.message_id.iter().chain(&message.earlier_ids);
        return match known.note_of(ids) {
            Some(note) => Verdict::OwnCopy { note: note.id.clone() },
            None => Verdict::Own,
        };
    }
    if let Some(verdict) = bounce::report(message, known, received) {
        return verdict;
    }
    match concern::concern(message, known, received) {
        Some(concern) if known.bears_own_name(message) && concern.by.is_by_hand() => {
            ask(concern.about, Doubt::OwnName)
        }
        Some(concern) => about(message, concern, received),
        None => Verdict::Unrelated,
    }
}

fn about(message: &Message, concern: Concern, received: DateTime<FixedOffset>) -> Verdict {
    let Concern { about, by } = concern;
    let machine = automatic::sign(message);
    if automatic::is_list_post(message) && by != By::Thread {
        return Verdict::Unrelated;
    }
    if automatic::is_newsletter(message) {
        match by {
            By::Thread => {}
            By::Person if machine.is_none() => return ask(about, Doubt::ListMail),
            By::Tracking(_) if tracking::subject_is_of_the_trade(message) => {}
            _ if message.calendar.is_some() => return ask(about, Doubt::Invitation),
            _ => return Verdict::Unrelated,
        }
    }
    if let Some(calendar) = &message.calendar {
        return match (calendar.method.as_deref(), by) {
            (Some("REPLY"), _) => ask(about, Doubt::CalendarReply),
            (_, By::Named | By::Name | By::Subject) => ask(about, Doubt::Invitation),
            _ => answer(about),
        };
    }
    if automatic::is_receipt(message) {
        return Verdict::AutoReply { about };
    }
    let is_theirs = matches!(by, By::Thread | By::Person);
    if is_theirs && automatic::is_reaction(message) {
        return Verdict::Courtesy { about };
    }
    match by {
        By::Tracking(certainty) => return tracked(about, certainty),
        By::Thread | By::Person if tracking::comes_from_vendor(message) && machine != Some(Sign::Reply) => {
            return answer(about);
        }
        By::Named => return Verdict::Unrelated,
        _ => {}
    }
    if let Some(machine) = machine {
        return answered_by(machine, message, about, by, received);
    }
    match by {
        By::Company if tracking::nobody_reads(message) => match tracking::subject_is_of_the_trade(message) {
            true => ask(about, Doubt::Tracking),
            false => Verdict::Unrelated,
        },
        By::Company => ask(about, Doubt::SameCompany),
        By::Name => ask(about, Doubt::SameName),
        By::Subject => ask(about, Doubt::SameSubject),
        _ => match absence::absence(message, received) {
            Absence::Only(returns) => Verdict::OutOfOffice { about, returns },
            Absence::Mentioned => ask(about, Doubt::MentionsAbsence),
            Absence::None => by_a_person(message, about),
        },
    }
}

fn by_a_person(message: &Message, about: About) -> Verdict {
    match fresh::fresh(message) {
        Fresh::Courtesy => Verdict::Courtesy { about },
        Fresh::Empty => ask(about, Doubt::Empty),
        Fresh::Content => answer(about),
    }
}

/// A machine wrote it: is anybody away, has anybody left, or does it mean nothing?
fn answered_by(
    machine: Sign,
    message: &Message,
    about: About,
    by: By,
    received: DateTime<FixedOffset>,
) -> Verdict {
    match by {
        By::Thread | By::Person => {}
        By::Company if tracking::subject_is_of_the_trade(message) => return ask(about, Doubt::Tracking),
        By::Company if machine == Sign::Reply => return Verdict::AutoReply { about },
        _ => return Verdict::Unrelated,
    }
    if automatic::says_gone(message) {
        return ask(about, Doubt::NoLongerThere);
    }
    if machine == Sign::Notice {
        // Mail that a person wrote can be marked like this by what passed it on.
        match absence::absence(message, received) {
            Absence::Only(returns) => return Verdict::OutOfOffice { about, returns },
            Absence::Mentioned => return ask(about, Doubt::MentionsAbsence),
            Absence::None => {}
        }
    }
    let returns = returning::returns(message, received);
    if machine != Sign::Notice && (returns.is_some() || automatic::says_away(message)) {
        return Verdict::OutOfOffice { about, returns };
    }
    match (machine, by) {
        (Sign::NullSender, _) => ask(about, Doubt::NullSender),
        // Their name on what another system sends: a contract to sign, a form to fill in.
        (Sign::Notice, By::Person) => ask(about, Doubt::Tracking),
        _ if automatic::only_acknowledges(message) => Verdict::AutoReply { about },
        (_, By::Thread) => ask(about, Doubt::MarkedAutomatic),
        _ => Verdict::AutoReply { about },
    }
}

fn tracked(about: About, certainty: Certainty) -> Verdict {
    match certainty {
        Certainty::Sure => answer(about),
        Certainty::Ask(_) => Verdict::Answer { about, certainty },
    }
}

fn answer(about: About) -> Verdict {
    let certainty = match about.others.is_empty() {
        true => Certainty::Sure,
        false => Certainty::Ask(Doubt::SeveralApplications),
    };
    Verdict::Answer { about, certainty }
}

fn ask(about: About, doubt: Doubt) -> Verdict {
    Verdict::Answer { about, certainty: Certainty::Ask(doubt) }
}
