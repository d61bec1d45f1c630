//! Where the program does something else than the corpus says, and why.

use super::Expect::{self, Accept, Hold, Reject};

pub struct Differs {
    pub id: &'static str,
    pub expect: Expect,
    pub exit: i32,
    pub why: &'static str,
}

const fn differs(id: &'static str, expect: Expect, exit: i32, why: &'static str) -> Differs {
    Differs { id, expect, exit, why }
}

pub const DIFFERS: [Differs; 26] = [
    differs(
        "name-upper",
        Accept,
        0,
        "a word instead of a question: a family name in capitals is a custom too, and the greeting has `Priya`",
    ),
    differs(
        "name-tera-block",
        Hold,
        1,
        "recorded as it is; the finding `placeholder` blocks the note, as every blocked note exits 1",
    ),
    differs(
        "mail-eai",
        Accept,
        0,
        "recorded with a word about SMTPUTF8: the address is real; a server without it refuses for good (69)",
    ),
    differs(
        "mail-dup-person",
        Accept,
        0,
        "the same person and interview, so it updates and says so: there is one person and one note, sent once",
    ),
    differs(
        "subj-empty",
        Hold,
        1,
        "the finding `subject` blocks it at every look and every send, as all that only its owner can judge",
    ),
    differs(
        "subj-long",
        Hold,
        1,
        "the finding `subject` blocks it; allowed all the same it is refused (65), since no header line holds it",
    ),
    differs(
        "body-onlysig",
        Hold,
        1,
        "the findings `no-topic` and `salutation` block it: the checks judge what is said, not its layout",
    ),
    differs(
        "body-pixel",
        Hold,
        1,
        "notes are text/plain and nothing else, so no mail program loads it; as a note it lacks all and is blocked",
    ),
    differs("body-otherco", Hold, 1, "the finding `wrong-company` blocks it, and a blocked note exits 1"),
    differs(
        "date-future",
        Accept,
        0,
        "an interview may lie ahead: it is recorded with a word about the year, and nothing goes before its end",
    ),
    differs(
        "date-old",
        Accept,
        0,
        "the story of an old application may be told: it is recorded with a word, and no thank-you goes so late",
    ),
    differs(
        "time-gap",
        Reject,
        65,
        "no time is guessed: both that could be meant are named, ready to be typed",
    ),
    differs(
        "time-fold",
        Reject,
        65,
        "no time is guessed: both that could be meant are named, ready to be typed",
    ),
    differs("cfg-world-readable", Reject, 77, OTHERS_MAY_WRITE),
    differs("csv-missing-col", Reject, 78, NO_TABLES),
    differs("csv-ragged", Reject, 78, NO_TABLES),
    differs("csv-formula", Reject, 78, NO_TABLES),
    differs("csv-quote-open", Reject, 78, NO_TABLES),
    differs("csv-utf16", Reject, 78, NO_TABLES),
    differs(
        "ics-inject",
        Accept,
        0,
        "of a calendar of holidays only the days are read; nobody's name and no word of it is kept or shown",
    ),
    differs("ics-huge", Reject, 78, HOLIDAYS_ARE_CONFIGURED),
    differs("ics-nested", Reject, 78, HOLIDAYS_ARE_CONFIGURED),
    differs("imap-literal-bomb", Reject, 75, NOTHING_WAS_OFFERED),
    differs("imap-preauth", Reject, 75, NOTHING_WAS_OFFERED),
    differs(
        "smtp-ehlo-blank",
        Accept,
        0,
        "a blank line of EHLO offers nothing and costs nothing: it is passed over, and the note goes",
    ),
    differs(
        "env-tz-bad",
        Reject,
        78,
        "nothing is asked: no command runs on a clock that is not known, and the message says how to set it",
    ),
];

const OTHERS_MAY_WRITE: &str =
    "not asked: where it says where the password goes the configuration is refused by every command";
const NO_TABLES: &str = "no command reads tables of people; as the one file of others that is read, holidays_ics, it \
                         is a wrong configuration";
const HOLIDAYS_ARE_CONFIGURED: &str =
    "no command imports invitations yet; a file named by holidays_ics is a part of the configuration";
const NOTHING_WAS_OFFERED: &str =
    "76 is kept for a note that may have arrived; a look that failed can be tried again";
