//! The login of a session. What it writes must never be logged or shown.

use data_encoding::BASE64;
use io_imap::has_imap_capability;
use io_imap::rfc3501::login::{ImapLogin, ImapLoginOptions};
use io_imap::sasl::auth_plain::{ImapAuthPlain, ImapAuthPlainOptions};
use io_imap::sasl::auth_xoauth2::{ImapAuthXoauth2, ImapAuthXoauth2Options};
use io_imap::types::auth::AuthMechanism;
use io_imap::types::response::Capability;

use super::wire::{Wire, capped};
use super::{Failure, Patience, Refusal};
use crate::adapters::net::Echo;

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
    let attempt = match login {
        Login::Password(password) if !has_imap_capability!(offered, LoginDisabled) => {
            let command = ImapLogin::new(user, password, ImapLoginOptions::default()).map_err(|_| {
                Failure::Config("the user or the password holds a line break or a NUL".into())
            })?;
            wire.run(patience.command, command)
        }
        Login::Password(password) if takes(AuthMechanism::Plain) => {
            let options = ImapAuthPlainOptions { initial_request, ..Default::default() };
            wire.run(patience.command, ImapAuthPlain::new(None::<&str>, user, password, options))
        }
        Login::Xoauth2(token) if takes(AuthMechanism::XOAuth2) => {
            let options = ImapAuthXoauth2Options { initial_request, ..Default::default() };
            wire.run(patience.command, ImapAuthXoauth2::new(user, token, options))
        }
        Login::Password(_) | Login::Xoauth2(_) => return Err(Failure::NoMechanism(ways(offered))),
    };
    attempt.map_err(|failure| match failure {
        Failure::Refused(refusal) if is_passing(&refusal) => Failure::Refused(refusal),
        Failure::Refused(refusal) => {
            let text = wire.heard(with_reason(&refusal.text, wire.last_challenge()));
            Failure::Authentication(Refusal { text: capped(&text), ..refusal })
        }
        Failure::Protocol(_) => Failure::Protocol("the answer to the login cannot be read".into()),
        other => other,
    })
}

/// RFC 5530: these say that the login may be right and the moment is not.
fn is_passing(refusal: &Refusal) -> bool {
    ["[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]"]
        .iter()
        .any(|code| refusal.text.get(..code.len()).is_some_and(|start| start.eq_ignore_ascii_case(code)))
}

fn ways(offered: &[Capability<'static>]) -> Vec<String> {
    let is_way = |one: &&Capability<'_>| matches!(one, Capability::Auth(_) | Capability::LoginDisabled);
    offered.iter().filter(is_way).map(ToString::to_string).collect()
}

/// XOAUTH2 gives its reason as JSON in a challenge, and not in the refusal.
fn with_reason(text: &str, challenge: &[u8]) -> String {
    match BASE64.decode(challenge) {
        Ok(json) if !json.is_empty() => format!("{text} {}", String::from_utf8_lossy(&json)),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_only_busy_has_not_refused_the_login() {
        let refusal = |text: &str| Refusal { word: super::super::Word::No, text: text.into() };
        assert!(is_passing(&refusal("[unavailable] later")));
        assert!(!is_passing(&refusal("[AUTHENTICATIONFAILED] no")));
        assert!(!is_passing(&refusal("\u{e9}")));
    }
}
