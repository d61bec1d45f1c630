//! The tables of `config.toml` with their defaults, and the values that each key takes. Their
//! names are fixed: others' files rely on them.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::domain::address::{EmailAddress, PersonName};
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
    #[serde(default, deserialize_with = "name")]
    pub name: Option<PersonName>,
    #[serde(deserialize_with = "address")]
    pub email: EmailAddress,
    #[serde(default, deserialize_with = "line")]
    pub phone: Option<String>,
    #[serde(default, deserialize_with = "zone")]
    pub timezone: Option<Zone>,
    /// `en` or `en-US`.
    #[serde(default, deserialize_with = "language")]
    pub language: Option<String>,
    /// ISO 3166: `US`, `DE-BY`.
    #[serde(default, deserialize_with = "country")]
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
    #[serde(default, deserialize_with = "command")]
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
    #[serde(deserialize_with = "few")]
    pub max_follow_ups: Option<u32>,
    /// After an answer that names no date.
    pub reply_days: Option<u32>,
    /// On the recipient's clock, 0 to 23.
    #[serde(deserialize_with = "hour")]
    pub follow_up_hour: Option<u32>,
    #[serde(deserialize_with = "dates")]
    pub holidays: Vec<NaiveDate>,
}

/// Jaccard similarity of two notes to one company, from 0 to 1 (M22).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    #[serde(deserialize_with = "share")]
    pub similar_ask: f64,
    #[serde(deserialize_with = "share")]
    pub similar_block: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Templates {
    /// As written: a relative one is beside the configuration.
    #[serde(deserialize_with = "path")]
    pub folder: Option<PathBuf>,
}

impl Config {
    /// Who logs in at the SMTP server; `None` means no login.
    pub fn smtp_user(&self) -> Option<String> {
        let configured = self.smtp.as_ref().and_then(|smtp| smtp.user.clone());
        configured
            .or_else(|| self.me.as_ref().map(|me| me.email.to_string()))
            .filter(|user| !user.is_empty())
    }

    /// Who logs in at the IMAP server, which is the SMTP user unless told otherwise.
    pub fn imap_user(&self) -> Option<String> {
        match self.imap.as_ref().and_then(|imap| imap.user.clone()) {
            Some(user) => Some(user).filter(|user| !user.is_empty()),
            None => self.smtp_user(),
        }
    }
}

impl Security {
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
        Checks {
            similar_ask: 0.60,
            similar_block: 0.75,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    #[serde(deserialize_with = "host")]
    host: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    #[serde(default, deserialize_with = "line")]
    user: Option<String>,
    #[serde(default, deserialize_with = "path")]
    ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MailServer {
    #[serde(deserialize_with = "host")]
    host: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    #[serde(default, deserialize_with = "line")]
    user: Option<String>,
    #[serde(default, deserialize_with = "path")]
    ca_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "line")]
    sent: Option<String>,
}

impl TryFrom<Server> for Smtp {
    type Error = String;

    fn try_from(server: Server) -> Result<Smtp, String> {
        let Server {
            host,
            port,
            security,
            user,
            ca_file,
        } = server;
        let port = check_door(&host, port, security)?.unwrap_or(security.smtp_port());
        Ok(Smtp {
            host,
            port,
            security,
            user,
            ca_file,
        })
    }
}

impl TryFrom<MailServer> for Imap {
    type Error = String;

    fn try_from(server: MailServer) -> Result<Imap, String> {
        let MailServer {
            host,
            port,
            security,
            user,
            ca_file,
            sent,
        } = server;
        let port = check_door(&host, port, security)?.unwrap_or(security.imap_port());
        Ok(Imap {
            host,
            port,
            security,
            user,
            ca_file,
            sent,
        })
    }
}

fn check_door(host: &str, port: Option<u16>, security: Security) -> Result<Option<u16>, String> {
    if port == Some(0) {
        return Err("port 0 is no port".to_owned());
    }
    if security == Security::None && !is_loopback(host) {
        return Err(format!(
            "security = \"none\" is for this computer only, and {host} is elsewhere"
        ));
    }
    Ok(port)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PersonName>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    PersonName::parse(&text).map(Some).map_err(D::Error::custom)
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<EmailAddress, D::Error> {
    EmailAddress::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

fn zone<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Zone>, D::Error> {
    Zone::named(&String::deserialize(from)?)
        .map(Some)
        .map_err(|unknown| {
            let near = unknown
                .nearest
                .map(|zone| format!("; did you mean `{zone}`?"));
            D::Error::custom(format!(
                "no time zone `{}`{}",
                unknown.name,
                near.unwrap_or_default()
            ))
        })
}

fn language<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let is_tag = match text.split_once('-') {
        Some((language, region)) => is_lower(language) && is_upper(region),
        None => is_lower(&text),
    };
    if is_tag {
        Ok(Some(text))
    } else {
        Err(D::Error::custom(format!(
            "`{text}` is no language such as `en-US`"
        )))
    }
}

fn country<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let is_code = match text.split_once('-') {
        Some((country, part)) => {
            is_upper(country)
                && (1..=3).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }
        None => is_upper(&text),
    };
    if is_code {
        Ok(Some(text))
    } else {
        Err(D::Error::custom(format!(
            "`{text}` is no country such as `US` or `DE-BY`"
        )))
    }
}

fn is_lower(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_upper(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn host<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let is_name = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    if text.parse::<IpAddr>().is_ok() || (!text.is_empty() && text.chars().all(is_name)) {
        return Ok(text);
    }
    Err(D::Error::custom(format!(
        "`{text}` is no host such as `smtp.example.com`; a port has its own key"
    )))
}

fn command<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    const SHAPE: &str = "a command is a list, run without a shell: [\"pass\", \"show\", \"mail\"]";
    let value = toml::Value::deserialize(from)?;
    let arguments: Vec<String> = value.try_into().map_err(|_| D::Error::custom(SHAPE))?;
    match arguments.first() {
        Some(program) if !program.trim().is_empty() => Ok(Some(arguments)),
        _ => Err(D::Error::custom(SHAPE)),
    }
}

fn line<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    if text.chars().any(char::is_control) {
        return Err(D::Error::custom("the value holds a control character"));
    }
    Ok(Some(text))
}

fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() || text.starts_with('~') {
        return Err(D::Error::custom("write the whole path, without `~`"));
    }
    Ok(Some(PathBuf::from(text)))
}

fn few<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        number @ 0..=3 => Ok(Some(number)),
        _ => Err(D::Error::custom("three follow-ups are the most")),
    }
}

fn hour<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        hour @ 0..=23 => Ok(Some(hour)),
        _ => Err(D::Error::custom("an hour is a number from 0 to 23")),
    }
}

fn share<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match f64::deserialize(from)? {
        share if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(D::Error::custom("it is a number from 0 to 1")),
    }
}

/// Dates as strings or as TOML writes them bare.
fn dates<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<NaiveDate>, D::Error> {
    Vec::<toml::Value>::deserialize(from)?
        .into_iter()
        .map(|value| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text.parse()
                .map_err(|_| D::Error::custom(format!("`{text}` is no date such as 2026-12-24")))
        })
        .collect()
}
