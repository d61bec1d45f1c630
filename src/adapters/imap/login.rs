//! The login of a session. What it writes must never be logged or shown.

use data_encoding::BASE64;
use io_imap::has_imap_capability;
use io_imap::rfc3501::login::{ImapLogin, ImapLoginOptions};
use io_imap::sasl::auth_plain::{ImapAuthPlain, ImapAuthPlainOptions};
use io_imap::sasl::auth_xoauth2::{ImapAuthXoauth2, ImapAuthXoauth2Options};
use io_imap::types::auth::AuthMechanism;
use io_imap::types::command::CommandBody;
use io_imap::types::core::{IString, NString};
use io_imap::types::response::Capability;

use super::wire::{Wire, capped};
use super::{Failure, Patience, Refusal};
use crate::adapters::net::Echo;
use crate::domain::login::{LoginVerdict, verdict};

/// What proves who we are. There is no `Debug`, so that it cannot get into a message.
#[derive(Clone, Copy)]
pub enum Login<'a> {
    Password(&'a str),
    /// An access token of OAuth 2.
    Xoauth2(&'a str),
}

/// Logs in, but only where nobody can read along. Gives what the server can do now, if it said so.
pub(super) fn log_in(
    wire: &mut Wire,
    offered: &[Capability<'static>],
    user: &str,
    login: Login<'_>,
    patience: &Patience,
) -> Result<Vec<Capability<'static>>, Failure> {
    if !wire.is_private() {
        return Err(Failure::Config("a password is never sent in clear to another machine".into()));
    }
    let (Login::Password(secret) | Login::Xoauth2(secret)) = login;
    wire.guard(Echo::of(user, secret));
    let initial_request = has_imap_capability!(offered, SaslIr);
    let takes = |mechanism| {
        offered.iter().any(|one| matches!(one, Capability::Auth(offered) if *offered == mechanism))
    };
    // A literal would carry what isn't ASCII, and some proxies refuse one in a LOGIN.
    let needs_literal = !user.is_ascii() || !secret.is_ascii();
    let by_plain =
        takes(AuthMechanism::Plain) && (needs_literal || has_imap_capability!(offered, LoginDisabled));
    let attempt = match login {
        Login::Password(password) if by_plain => {
            let options = ImapAuthPlainOptions { initial_request, ..Default::default() };
            wire.run(patience.command, ImapAuthPlain::new(None::<&str>, user, password, options))
        }
        Login::Password(password) if !has_imap_capability!(offered, LoginDisabled) => {
            let command = ImapLogin::new(user, password, ImapLoginOptions::default()).map_err(|_| {
                Failure::Config("the user or the password holds a line break or a NUL".into())
            })?;
            wire.run(patience.command, command)
        }
        Login::Xoauth2(token) if takes(AuthMechanism::XOAuth2) => {
            let options = ImapAuthXoauth2Options { initial_request, ..Default::default() };
            wire.run(patience.command, ImapAuthXoauth2::new(user, token, options))
        }
        Login::Password(_) | Login::Xoauth2(_) => return Err(Failure::NoMechanism(ways(offered))),
    };
    attempt.map_err(|failure| match failure {
        Failure::Refused(refusal) if verdict(&refusal.text) == LoginVerdict::NotNow => {
            Failure::Refused(refusal)
        }
        Failure::Refused(refusal) => {
            let text = wire.heard(with_reason(&refusal.text, wire.last_challenge()));
            Failure::Authentication(Refusal { text: capped(&text), ..refusal })
        }
        Failure::Protocol(_) => Failure::Protocol("the answer to the login cannot be read".into()),
        other => other,
    })
}

fn ways(offered: &[Capability<'static>]) -> Vec<String> {
    let is_way = |one: &&Capability<'_>| matches!(one, Capability::Auth(_) | Capability::LoginDisabled);
    offered.iter().filter(is_way).map(ToString::to_string).collect()
}

/// Says which program this is (RFC 2971), where the server asks for that: some providers open no
/// folder for a client that didn't. What it thinks of the answer doesn't matter.
pub(super) fn introduce(
    wire: &mut Wire,
    offered: &[Capability<'static>],
    patience: &Patience,
) -> Result<(), Failure> {
    if !has_imap_capability!(offered, Id) {
        return Ok(());
    }
    let field = |name: &'static str, value: &'static str| {
        Some((IString::try_from(name).ok()?, NString(Some(IString::try_from(value).ok()?))))
    };
    let fields = [field("name", "thanks"), field("version", env!("CARGO_PKG_VERSION"))];
    let parameters = Some(fields.into_iter().flatten().collect());
    match wire.ask(patience.command, CommandBody::Id { parameters }) {
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// XOAUTH2 gives its reason as JSON in a challenge, and not in the refusal.
fn with_reason(text: &str, challenge: &[u8]) -> String {
    match BASE64.decode(challenge) {
        Ok(json) if !json.is_empty() => format!("{text} {}", String::from_utf8_lossy(&json)),
        _ => text.to_owned(),
    }
}
