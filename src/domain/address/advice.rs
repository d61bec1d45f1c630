//! What a careful friend asks about a name and an address before they are taken. Nothing here
//! refuses anything: every line is a question with a likely "yes, it is right".

use super::name::is_latin;
use super::{EmailAddress, PersonName};

/// Mail providers whose names are often mistyped.
const PROVIDERS: [&str; 15] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "proton.me",
    "protonmail.com",
    "fastmail.com",
    "posteo.de",
    "mailbox.org",
    "aol.com",
    "gmx.net",
    "zoho.com",
    "t-online.de",
];
/// Real domains that are one slip away from one of the above.
const NOT_TYPOS: [&str; 8] =
    ["mail.com", "email.com", "ymail.com", "aim.com", "gmx.com", "gmx.at", "zoho.eu", "gmx.ch"];
const NOBODY_READS: [&str; 8] = [
    "noreply",
    "donotreply",
    "notification",
    "notifications",
    "mailerdaemon",
    "postmaster",
    "bounce",
    "bounces",
];
const MANY_READ: [&str; 14] = [
    "jobs",
    "careers",
    "career",
    "recruiting",
    "recruitment",
    "hr",
    "info",
    "hello",
    "support",
    "admin",
    "talent",
    "office",
    "contact",
    "team",
];

/// How much a question matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Most likely wrong: somebody must say that it is right.
    Ask,
    /// Often right: worth a word.
    Mention,
}

/// Questions about a person to be written to, each one line, most important first; empty if
/// nothing is odd. `own` is the sender's address.
pub fn advice(
    name: Option<&PersonName>,
    address: Option<&EmailAddress>,
    own: Option<&EmailAddress>,
) -> Vec<String> {
    weighed_advice(name, address, own).into_iter().map(|(_, line)| line).collect()
}

/// The same with the weight of each question.
pub fn weighed_advice(
    name: Option<&PersonName>,
    address: Option<&EmailAddress>,
    own: Option<&EmailAddress>,
) -> Vec<(Weight, String)> {
    let mut asks = Vec::new();
    if let Some(address) = address {
        about_address(address, own, &mut asks);
    }
    if let Some(name) = name {
        about_name(name, &mut asks);
    }
    asks
}

fn about_address(address: &EmailAddress, own: Option<&EmailAddress>, asks: &mut Vec<(Weight, String)>) {
    if own.is_some_and(|own| own.canonical() == address.canonical()) {
        asks.push((Weight::Ask, format!("{address} is your own address")));
    }
    if let Some(meant) = likely_domain(&address.ascii_domain) {
        asks.push((Weight::Ask, format!("{address}: did you mean {}@{meant}?", address.local_part())));
    }
    if address.domain().split(['.', '。']).any(is_disguised) {
        let ascii = &address.ascii_domain;
        asks.push((Weight::Ask, format!("{address} looks like another domain: it is really {ascii}")));
    }
    let local = address.local_part().to_lowercase();
    let account = local.split('+').next().unwrap_or_default();
    let letters: String = account.chars().filter(|c| c.is_alphanumeric()).collect();
    if NOBODY_READS.contains(&letters.as_str()) {
        asks.push((Weight::Ask, format!("{address}: nobody reads answers, nor notes, at such an address")));
    } else if MANY_READ.contains(&letters.as_str()) {
        asks.push((Weight::Mention, format!("{address} belongs to a role, not to a person")));
    }
    if !address.is_ascii_local() {
        asks.push((
            Weight::Mention,
            format!("{address} can be reached only through a server with SMTPUTF8; many have none"),
        ));
    }
}

fn about_name(name: &PersonName, asks: &mut Vec<(Weight, String)>) {
    let text = name.as_str();
    if text.split(' ').any(mixes_scripts) {
        asks.push((Weight::Ask, format!("`{text}` mixes Latin letters with others that look like them")));
    }
    if text.split(' ').any(|word| word.eq_ignore_ascii_case("test")) {
        asks.push((Weight::Ask, format!("`{text}`: is that a real person?")));
    }
    if is_shouted(text) {
        asks.push((Weight::Mention, format!("`{text}` is all in capitals; `{}`?", capitalised(text))));
    }
    if let Some(spoken) = name.in_spoken_order() {
        asks.push((Weight::Mention, format!("`{text}` stands last name first; `{spoken}`?")));
    }
}

/// Capitals only, in at least one word too long for initials ("JD", "DJ").
fn is_shouted(text: &str) -> bool {
    text.split(' ').any(|word| word.chars().filter(|c| c.is_uppercase()).count() > 3)
        && !text.chars().any(char::is_lowercase)
}

fn capitalised(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .flat_map(|c| {
            let tail = std::mem::replace(&mut inside, c.is_alphabetic());
            if tail { c.to_lowercase().collect::<Vec<_>>() } else { vec![c] }
        })
        .collect()
}

fn likely_domain(domain: &str) -> Option<String> {
    if PROVIDERS.contains(&domain) || NOT_TYPOS.contains(&domain) {
        return None;
    }
    let provider = PROVIDERS
        .iter()
        .find(|provider| strsim::osa_distance(provider, domain) == 1)
        .map(|provider| (*provider).to_owned());
    // `.con` is no top-level domain.
    provider.or_else(|| domain.strip_suffix(".con").map(|rest| format!("{rest}.com")))
}

fn mixes_scripts(word: &str) -> bool {
    let latin = word.chars().any(is_latin);
    let cyrillic = word.chars().any(is_cyrillic);
    let greek = word.chars().any(is_greek);
    u8::from(latin) + u8::from(cyrillic) + u8::from(greek) > 1
}

/// Whether a label of a domain mixes scripts, or is made of nothing but letters that look Latin
/// (Unicode TR 39, whole-script confusables).
fn is_disguised(label: &str) -> bool {
    const LATIN_LOOKALIKES: &str = "асԁеһіјӏорԛѕԝхуьαικνορυχ";
    let mut foreign = label.chars().filter(|c| !c.is_ascii()).peekable();
    mixes_scripts(label)
        || (foreign.peek().is_some()
            && foreign.all(|c| c.to_lowercase().all(|c| LATIN_LOOKALIKES.contains(c))))
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}')
}

fn is_greek(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}
