//! One message to one person: what it is for, what it says, and the id it keeps for ever.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use super::address::{EmailAddress, Mailbox};
use super::outbox::State;
use super::person::PersonKey;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoteKind {
    ThankYou,
    /// The first follow-up.
    Nudge,
    /// The last follow-up.
    CloseOut,
    RejectionReply,
    NextRoundReply,
}

/// How ids of rehearsals begin.
const REHEARSAL: &str = "<to-me.";

/// Whether a Message-ID is that of a rehearsal.
pub fn is_rehearsal(message_id: &str) -> bool {
    message_id.starts_with(REHEARSAL)
}

/// `acme/jane`, `acme/jane/2` (second round), `acme/jane/nudge`, `acme/jane/nudge-2` (the same
/// kind once more), `acme/jane/thank-you-2`: unique in a store, as nobody's key holds a `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoteId(String);

#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub id: NoteId,
    pub application: String,
    pub person: PersonKey,
    /// The round that the note is about.
    pub round: u32,
    pub kind: NoteKind,
    /// 1 unless the same kind goes to the same person about the same round again.
    pub ordinal: u32,
    pub state: State,
    /// The template folder that it was made from: `thank-you-late`.
    pub template: String,
    pub from: Option<Mailbox>,
    pub to: Option<Mailbox>,
    pub subject: String,
    /// Plain text with LF line ends, unwrapped paragraphs.
    pub body: String,
    pub edited: Edited,
    /// Hash of the facts that the text was made from.
    pub facts: String,
    /// Hash of what was last shown to its owner, see [`Note::shown_hash`].
    pub shown: Option<String>,
    /// The recipient's local day that the words of the text ("today") are true for.
    pub departs_on: NaiveDate,
    /// After this moment it is not sent without a new approval.
    pub send_before: Option<DateTime<FixedOffset>>,
    /// Approved for a later departure: not before this moment, unless its owner names it.
    pub send_after: Option<DateTime<FixedOffset>>,
    /// After a failed attempt the timer tries again from here on; a typed `send` tries now.
    pub next_try: Option<DateTime<FixedOffset>>,
    /// Fixed when the sender is first known; with angle brackets.
    pub message_id: Option<String>,
    /// The id that the server gave it instead; several with blanks between them.
    pub server_message_id: Option<String>,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// Names of checks that its owner overrode.
    pub allowed: Vec<String>,
    /// Times that the final dot of its present bytes was about to be written.
    pub offers: u32,
    pub attempts: u32,
    pub sent_at: Option<DateTime<FixedOffset>>,
    /// The server's last word, or the evidence for the state.
    pub detail: Option<String>,
    pub created_at: DateTime<FixedOffset>,
}

/// What its owner agreed to. Nothing else can be claimed, and a claim compares every field with
/// the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    pub id: NoteId,
    pub recipient: Mailbox,
    pub wire_sha256: Vec<u8>,
    /// The planned departure; `None` where it goes at once.
    pub not_before: Option<DateTime<FixedOffset>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// As the template made it.
    No,
    /// By its owner, whose words are never overwritten.
    ByOwner,
}

impl Approved {
    /// A note with the bytes that were agreed to; `None` where it has no recipient.
    pub fn of(note: &Note, wire: &[u8]) -> Option<Approved> {
        Some(Approved {
            id: note.id.clone(),
            recipient: note.to.clone()?,
            wire_sha256: Sha256::digest(wire).to_vec(),
            not_before: note.send_after,
        })
    }

    /// The same with bytes that bear another Date.
    #[must_use]
    pub fn with_bytes(&self, wire: &[u8]) -> Approved {
        Approved { wire_sha256: Sha256::digest(wire).to_vec(), ..self.clone() }
    }
}

impl Note {
    /// Hash over everything that its owner sees of it and that is sent, the Date line apart.
    pub fn shown_hash(&self) -> String {
        let mut hash = Sha256::new();
        let mailbox = |m: &Option<Mailbox>| m.as_ref().map(ToString::to_string).unwrap_or_default();
        for part in [
            mailbox(&self.from),
            mailbox(&self.to),
            self.subject.clone(),
            self.body.clone(),
            self.in_reply_to.clone().unwrap_or_default(),
            self.references.join(" "),
        ] {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        BASE32_NOPAD.encode(&hash.finalize())
    }

    /// The id of a copy that goes to its owner before the note itself: with the note's own id it
    /// would tell them later that the note had left.
    pub fn rehearsal_id(&self) -> Option<String> {
        self.message_id.as_ref().map(|id| id.replacen('<', REHEARSAL, 1))
    }

    /// All ids that an answer to this note can refer to.
    pub fn known_ids(&self) -> impl Iterator<Item = &str> {
        let theirs = self.server_message_id.iter().flat_map(|ids| ids.split_whitespace());
        self.message_id.iter().map(String::as_str).chain(theirs)
    }
}

/// The Message-ID of a note, with angle brackets. It is made from what the note *is* (sender,
/// recipient, local day of the interview, kind, ordinal), so every attempt on every machine gives
/// the same one.
pub fn message_id(
    from: &EmailAddress,
    to: &EmailAddress,
    interview: NaiveDate,
    kind: NoteKind,
    ordinal: u32,
) -> String {
    let identity =
        format!("thanks/1|{}|{}|{interview}|{}|{ordinal}", from.canonical(), to.canonical(), kind.name());
    let digest = BASE32_NOPAD.encode(&Sha256::digest(identity.as_bytes())).to_lowercase();
    let hash: String = digest.chars().take(26).collect();
    format!("<{hash}@{}>", from.ascii_domain())
}

impl NoteKind {
    pub const ALL: [NoteKind; 5] = [
        NoteKind::ThankYou,
        NoteKind::Nudge,
        NoteKind::CloseOut,
        NoteKind::RejectionReply,
        NoteKind::NextRoundReply,
    ];

    pub fn name(self) -> &'static str {
        match self {
            NoteKind::ThankYou => "thank-you",
            NoteKind::Nudge => "nudge",
            NoteKind::CloseOut => "close-out",
            NoteKind::RejectionReply => "rejection-reply",
            NoteKind::NextRoundReply => "next-round-reply",
        }
    }

    pub fn named(name: &str) -> Option<NoteKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it continues a thread in the hope of an answer.
    pub fn is_follow_up(self) -> bool {
        matches!(self, NoteKind::Nudge | NoteKind::CloseOut)
    }
}

impl NoteId {
    /// The id of a note: the first thank-you of round 1 has the short form. `ordinal` is 1 unless a note of
    /// that kind to that person about that round was settled before.
    pub fn new(application: &str, person: &str, kind: NoteKind, round: u32, ordinal: u32) -> NoteId {
        let mut id = format!("{application}/{person}");
        if round > 1 {
            id.push_str(&format!("/{round}"));
        }
        if kind != NoteKind::ThankYou || ordinal > 1 {
            id.push('/');
            id.push_str(kind.name());
        }
        if ordinal > 1 {
            id.push_str(&format!("-{ordinal}"));
        }
        NoteId(id)
    }

    /// An id as stored or typed; whether there is such a note is for the store to say.
    pub fn from_stored(id: impl Into<String>) -> NoteId {
        NoteId(id.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
