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
    let told = |text: &str| without_echo(text, user, login);
    attempt.map_err(|failure| match failure {
        Failure::Refused(refusal) if is_passing(&refusal) => {
            Failure::Refused(Refusal { text: told(&refusal.text), ..refusal })
        }
        Failure::Refused(refusal) => {
            let text = with_reason(&refusal.text, wire.last_challenge());
            Failure::Authentication(Refusal { text: capped(&told(&text)), ..refusal })
        }
        Failure::Bye(text) => Failure::Bye(told(&text)),
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

/// Some servers repeat what they did not understand: a secret, even the beginning of one, must
/// not come back into a message.
fn without_echo(text: &str, user: &str, login: Login<'_>) -> String {
    let (secret, coded) = match login {
        Login::Password(secret) => (secret, BASE64.encode(format!("\0{user}\0{secret}").as_bytes())),
        Login::Xoauth2(secret) => {
            (secret, BASE64.encode(format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}").as_bytes()))
        }
    };
    let quoted = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let repeated = [secret, &quoted, &coded].into_iter().any(|shape| {
        let start: String = shape.chars().take(8).collect();
        !start.is_empty() && text.contains(&start)
    });
    match repeated {
        true => "(its words repeat the login, and are left out)".to_owned(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_a_server_repeats_is_left_out_however_it_is_written() {
        let token = "ya29.".repeat(100);
        let coded = BASE64.encode(format!("user=jo\u{1}auth=Bearer {token}\u{1}\u{1}").as_bytes());
        for (text, login) in [
            ("LOGIN jo sesame-42 failed", Login::Password("sesame-42")),
            (r#"what is LOGIN jo "se\"same"?"#, Login::Password(r#"se"same"#)),
            ("no AGpvAHNlc2FtZS00Mg==", Login::Password("sesame-42")),
            (capped(&format!("bad {token}")).as_str(), Login::Xoauth2(&token)),
            (capped(&format!("bad {coded}")).as_str(), Login::Xoauth2(&token)),
        ] {
            let told = without_echo(text, "jo", login);
            assert!(told.starts_with("(its words"), "{told}");
        }
        let other = "[AUTHENTICATIONFAILED] wrong";
        assert_eq!(without_echo(other, "jo", Login::Password("sesame-42")), other);
    }

    #[test]
    fn a_server_that_is_only_busy_has_not_refused_the_login() {
        let refusal = |text: &str| Refusal { word: super::super::Word::No, text: text.into() };
        assert!(is_passing(&refusal("[unavailable] later")));
        assert!(!is_passing(&refusal("[AUTHENTICATIONFAILED] no")));
        assert!(!is_passing(&refusal("\u{e9}")));
    }
}
