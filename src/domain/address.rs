//! Names and addresses that can stand in a header, and nothing else: parsing refuses the rest, so
//! that no later layer has to. Whether they are likely to be right is `advice`, which never blocks.

mod advice;
mod name;
#[cfg(test)]
mod tests;

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::encoded::{encoded, refuse_encoded};
use super::problem::{Kind, Problem};
use super::text::{printable, printable_line};

pub use advice::{Weight, advice, weighed_advice};
pub use name::PersonName;

/// RFC 5321, 4.5.3.1.1, in octets.
const LONGEST_LOCAL_PART: usize = 64;
/// RFC 5321, 4.5.3.1.3: a path of 256 octets less its brackets.
const LONGEST_ADDRESS: usize = 254;

/// One address of RFC 5321: `local@domain`, the domain as typed (perhaps in Unicode). Narrower
/// than the RFC: no quoted local parts, no address literals, no routes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    text: String,
    at: usize,
    ascii_domain: String,
}

/// An address with or without the name of its owner: `Jane Doe <jane@acme.example>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    pub name: Option<PersonName>,
    pub address: EmailAddress,
}

/// Why a name or an address was refused, and the form that would do, where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub message: String,
    pub instead: Option<String>,
}

impl EmailAddress {
    /// Takes a bare address, also as `<…>` or `mailto:…`, with blanks around it.
    pub fn parse(text: &str) -> Result<EmailAddress, Refused> {
        let text: String = unwrapped(without_separator(text)).nfc().collect();
        if text.is_empty() {
            return refuse("the address is empty");
        }
        let shown = printable(&text);
        refuse_unseen("address", &text)?;
        if text.contains('"') {
            return refuse(format!("`{shown}`: quoted addresses are not supported"));
        }
        if text.contains([',', ';']) {
            return refuse(format!("`{shown}`: one address per person"));
        }
        if text.contains(char::is_whitespace) {
            let closed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            let instead = (text.split_whitespace().filter(|w| w.contains('@')).count() == 1)
                .then(|| EmailAddress::parse(&closed).ok())
                .flatten();
            return Err(Refused {
                message: format!("`{shown}`: an address holds no blanks"),
                instead: instead.map(|address| address.text),
            });
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return refuse(format!("`{shown}` is not an address: it has no @"));
        };
        if local.contains('@') {
            return refuse(format!("`{shown}`: more than one @"));
        }
        check_local_part(&shown, local)?;
        let ascii_domain = ascii_domain(&shown, local, domain)?;
        if local.len() + 1 + ascii_domain.len() > LONGEST_ADDRESS {
            return refuse(format!("the address is longer than {LONGEST_ADDRESS} octets"));
        }
        let at = local.len();
        Ok(EmailAddress { text, at, ascii_domain })
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn local_part(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// The domain as it stands in DNS: lower case, A-labels.
    pub fn ascii_domain(&self) -> String {
        self.ascii_domain.clone()
    }

    /// For telling whether two addresses are one person's: all in lower case, A-labels.
    pub fn canonical(&self) -> String {
        format!("{}@{}", self.local_part().to_lowercase(), self.ascii_domain)
    }

    /// As it goes into the envelope and the header: the local part as typed, the domain in A-labels.
    pub fn wire(&self) -> String {
        format!("{}@{}", self.local_part(), self.ascii_domain)
    }

    /// Whether any server can take it: other local parts need SMTPUTF8 (RFC 6531).
    pub fn is_ascii_local(&self) -> bool {
        self.local_part().is_ascii()
    }
}

impl Mailbox {
    /// `Jane Doe <jane@acme.example>`, `"Doe, Jane" <jane@acme.example>`, `<jane@acme.example>`,
    /// `jane@acme.example (Jane Doe)` or a bare address.
    pub fn parse(text: &str) -> Result<Mailbox, Refused> {
        let text = without_separator(text);
        // An address that was copied with its brackets, put between brackets.
        let single = text
            .strip_suffix(">>")
            .filter(|rest| rest.contains("<<"))
            .map(|rest| format!("{}>", rest.replacen("<<", "<", 1)));
        let text = single.as_deref().unwrap_or(text);
        if let Some((name, rest)) = text.rsplit_once('<') {
            let Some(address) = rest.trim_end().strip_suffix('>') else {
                return refuse(format!("`{}`: the `<` is never closed", printable_line(text)));
            };
            if name.contains('<') && name.contains('@') {
                return refuse(format!("`{}`: one address per person", printable_line(text)));
            }
            let address = EmailAddress::parse(address)?;
            if name.trim_end().ends_with('<') {
                return Err(Refused {
                    message: format!("`{}`: the `<` stands twice", printable_line(text)),
                    instead: Some(format!("{}<{address}>", name.trim_end().trim_end_matches('<'))),
                });
            }
            return Ok(Mailbox { name: owner(name, &address)?, address });
        }
        if let Some((address, comment)) = text.split_once('(')
            && let Some(comment) = comment.strip_suffix(')')
            && address.contains('@')
        {
            let address = EmailAddress::parse(address)?;
            return Ok(Mailbox { name: owner(comment, &address)?, address });
        }
        if !text.contains('@') {
            return refuse(format!("`{}` is not an address: it has no @", printable_line(text)));
        }
        if let Some((name, last)) = text.rsplit_once(char::is_whitespace)
            && !name.contains('@')
            && let (Ok(name), Ok(address)) = (PersonName::parse(name), EmailAddress::parse(last))
        {
            return Err(Refused {
                message: format!("`{}`: the address stands in `<` and `>`", printable_line(text)),
                instead: Some(format!("{name} <{address}>")),
            });
        }
        Ok(Mailbox { name: None, address: EmailAddress::parse(text)? })
    }

    /// As somebody types or pastes it: refuses what another program left encoded as well.
    pub fn typed(text: &str) -> Result<Mailbox, Refused> {
        let name = match (text.rsplit_once('<'), text.split_once('(')) {
            (Some((name, _)), _) | (None, Some((_, name))) => name,
            (None, None) => "",
        };
        if encoded(name).is_some() {
            refuse_encoded("the name", name, |_| false).map_err(|refused| {
                let decoded = encoded(name).and_then(|encoded| encoded.decoded);
                let whole = decoded.map(|decoded| text.replacen(name, &format!("{} ", decoded.trim()), 1));
                Refused { instead: whole.filter(|whole| Mailbox::parse(whole).is_ok()), ..refused }
            })?;
        }
        Mailbox::parse(text)
    }

    /// Somebody who was met: a name is needed, an address is not (`Omar Aziz`).
    pub fn parse_person(text: &str) -> Result<(PersonName, Option<EmailAddress>), Refused> {
        if !text.contains('@') {
            let text = without_separator(text);
            let name = text.strip_suffix("<>").unwrap_or(text);
            if let Some((_, meant)) = name.trim().strip_suffix('>').and_then(|name| name.rsplit_once('<')) {
                return refuse(format!("`{}` is not an address: it has no @", printable_line(meant)));
            }
            return Ok((PersonName::typed(&unquoted(name))?, None));
        }
        let Mailbox { name, address } = Mailbox::typed(text)?;
        match name {
            Some(name) => Ok((name, Some(address))),
            None => refuse(format!("whose address is `{address}`? Write `Name <{address}>`")),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        let problem = Problem::new(Kind::Data, refused.message);
        match refused.instead {
            Some(instead) => problem.hint(format!("did you mean `{instead}`?")),
            None => problem,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            // Quotation marks around the whole name would be taken off when it is read again.
            Some(name) if unquoted(name.as_str()) != name.as_str() => {
                let escaped = name.as_str().replace('\\', "\\\\").replace('"', "\\\"");
                write!(f, "\"{escaped}\" <{}>", self.address)
            }
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { message: message.into(), instead: None })
}

/// Without the separators that mail programs put after the last of several recipients.
fn without_separator(text: &str) -> &str {
    text.trim().trim_end_matches(|c: char| matches!(c, ';' | ',') || c.is_whitespace())
}

/// The address without what a browser or another mail program puts around it.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text).trim();
    match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => {
            rest.split('?').next().unwrap_or_default().trim()
        }
        _ => text,
    }
}

/// The name beside an address; programs that know no name repeat the address there.
fn owner(name: &str, address: &EmailAddress) -> Result<Option<PersonName>, Refused> {
    let name = unquoted(name);
    if name.is_empty() || name.eq_ignore_ascii_case(&address.text) {
        return Ok(None);
    }
    PersonName::parse(&name).map(Some)
}

/// The text of a quoted string (RFC 5322, 3.2.4), or the text as it is.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inside = |mark: char| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let Some(inner) = inside('"') else {
        return inside('\'').unwrap_or(text).trim().to_owned();
    };
    let mut escaped = false;
    let plain: String = inner
        .chars()
        .filter(|c| {
            escaped = *c == '\\' && !escaped;
            !escaped
        })
        .collect();
    plain.trim().to_owned()
}

/// Refuses characters that nobody sees and that change what is seen; offers the text without them.
fn refuse_unseen(field: &str, text: &str) -> Result<(), Refused> {
    let Some(found) = text.chars().find(|c| c.is_control() || is_unseen(*c)) else {
        return Ok(());
    };
    let what = if found.is_control() { "a control character" } else { "an invisible character" };
    let clean: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    let clean = clean.trim();
    Err(Refused {
        message: format!("the {field} holds {what}, U+{:04X}", u32::from(found)),
        instead: (!clean.is_empty() && !clean.chars().any(char::is_control)).then(|| clean.to_owned()),
    })
}

/// Zero-width, direction-changing, private and unassignable characters (Unicode TR 36), but not
/// the two joiners, which some scripts spell with.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
}

fn check_local_part(shown: &str, local: &str) -> Result<(), Refused> {
    let refuse = |why: &str| refuse(format!("`{shown}`: {why}"));
    if local.is_empty() {
        return refuse("nothing stands before the @");
    }
    if local.len() > LONGEST_LOCAL_PART {
        return refuse("the part before the @ is longer than 64 octets");
    }
    if local.starts_with('-') {
        return refuse("an address does not begin with `-`");
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return refuse("a dot stands at an end or twice before the @");
    }
    if local.contains(['!', '%']) {
        return refuse("routes with `!` or `%` are not supported");
    }
    // RFC 5322, 3.2.3 (atext), less the route marks; RFC 6532 for the rest of Unicode.
    let fits = |c: char| match c {
        '\u{200c}' | '\u{200d}' => false,
        c if c.is_ascii() => c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~.".contains(c),
        _ => true,
    };
    match local.chars().find(|c| !fits(*c)) {
        Some(c) => refuse(&format!("`{c}` cannot stand before the @")),
        None => Ok(()),
    }
}

fn ascii_domain(shown: &str, local: &str, domain: &str) -> Result<String, Refused> {
    let refuse = |why: &str| refuse(format!("`{shown}`: {why}"));
    if domain.is_empty() {
        return refuse("nothing stands after the @");
    }
    if domain.starts_with('[') {
        return refuse("an address literal is nobody's address");
    }
    let without_dot = domain.trim_end_matches('.');
    if without_dot != domain {
        return Err(Refused {
            message: format!("`{shown}` ends with a dot"),
            instead: (!without_dot.is_empty()).then(|| format!("{local}@{without_dot}")),
        });
    }
    if domain.len() > LONGEST_ADDRESS {
        return refuse("the address is longer than 254 octets");
    }
    let Ok(ascii) = idna::domain_to_ascii_strict(domain) else {
        return refuse("what follows the @ is not a host name");
    };
    match ascii.rsplit_once('.') {
        None => refuse("the domain has no ending such as .com"),
        Some((_, ending)) if ending.bytes().all(|b| b.is_ascii_digit()) => {
            refuse("what follows the @ is not a host name")
        }
        Some(_) => Ok(ascii),
    }
}
