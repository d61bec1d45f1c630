//! The tables of `config.toml` with their defaults, and the values that each key takes. Their
//! names are fixed: others' files rely on them.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Deserialize;

use super::providers::files_sent_mail;
use super::values;
use crate::domain::address::{EmailAddress, PersonName};
use crate::domain::checks::Limits;
use crate::domain::policy::Policy;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::zone::Zone;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub me: Option<Me>,
    pub smtp: Option<Smtp>,
    /// Absent: nobody looks for answers.
    pub imap: Option<Imap>,
    #[serde(default)]
    pub auth: Auth,
    #[serde(default)]
    pub policy: PolicyTable,
    #[serde(default)]
    pub checks: Checks,
    #[serde(default)]
    pub templates: Templates,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Me {
    /// Absent: From is the bare address.
    #[serde(default, deserialize_with = "values::name")]
    pub name: Option<PersonName>,
    #[serde(deserialize_with = "values::address")]
    pub email: EmailAddress,
    /// Your other addresses: mail from them is your own.
    #[serde(default, deserialize_with = "values::addresses")]
    pub aliases: Vec<EmailAddress>,
    #[serde(default, deserialize_with = "values::line")]
    pub phone: Option<String>,
    #[serde(default, deserialize_with = "values::zone")]
    pub timezone: Option<Zone>,
    /// `en` or `en-US`.
    #[serde(default, deserialize_with = "values::language")]
    pub language: Option<String>,
    /// ISO 3166: `US`, `DE-BY`.
    #[serde(default, deserialize_with = "values::country")]
    pub country: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Server")]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// As configured; see [`Config::smtp_user`].
    pub user: Option<String>,
    pub ca_file: Option<PathBuf>,
    /// As configured; see [`Config::sent_copy`].
    pub sent_copy: SentCopy,
}

/// How a copy of each note comes to lie among one's own sent mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentCopy {
    /// As the server needs it.
    #[default]
    Auto,
    /// Not at all, or by the server.
    None,
    /// As a mail to oneself.
    #[serde(rename = "self")]
    ToSelf,
    /// Put into the folder of sent mail.
    Imap,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "MailServer")]
pub struct Imap {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// As configured; see [`Config::imap_user`].
    pub user: Option<String>,
    pub ca_file: Option<PathBuf>,
    /// The folder of sent mail, where the server does not say which it is.
    pub sent: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// STARTTLS, without which nothing is said.
    Starttls,
    /// In clear, to this computer only.
    None,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    #[serde(default)]
    pub method: Method,
    /// A program and its arguments; its first line is the secret.
    #[serde(default, deserialize_with = "values::command")]
    pub command: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    #[default]
    Password,
    Xoauth2,
}

/// What overrides the policy of the interview's country; absent is as the country has it. Days
/// are business days.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyTable {
    pub thank_you_after_minutes: Option<u32>,
    pub thank_you_within_hours: Option<u32>,
    pub follow_up_days: Option<u32>,
    /// After a promised date.
    pub decision_days: Option<u32>,
    /// From the first follow-up to the last.
    pub close_out_days: Option<u32>,
    #[serde(deserialize_with = "values::few")]
    pub max_follow_ups: Option<u32>,
    /// After an answer that names no date.
    pub reply_days: Option<u32>,
    #[serde(deserialize_with = "values::dates")]
    pub holidays: Vec<NaiveDate>,
    /// Calendars of whole days, as written: a relative path is beside the configuration.
    #[serde(deserialize_with = "values::paths")]
    pub holidays_ics: Vec<PathBuf>,
}

impl PolicyTable {
    /// A country's numbers with these in their place.
    pub fn over(&self, country: Policy) -> Policy {
        let floor = |told: Option<u32>, floor: u32| told.map_or(floor, |days| floor.min(days));
        Policy {
            thank_you_after_minutes: self.thank_you_after_minutes.unwrap_or(country.thank_you_after_minutes),
            thank_you_within_hours: self.thank_you_within_hours.unwrap_or(country.thank_you_within_hours),
            nudge_after_business_days: self.follow_up_days.unwrap_or(country.nudge_after_business_days),
            nudge_floor_business_days: floor(self.follow_up_days, country.nudge_floor_business_days),
            nudge_after_answer_business_days: self
                .reply_days
                .unwrap_or(country.nudge_after_answer_business_days),
            after_decision_business_days: self.decision_days.unwrap_or(country.after_decision_business_days),
            close_out_after_business_days: self
                .close_out_days
                .unwrap_or(country.close_out_after_business_days),
            close_out_floor_business_days: floor(self.close_out_days, country.close_out_floor_business_days),
            follow_ups: self.max_follow_ups.unwrap_or(country.follow_ups),
            ..country
        }
    }
}

/// Jaccard similarity of two notes to one company, from 0 to 1 (M22).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    #[serde(deserialize_with = "values::share")]
    pub similar_ask: f64,
    #[serde(deserialize_with = "values::share")]
    pub similar_block: f64,
}

impl Checks {
    pub fn limits(&self) -> Limits {
        Limits { similar_ask: self.similar_ask, similar_block: self.similar_block }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Templates {
    /// As written: a relative one is beside the configuration.
    #[serde(deserialize_with = "values::path")]
    pub folder: Option<PathBuf>,
}

impl Config {
    /// Who logs in at the SMTP server; `None` means no login.
    pub fn smtp_user(&self) -> Option<String> {
        let configured = self.smtp.as_ref().and_then(|smtp| smtp.user.clone());
        configured.or_else(|| self.me.as_ref().map(|me| me.email.to_string())).filter(|user| !user.is_empty())
    }

    /// Who logs in at the IMAP server, which is the SMTP user unless told otherwise.
    pub fn imap_user(&self) -> Option<String> {
        let configured = self.imap.as_ref().and_then(|imap| imap.user.clone()).or_else(|| self.smtp_user());
        // No mailbox opens without a login, also where the mail is handed over without one.
        let own = || self.me.as_ref().map(|me| me.email.to_string());
        configured.filter(|user| !user.is_empty()).or_else(own)
    }

    /// What is to be done for a copy among the sent mail; never `Auto`. A mailbox is needed for
    /// `Imap`.
    pub fn sent_copy(&self) -> SentCopy {
        let Some(smtp) = &self.smtp else {
            return SentCopy::None;
        };
        match (smtp.sent_copy, &self.imap) {
            (SentCopy::Auto, _) if files_sent_mail(&smtp.host) => SentCopy::None,
            (SentCopy::Auto, Some(_)) => SentCopy::Imap,
            (SentCopy::Auto, None) => SentCopy::None,
            (told, _) => told,
        }
    }
}

impl Smtp {
    /// A server as a person names it. Where the encryption is not told it follows the port, and
    /// where the port is not told it follows the encryption. Errors are `Data`.
    pub fn new(
        host: &str,
        port: Option<u16>,
        security: Option<Security>,
        ca_file: Option<PathBuf>,
    ) -> Result<Smtp, Problem> {
        let refused = |what: String| Problem::new(Kind::Data, printable(&what));
        if !values::is_host(host) {
            return Err(refused(format!("`{host}` is no host such as smtp.example.com")));
        }
        let security = security.unwrap_or(match port {
            Some(587 | 25) => Security::Starttls,
            Some(_) | None => Security::Tls,
        });
        let port = check_door(host, port, security).map_err(refused)?;
        let port = port.unwrap_or(security.smtp_port());
        Ok(Smtp { host: host.to_owned(), port, security, user: None, ca_file, sent_copy: SentCopy::Auto })
    }

    /// Whether the port of a server on this computer doesn't say how it is encrypted: bridges and
    /// test servers have ports of their own, with and without TLS.
    pub fn is_unclear(host: &str, port: Option<u16>) -> bool {
        is_loopback(host) && !matches!(port, None | Some(25 | 465 | 587))
    }
}

impl Imap {
    /// A server as a person names it, `host` or `host:port`. Where the encryption is not told it
    /// follows the port. Errors are `Data`.
    pub fn named(text: &str, security: Option<Security>, ca_file: Option<PathBuf>) -> Result<Imap, Problem> {
        let (host, port) = host_and_port(text);
        let refused = |what: String| Problem::new(Kind::Data, printable(&what));
        if !values::is_host(host) {
            return Err(refused(format!("`{host}` is no host such as imap.example.com")));
        }
        let security = security.unwrap_or(match port {
            Some(143) => Security::Starttls,
            Some(_) | None => Security::Tls,
        });
        let port = check_door(host, port, security).map_err(refused)?.unwrap_or(security.imap_port());
        Ok(Imap { host: host.to_owned(), port, security, user: None, ca_file, sent: None })
    }

    /// As [`Smtp::is_unclear`], of a server as a person names it.
    pub fn is_unclear(text: &str) -> bool {
        let (host, port) = host_and_port(text);
        is_loopback(host) && !matches!(port, None | Some(143 | 993))
    }

    /// Whether this is the server that a person names.
    pub fn is_named(&self, text: &str) -> bool {
        let (host, port) = host_and_port(text);
        self.host == host && port.is_none_or(|port| self.port == port)
    }
}

/// `host` or `host:port`; an IPv6 address has no port.
fn host_and_port(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

impl Security {
    /// By its word in the file.
    pub fn named(word: &str) -> Option<Security> {
        [Security::Tls, Security::Starttls, Security::None]
            .into_iter()
            .find(|security| security.word() == word)
    }

    pub fn smtp_port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::None => 25,
        }
    }

    pub fn imap_port(self) -> u16 {
        match self {
            Security::Tls => 993,
            Security::Starttls | Security::None => 143,
        }
    }

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Security::Tls => "tls",
            Security::Starttls => "starttls",
            Security::None => "none",
        }
    }
}

impl Method {
    /// By its word in the file.
    pub fn named(word: &str) -> Option<Method> {
        [Method::Password, Method::Xoauth2].into_iter().find(|method| method.word() == word)
    }

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::Xoauth2 => "xoauth2",
        }
    }
}

impl Default for Checks {
    fn default() -> Self {
        let Limits { similar_ask, similar_block } = Limits::default();
        Checks { similar_ask, similar_block }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    #[serde(deserialize_with = "values::host")]
    host: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    #[serde(default, deserialize_with = "values::line")]
    user: Option<String>,
    #[serde(default, deserialize_with = "values::rooted_path")]
    ca_file: Option<PathBuf>,
    #[serde(default)]
    sent_copy: SentCopy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MailServer {
    #[serde(deserialize_with = "values::host")]
    host: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    #[serde(default, deserialize_with = "values::line")]
    user: Option<String>,
    #[serde(default, deserialize_with = "values::rooted_path")]
    ca_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::line")]
    sent: Option<String>,
}

impl TryFrom<Server> for Smtp {
    type Error = String;

    fn try_from(server: Server) -> Result<Smtp, String> {
        let Server { host, port, security, user, ca_file, sent_copy } = server;
        let port = check_door(&host, port, security)?.unwrap_or(security.smtp_port());
        Ok(Smtp { host, port, security, user, ca_file, sent_copy })
    }
}

impl TryFrom<MailServer> for Imap {
    type Error = String;

    fn try_from(server: MailServer) -> Result<Imap, String> {
        let MailServer { host, port, security, user, ca_file, sent } = server;
        let port = check_door(&host, port, security)?.unwrap_or(security.imap_port());
        Ok(Imap { host, port, security, user, ca_file, sent })
    }
}

fn check_door(host: &str, port: Option<u16>, security: Security) -> Result<Option<u16>, String> {
    if port == Some(0) {
        return Err("port 0 is no port".to_owned());
    }
    if security == Security::None && !is_loopback(host) {
        return Err(format!("security = \"none\" is for this computer only, and {host} is elsewhere"));
    }
    Ok(port)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
