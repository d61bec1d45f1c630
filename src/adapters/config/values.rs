//! The values of single keys: what is taken, and what is said of one that is not.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::domain::address::{EmailAddress, PersonName};
use crate::domain::places;
use crate::domain::zone::Zone;

pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PersonName>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    PersonName::typed(&text).map(Some).map_err(|refused| {
        let meant = refused.instead.as_ref().map(|meant| format!("; did you mean `{meant}`?"));
        D::Error::custom(format!("{refused}{}", meant.unwrap_or_default()))
    })
}

pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<EmailAddress, D::Error> {
    EmailAddress::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

pub(super) fn addresses<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<EmailAddress>, D::Error> {
    const SHAPE: &str = "aliases is a list of addresses: [\"jo@example.org\"]";
    let value = toml::Value::deserialize(from)?;
    let texts: Vec<String> = value.try_into().map_err(|_| D::Error::custom(SHAPE))?;
    texts.iter().map(|text| EmailAddress::parse(text).map_err(D::Error::custom)).collect()
}

pub(super) fn zone<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Zone>, D::Error> {
    Zone::named(&String::deserialize(from)?).map(Some).map_err(|unknown| {
        let near = unknown.nearest.map(|zone| format!("; did you mean `{zone}`?"));
        D::Error::custom(format!("no time zone `{}`{}", unknown.name, near.unwrap_or_default()))
    })
}

pub(super) fn language<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let is_tag = match text.split_once('-') {
        Some((language, region)) => is_lower(language) && is_upper(region),
        None => is_lower(&text),
    };
    if is_tag {
        Ok(Some(text))
    } else {
        Err(D::Error::custom(format!("`{text}` is no language such as `en-US`")))
    }
}

pub(super) fn country<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let is_code = match text.split_once('-') {
        Some((country, part)) => {
            is_upper(country)
                && (1..=3).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }
        None => is_upper(&text),
    };
    if is_code {
        // `UK` and `EL` are codes as well, only not those of ISO.
        Ok(Some(places::canonical(&text)))
    } else {
        Err(D::Error::custom(format!("`{text}` is no country such as `US` or `DE-BY`")))
    }
}

fn is_lower(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_upper(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

pub(super) fn host<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if is_host(&text) {
        return Ok(text);
    }
    Err(D::Error::custom(format!("`{text}` is no host such as `smtp.example.com`; a port has its own key")))
}

/// A name or an address, without a port.
pub(super) fn is_host(text: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    text.parse::<IpAddr>().is_ok() || (!text.is_empty() && text.chars().all(is_name))
}

pub(super) fn command<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    const SHAPE: &str = "a command is a list, run without a shell: [\"pass\", \"show\", \"mail\"]";
    let value = toml::Value::deserialize(from)?;
    let arguments: Vec<String> = value.try_into().map_err(|_| D::Error::custom(SHAPE))?;
    match arguments.first() {
        Some(program) if !program.trim().is_empty() => Ok(Some(arguments)),
        _ => Err(D::Error::custom(SHAPE)),
    }
}

pub(super) fn line<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    if text.chars().any(char::is_control) {
        return Err(D::Error::custom("the value holds a control character"));
    }
    Ok(Some(text))
}

pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(from)?;
    whole(text).map(Some).map_err(D::Error::custom)
}

/// A path that means the same to every program that starts this one: `~` is a shell's.
fn whole(text: String) -> Result<PathBuf, &'static str> {
    match text.as_str() {
        "" => Err("the path is empty"),
        text if text.starts_with('~') || text.starts_with("$HOME") || text.starts_with("${HOME") => {
            Err("`~` and `$HOME` are not expanded here: write the whole path, without `~`")
        }
        _ => Ok(PathBuf::from(text)),
    }
}

/// The same file from whatever folder a timer starts the program in.
pub(super) fn rooted_path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    match path(from)? {
        Some(path) if !path.has_root() => Err(D::Error::custom("write the whole path, from `/`")),
        path => Ok(path),
    }
}

pub(super) fn few<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        number @ 0..=3 => Ok(Some(number)),
        _ => Err(D::Error::custom("three follow-ups are the most")),
    }
}

pub(super) fn share<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match f64::deserialize(from)? {
        share if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(D::Error::custom("it is a number from 0 to 1")),
    }
}

/// Dates as strings or as TOML writes them bare.
pub(super) fn paths<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
    let paths = Vec::<String>::deserialize(from)?;
    paths.into_iter().map(|path| whole(path).map_err(D::Error::custom)).collect()
}

pub(super) fn dates<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<NaiveDate>, D::Error> {
    Vec::<toml::Value>::deserialize(from)?
        .into_iter()
        .map(|value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no date such as 2026-12-24")))
        })
        .collect()
}
