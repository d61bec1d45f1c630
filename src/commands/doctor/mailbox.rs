//! The look that comes before every follow-up, with nothing made of what it finds: INBOX is opened,
//! searched and fetched, then the folder of sent mail.

use super::super::App;
use super::Check;
use crate::adapters::imap::{self, ImapError, Reach, Session};
use crate::adapters::store::{self, Store};
use crate::domain::problem::Problem;
use crate::domain::text::printable;
use crate::flow::listen::{self, Record};
use crate::flow::mailbox::Mailbox;

const INBOX: &str = "inbox";
const SENT: &str = "sent folder";
const HOLDS: &str = "follow-ups wait until this works; `thanks doctor` looks again";

pub(super) fn looks(app: &App, mailbox: &Mailbox, mut session: Session) -> [Check; 2] {
    // A record that can't be read is another check's to name.
    let record = recorded(app).unwrap_or_default();
    let id = record.newest_id();
    let inbox = inbox(app, mailbox, &mut session, record);
    let sent = sent(app, mailbox, &mut session, id.as_deref());
    session.logout();
    [inbox, sent]
}

fn recorded(app: &App) -> Option<Record> {
    let path = &app.paths.database;
    let store = Store::is_begun(path).then(|| store::open_to_read(path).ok().flatten())??;
    Record::of(&store).ok()
}

fn inbox(app: &App, mailbox: &Mailbox, session: &mut Session, record: Record) -> Check {
    let scan = match listen::scan(session, mailbox, record, app.local_now()) {
        Ok(scan) => scan,
        Err(problem) => return Check::problem(INBOX, &problem, HOLDS),
    };
    let mut amiss: Vec<String> = scan.look.warnings.iter().map(|warning| printable(warning)).collect();
    match scan.look.unread.len() {
        0 => {}
        1 => amiss.push("1 message cannot be read".to_owned()),
        many => amiss.push(format!("{many} messages cannot be read")),
    }
    if !scan.look.cut.is_empty() || scan.look.reach != Reach::Whole {
        amiss.push("there is more mail than is read".to_owned());
    }
    let read = match scan.read() {
        1 => "1 message read, as before a follow-up".to_owned(),
        many => format!("{many} messages read, as before a follow-up"),
    };
    match amiss.is_empty() {
        true => Check::ok(INBOX, read),
        false => Check::warn(
            INBOX,
            format!("{read}; {}", amiss.join("; ")),
            "`thanks sync` asks about what may be a reply",
        ),
    }
}

fn sent(app: &App, mailbox: &Mailbox, session: &mut Session, id: Option<&str>) -> Check {
    let failed = |error: ImapError| error.problem(&mailbox.server);
    let problem = |problem: Problem| Check::problem(SENT, &problem, "`thanks doctor` later");
    let folder = match session.sent_folder(mailbox.sent.as_deref()).map_err(failed) {
        Ok(Some(folder)) => folder,
        Ok(None) => {
            return Check::warn(
                SENT,
                "none is known, so that copies are neither found nor put there",
                "name it with sent in [imap]",
            );
        }
        Err(error) => return problem(error),
    };
    let me = app.sender().mailbox.map(|me| me.address.to_string());
    let ids: Vec<&str> = id.into_iter().collect();
    let today = app.local_now().date_naive();
    let found = match session.find_in_sent(&folder.name, &ids, me.as_deref(), Some(today)).map_err(failed) {
        Ok(found) => found,
        Err(error) => return problem(error),
    };
    let name = printable(&folder.name);
    match (found.unread.len(), folder.known) {
        (0, imap::Known::Guessed) => {
            Check::ok(SENT, format!("{name}, by its name; if that's wrong, set sent in [imap]"))
        }
        (0, _) => Check::ok(SENT, name),
        (unread, _) => Check::warn(
            SENT,
            format!("{name}; copies that cannot be read: {unread}"),
            "`thanks send` asks about them where they matter",
        ),
    }
}
