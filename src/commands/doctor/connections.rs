//! The way out and the way in: password, certificates, logins. It logs in
//! as a send would, with the same deadlines, hands nothing over and remembers nothing.

use super::super::App;
use super::Check;
use super::mailbox::looks;
use crate::adapters::imap;
use crate::adapters::net::Security;
use crate::adapters::secrets::{Found, Source, keyring_status};
use crate::adapters::smtp;
use crate::adapters::store::Store;
use crate::domain::problem::Problem;
use crate::domain::text::printable;
use crate::flow::account::Account;
use crate::flow::mailbox::Mailbox;
use crate::flow::refusal::Attempted;

/// The names of the checks of one server.
struct Names {
    password: &'static str,
    server: &'static str,
    login: &'static str,
}

const OUT: Names = Names { password: "password", server: "smtp server", login: "smtp login" };
const IN: Names = Names { password: "mailbox password", server: "imap server", login: "imap login" };

/// Nothing where no account is set up, which another check says.
pub(super) fn all(app: &App) -> Vec<Check> {
    let Ok(Some(account)) = Account::configured(app.config.as_ref()) else { return Vec::new() };
    let mut checks = Vec::new();
    let kept = account.kept_secret(&app.terminal);
    checks.push(match &kept {
        Ok(None) => Check::ok(OUT.password, "none is wanted"),
        Ok(Some(found)) => password(&OUT, Ok(found)),
        Err(problem) => password(&OUT, Err(problem)),
    });
    checks.extend(sending(app, &account, kept.as_ref().ok()));
    match Mailbox::configured(app.config.as_ref()) {
        Ok(None) => {}
        Ok(Some(mailbox)) => {
            let user = Some(mailbox.server.user.as_str());
            let found = match kept {
                Ok(Some(found)) if account.server.user.as_deref() == user => Ok(found),
                // The same password is not there for the mailbox either.
                Err(problem) if account.server.user.as_deref() == user => Err(problem),
                _ => {
                    let found = mailbox.kept_secret(&app.terminal);
                    checks.push(password(&IN, found.as_ref()));
                    found
                }
            };
            checks.extend(reading(app, &mailbox, found.ok().as_ref()));
        }
        Err(problem) => checks.push(Check::problem(IN.server, &problem, "see [imap]")),
    }
    checks
}

fn password(names: &Names, found: Result<&Found, &Problem>) -> Check {
    match found {
        Ok(found) => match found.source {
            Source::Keyring => Check::ok(names.password, "in the keyring"),
            Source::Command | Source::Asked => Check::ok(names.password, "from the command in [auth]"),
        },
        Err(problem) => {
            // Why it is not asked for is no news here.
            let why = problem.details.first().map_or(problem.message.as_str(), String::as_str);
            let mend = problem.hint.clone().unwrap_or_else(|| "`thanks init` takes a new one".to_owned());
            match keyring_status() {
                Err(_) if why.starts_with("keyring: ") => Check::warn(
                    names.password,
                    format!("{why}; it is asked for at each send, and nothing can be sent by itself"),
                    "`thanks init` takes a command that prints it",
                ),
                _ if why.starts_with("keyring: ") => Check::fail(names.password, why, mend),
                _ => Check::fail(names.password, problem.message.clone(), mend),
            }
        }
    }
}

/// `found`: a password, none because none is wanted, or nothing at all.
fn sending(app: &App, account: &Account, found: Option<&Option<Found>>) -> [Check; 2] {
    let server = &account.server;
    app.terminal.announce(&format!("connecting to {}, port {}", printable(&server.host), server.port));
    let secret = found.and_then(Option::as_ref);
    let attempted = secret.and_then(|found| account.attempted(&found.secret));
    match account.try_out(secret) {
        Ok(()) => [
            Check::ok(OUT.server, reached(&server.host, server.port, server.security)),
            match (found, attempted) {
                (Some(None), _) => Check::ok(OUT.login, "none is wanted"),
                (_, Some(attempted)) => accepted(app, OUT.login, &attempted, "thanks send"),
                _ => not_tried(OUT.login, "there is no password"),
            },
        ],
        Err((smtp::Phase::Auth, problem)) => [
            Check::ok(OUT.server, reached(&server.host, server.port, server.security)),
            Check::problem(OUT.login, &problem, "`thanks init` takes a new password"),
        ],
        Err((_, problem)) => [
            Check::problem(OUT.server, &problem, "see host and port in [smtp], and the network"),
            not_tried(OUT.login, "there is no connection"),
        ],
    }
}

fn reading(app: &App, mailbox: &Mailbox, found: Option<&Found>) -> Vec<Check> {
    let server = &mailbox.server;
    let Some(found) = found else {
        // Nothing can be said to a mailbox without a login.
        return vec![not_tried(IN.server, "there is no password")];
    };
    app.terminal.announce(&format!("connecting to {}, port {}", printable(&server.host), server.port));
    let reached = || Check::ok(IN.server, reached(&server.host, server.port, server.security));
    match mailbox.try_out(found) {
        Ok(session) => {
            let login = accepted(app, IN.login, &mailbox.attempted(found), "thanks sync");
            let mut checks = vec![reached(), login];
            checks.extend(looks(app, mailbox, session));
            checks
        }
        Err((imap::Phase::Login, problem)) => {
            vec![reached(), Check::problem(IN.login, &problem, "`thanks init` takes a new password")]
        }
        Err((_, problem)) => vec![
            Check::problem(IN.server, &problem, "see host and port in [imap], and the network"),
            not_tried(IN.login, "there is no connection"),
        ],
    }
}

/// A login that works; the timer may still hold its notes back for an earlier refusal.
fn accepted(app: &App, name: &'static str, attempted: &Attempted, lifts: &str) -> Check {
    let database = &app.paths.database;
    match Store::is_begun(database) && attempted.was_refused_in(database).unwrap_or_default() {
        false => Check::ok(name, "accepted"),
        true => Check::warn(
            name,
            "accepted now; it was refused before, so that the timer does not try it",
            format!("`{lifts}` lifts that, or `thanks init`"),
        ),
    }
}

fn not_tried(name: &'static str, why: &str) -> Check {
    Check::warn(name, format!("not tried: {why}"), "see the line above")
}

fn reached(host: &str, port: u16, security: Security) -> String {
    let how = match security {
        Security::Tls => "TLS, and its certificate is trusted",
        Security::StartTls => "STARTTLS, and its certificate is trusted",
        Security::Plain => "in clear, on this computer alone",
    };
    format!("{}:{port}, {how}", printable(host))
}
