//! What a server's words about a login mean: whether it was refused, or can't be judged for now.
//! No protocol here; the texts come from servers and mean nothing else.

/// What the server thinks of a login that didn't succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginVerdict {
    /// Trying it again may lock the account.
    Refused,
    /// The login may be right, and the moment is not.
    NotNow,
}

/// Response codes (RFC 5530, 3206, and what providers add) that settle it, whatever the words say.
const REFUSED: [&str; 6] =
    ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN", "WEBALERT"];
const NOT_NOW: [&str; 9] = [
    "UNAVAILABLE",
    "INUSE",
    "IN-USE",
    "SERVERBUG",
    "LIMIT",
    "OVERQUOTA",
    "THROTTLED",
    "LOGIN-DELAY",
    "SYS/TEMP",
];

/// Words of a server in trouble, also where a password is spoken of beside them.
const TROUBLE: [&str; 35] = [
    "tempora",
    "transient",
    "unavailable",
    "busy",
    "overload",
    "too many",
    "throttl",
    "maintenance",
    "timed out",
    "timeout",
    "in use",
    "not connected",
    "not connect to",
    "t connect to",
    "connection refused",
    "connection lost",
    "lost connection",
    "backend",
    "server error",
    "server problem",
    "system error",
    "system problem",
    "technical",
    "internal error",
    "internal login failure",
    "internal authentication failure",
    "internal failure",
    "generic failure",
    "out of memory",
    "shutting down",
    "vorübergehend",
    "überlastet",
    "временн",
    "繁忙",
    "频繁",
];

/// Words that only put somebody off; of a wrong password servers say "try again later" as well.
const DELAY: [&str; 12] = [
    "later",
    "again in ",
    "again shortly",
    "again soon",
    "at this time",
    "at the moment",
    "right now",
    "später",
    "plus tard",
    "más tarde",
    "позже",
    "稍后",
];

const CREDENTIALS: [&str; 15] = [
    "password",
    "passcode",
    "credential",
    "username",
    "user name",
    "userid",
    "incorrect",
    "invalid",
    "wrong",
    "not accepted",
    "passwort",
    "mot de passe",
    "contraseña",
    "пароль",
    "密码",
];

/// Judges what came back, with the response code in brackets that IMAP and POP put first, or the
/// enhanced status code of SMTP.
pub fn verdict(text: &str) -> LoginVerdict {
    let words = text.trim_start();
    if let Some((code, _)) = words.strip_prefix('[').and_then(|rest| rest.split_once([']', ' '])) {
        let is = |known: &&str| known.eq_ignore_ascii_case(code);
        if REFUSED.iter().any(is) {
            return LoginVerdict::Refused;
        }
        if NOT_NOW.iter().any(is) {
            return LoginVerdict::NotNow;
        }
    }
    if words.starts_with("4.") {
        return LoginVerdict::NotNow;
    }
    // "Version 7 or later" puts nobody off, and a temporary password may be wrong. To a wrong
    // password Postfix says "authentication failed: (reason unavailable)".
    let words = words.to_lowercase().replace("or later", "").replace("temporary password", "password");
    let words = words.replace("reason unavailable", "");
    let says = |list: &[&str]| list.iter().any(|one| words.contains(one));
    let is_over_limit = words.contains("limit")
        && ["exceed", "reach", "rate", "max"].iter().any(|word| words.contains(word))
        || words.contains("maximum number");
    match says(&TROUBLE) || is_over_limit || (says(&DELAY) && !says(&CREDENTIALS)) {
        true => LoginVerdict::NotNow,
        false => LoginVerdict::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_in_trouble_has_not_refused_the_login() {
        for text in [
            "[unavailable] later",
            "[UNAVAILABLE] invalid password?",
            "[INUSE] another session",
            "[LIMIT] no more",
            "[SERVERBUG] oops",
            "[OVERQUOTA] Account exceeded command or bandwidth limits.",
            "Temporary authentication failure",
            "[ALERT] Too many simultaneous connections. (Failure)",
            "[CAPABILITY IMAP4rev1] temporary failure",
            "Server Unavailable. 15",
            "User is authenticated but not connected.",
            "Request is throttled. Suggested Backoff Time: 299953 milliseconds",
            "Maximum number of connections from user+IP exceeded (mail_max_userip_connections)",
            "LOGIN failure. Server error please try again later",
            "Login failed: can't connect to auth server",
            "Internal login failure. Refer to server log for more information.",
            "server busy",
            "please come back later",
            "Login failed, rate limit exceeded",
            "4.7.0 Temporary authentication failure",
            "5.7.8 Error: authentication failed: Connection lost to authentication server",
            "Anmeldung vorübergehend nicht möglich",
            "登录过于频繁",
        ] {
            assert_eq!(verdict(text), LoginVerdict::NotNow, "{text}");
        }
    }

    #[test]
    fn a_refusal_is_one_whatever_else_it_says() {
        for text in [
            "",
            "LOGIN failed.",
            "[AUTHENTICATIONFAILED] no",
            "[AuthenticationFailed] Temporary lockout, try again later",
            "[AUTHORIZATIONFAILED] server busy",
            "[EXPIRED] renew it later",
            "[ALERT] Application-specific password required: https://support.google.com (Failure)",
            "[WEBALERT https://accounts.google.com/x] Web login required.",
            "Login failed: authentication failure",
            "Wrong password. Please try again later.",
            "Invalid login or password",
            "Your temporary password is not valid any more",
            "5.7.9 Please log in with your web browser and then try again",
            "5.7.8 Username and Password not accepted",
            "5.7.8 Error: authentication failed: (reason unavailable)",
            "Your program is too old: use version 7 or later",
            "LOGIN fehlgeschlagen",
            "\u{e9}",
        ] {
            assert_eq!(verdict(text), LoginVerdict::Refused, "{text}");
        }
    }
}
