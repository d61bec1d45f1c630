//! What the common mail providers want: their servers, and the words behind their refusals.

use super::{Imap, Method, Security, SentCopy, Smtp};

/// A proposal for an account, by the domain of its address.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    pub smtp: Smtp,
    pub imap: Imap,
    pub method: Method,
    /// What to get before logging in, where the ordinary password will not do.
    pub secret_hint: Option<&'static str>,
    /// Whether this is known of the provider, or only the usual names below the domain.
    pub source: PresetSource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetSource {
    Known,
    Guessed,
}

const GMAIL: &str = "Gmail needs an app password: https://myaccount.google.com/apppasswords";
const ICLOUD: &str = "iCloud needs an app-specific password: https://account.apple.com";
const YAHOO: &str = "Yahoo needs an app password: https://login.yahoo.com/account/security";
const AOL: &str = "AOL needs an app password: https://login.aol.com/account/security";
const FASTMAIL: &str = "Fastmail needs an app password: https://app.fastmail.com/settings/security/apps";
const ZOHO: &str = "Zoho needs an app password where two-factor login is on: https://accounts.zoho.com";
const GMX: &str = "GMX and WEB.DE let programs in only after POP3 and IMAP are switched on in the settings";
const MICROSOFT: &str = "Microsoft takes no passwords here: set method = \"xoauth2\" and a command that prints an access token, in the section [auth]";

struct Provider {
    domains: &'static [&'static str],
    smtp: (&'static str, Security),
    imap: &'static str,
    method: Method,
    hint: Option<&'static str>,
}

const fn provider(
    domains: &'static [&'static str],
    smtp: (&'static str, Security),
    imap: &'static str,
    hint: Option<&'static str>,
) -> Provider {
    Provider { domains, smtp, imap, method: Method::Password, hint }
}

const fn microsoft(domains: &'static [&'static str], smtp: &'static str) -> Provider {
    Provider {
        domains,
        smtp: (smtp, Security::Starttls),
        imap: "outlook.office365.com",
        method: Method::Xoauth2,
        hint: Some(MICROSOFT),
    }
}

const PROVIDERS: [Provider; 15] = [
    provider(
        &["gmail.com", "googlemail.com"],
        ("smtp.gmail.com", Security::Tls),
        "imap.gmail.com",
        Some(GMAIL),
    ),
    microsoft(&["outlook.com", "outlook.de", "hotmail.com", "live.com", "msn.com"], "smtp-mail.outlook.com"),
    microsoft(&["office365.com", "onmicrosoft.com"], "smtp.office365.com"),
    provider(
        &["icloud.com", "me.com", "mac.com"],
        ("smtp.mail.me.com", Security::Starttls),
        "imap.mail.me.com",
        Some(ICLOUD),
    ),
    provider(
        &["yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk", "ymail.com"],
        ("smtp.mail.yahoo.com", Security::Tls),
        "imap.mail.yahoo.com",
        Some(YAHOO),
    ),
    provider(&["aol.com"], ("smtp.aol.com", Security::Tls), "imap.aol.com", Some(AOL)),
    provider(
        &["fastmail.com", "fastmail.fm"],
        ("smtp.fastmail.com", Security::Tls),
        "imap.fastmail.com",
        Some(FASTMAIL),
    ),
    provider(&["zoho.com", "zohomail.com"], ("smtp.zoho.com", Security::Tls), "imap.zoho.com", Some(ZOHO)),
    provider(&["zoho.eu", "zohomail.eu"], ("smtp.zoho.eu", Security::Tls), "imap.zoho.eu", Some(ZOHO)),
    provider(
        &["gmx.net", "gmx.de", "gmx.at", "gmx.ch"],
        ("mail.gmx.net", Security::Tls),
        "imap.gmx.net",
        Some(GMX),
    ),
    provider(&["gmx.com"], ("mail.gmx.com", Security::Tls), "imap.gmx.com", Some(GMX)),
    provider(&["web.de"], ("smtp.web.de", Security::Starttls), "imap.web.de", Some(GMX)),
    provider(&["posteo.de", "posteo.net"], ("posteo.de", Security::Tls), "posteo.de", None),
    provider(&["mailbox.org"], ("smtp.mailbox.org", Security::Tls), "imap.mailbox.org", None),
    provider(&["t-online.de"], ("securesmtp.t-online.de", Security::Tls), "secureimap.t-online.de", None),
];

/// `domain` as in DNS, in lower case.
pub fn preset(domain: &str) -> Preset {
    let known = PROVIDERS.iter().find(|provider| {
        provider
            .domains
            .iter()
            .any(|own| domain == *own || domain.strip_suffix(own).is_some_and(|d| d.ends_with('.')))
    });
    match known {
        Some(provider) => {
            let (smtp, security) = provider.smtp;
            Preset {
                smtp: smtp_at(smtp.to_owned(), security),
                imap: imap_at(provider.imap.to_owned()),
                method: provider.method,
                secret_hint: provider.hint,
                source: PresetSource::Known,
            }
        }
        None => Preset {
            smtp: smtp_at(format!("smtp.{domain}"), Security::Tls),
            imap: imap_at(format!("imap.{domain}")),
            method: Method::Password,
            secret_hint: None,
            source: PresetSource::Guessed,
        },
    }
}

/// What to do about a refused login, if the provider is known for it. `code` and `text` are the
/// server's reply to AUTH, or to MAIL where it refuses there.
pub fn explain_login(host: &str, code: u16, text: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    let says = |code: &str| text.contains(code);
    if says("5.7.30") || says("5.7.57") || says("5.7.139") || says("asic authentication is") {
        return Some(MICROSOFT);
    }
    if !matches!(code, 530 | 534 | 535) {
        return None;
    }
    let hints = [
        ("gmail.com", GMAIL),
        ("mail.me.com", ICLOUD),
        ("yahoo.com", YAHOO),
        ("aol.com", AOL),
        ("fastmail.com", FASTMAIL),
        ("zoho.com", ZOHO),
        ("zoho.eu", ZOHO),
        ("gmx.net", GMX),
        ("gmx.com", GMX),
        ("web.de", GMX),
        ("outlook.com", MICROSOFT),
        ("office365.com", MICROSOFT),
    ];
    let is_at = |domain: &str| host.strip_suffix(domain).is_some_and(|h| h.is_empty() || h.ends_with('.'));
    hints.iter().find(|(domain, _)| is_at(domain)).map(|(_, hint)| *hint)
}

/// Whether a server puts what it is given into the sender's folder of sent mail by itself, as
/// users of Gmail, of Microsoft's servers (MailKit #1193) and of Zoho (nylas/sync-engine #365) have
/// seen. A server that is missing here costs nothing: Sent is searched before anything is put there.
pub(super) fn files_sent_mail(host: &str) -> bool {
    const HOSTS: [&str; 6] = [
        "smtp.gmail.com",
        "smtp.googlemail.com",
        "smtp-mail.outlook.com",
        "smtp.office365.com",
        "smtp.zoho.com",
        "smtp.zoho.eu",
    ];
    HOSTS.iter().any(|known| host.eq_ignore_ascii_case(known))
}

fn smtp_at(host: String, security: Security) -> Smtp {
    let port = security.smtp_port();
    Smtp { host, port, security, user: None, ca_file: None, sent_copy: SentCopy::Auto }
}

fn imap_at(host: String) -> Imap {
    let security = Security::Tls;
    Imap { host, port: security.imap_port(), security, user: None, ca_file: None, sent: None }
}
