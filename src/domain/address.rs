//! Names and addresses that can stand in a header, and nothing else.

use std::fmt;

/// A person's name: NFC, single blanks, no control or direction-changing characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// One address of RFC 5321: `local@domain`, the domain as typed (perhaps in Unicode).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    text: String,
    at: usize,
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
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Refused {}

impl PersonName {
    pub fn parse(text: &str) -> Result<PersonName, Refused> {
        Ok(PersonName(text.trim().to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn first_word(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
    pub fn last_word(&self) -> &str {
        self.0.split(' ').next_back().unwrap_or_default()
    }
}
impl EmailAddress {
    pub fn parse(text: &str) -> Result<EmailAddress, Refused> {
        let text = text.trim().to_owned();
        let at = text.rfind('@').ok_or(Refused { message: "no @".into(), instead: None })?;
        Ok(EmailAddress { text, at })
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
        self.domain().to_lowercase()
    }
    /// For telling whether two addresses are one person's: all in lower case, A-labels.
    pub fn canonical(&self) -> String {
        format!("{}@{}", self.local_part().to_lowercase(), self.ascii_domain())
    }
    /// As it goes into the envelope and the header: the local part as typed, the domain in A-labels.
    pub fn wire(&self) -> String {
        format!("{}@{}", self.local_part(), self.ascii_domain())
    }
}
impl Mailbox {
    /// `Jane Doe <jane@acme.example>`, `<jane@acme.example>` or a bare address.
    pub fn parse(text: &str) -> Result<Mailbox, Refused> {
        match text.split_once('<') {
            Some((name, rest)) => Ok(Mailbox {
                name: (!name.trim().is_empty()).then(|| PersonName::parse(name)).transpose()?,
                address: EmailAddress::parse(rest.trim_end_matches('>'))?,
            }),
            None => Ok(Mailbox { name: None, address: EmailAddress::parse(text)? }),
        }
    }
}
impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}
