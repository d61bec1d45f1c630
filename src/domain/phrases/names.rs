//! What a person is called in a note. Nothing is guessed: a title is used only where it was told.

use crate::domain::address::PersonName;
use crate::domain::application::Tone;
use crate::domain::person::Person;

/// The name for a friendly salutation: what they go by, else the first name, else, where it cannot
/// be told ("J. Doe", "Mr Smith", scripts that put the family name first), the whole name.
pub fn first_name(person: &Person) -> String {
    if let Some(name) = &person.goes_by {
        return name.clone();
    }
    let spoken = spoken(person);
    match spoken.given() {
        Some(given) => given.to_owned(),
        None => spoken.whole(),
    }
}

/// The honorific as recorded, or as they write it before their own name. None is ever guessed.
pub fn honorific(person: &Person) -> Option<String> {
    person.honorific.clone().or_else(|| spoken(person).title)
}

/// The name as it is said: without an honorific before it and degrees after it, "Jane Doe" for
/// "Doe, Jane" and for "JANE DOE".
pub fn bare_name(person: &Person) -> String {
    spoken(person).words.join(" ")
}

/// The family name with its particles ("van der Berg"), where the script tells which it is.
pub fn last_name(person: &Person) -> Option<String> {
    let spoken = spoken(person);
    let mut words = spoken.words;
    if !words.iter().all(|word| is_latin(word)) {
        return None;
    }
    // "Mr Smith" has nothing but a family name.
    let only_family = words.len() == 1 && spoken.title.is_some();
    let mut last = vec![words.pop()?];
    while words.len() > 1
        && let Some(word) = words.pop_if(|word| is_particle(word))
    {
        last.insert(0, word);
    }
    (only_family || !words.is_empty()).then(|| last.join(" "))
}

/// The greeting line: "Hi Jane," or, formally, "Dear Dr. Doe,".
pub fn salutation(person: &Person, tone: Tone) -> String {
    let spoken = spoken(person);
    let only_family = spoken.title.is_some() && spoken.words.len() == 1 && person.goes_by.is_none();
    if tone != Tone::Formal && !only_family {
        return format!("Hi {},", first_name(person));
    }
    let name = spoken.words.join(" ");
    match (honorific(person), last_name(person)) {
        (Some(title), Some(last)) => format!("Dear {title} {last},"),
        (Some(title), None) => format!("Dear {title} {name},"),
        (None, _) => format!("Dear {name},"),
    }
}

/// A name as its owner signs with it: "Jo Marsh, PhD" for "Marsh, Jo, PhD". Quotation marks, and a
/// role after a comma, stay as they are written.
pub fn signature(name: &PersonName) -> PersonName {
    let written = name.as_str();
    let mut pieces = written.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    let _family = pieces.next();
    let (suffixes, others): (Vec<&str>, Vec<&str>) =
        pieces.partition(|piece| piece.split(' ').all(is_suffix));
    let [given] = others.as_slice() else {
        return name.clone();
    };
    let spoken = in_spoken_order(written);
    if given.split(' ').any(is_occupation) || !spoken.starts_with(given) {
        return name.clone();
    }
    let whole = std::iter::once(spoken.as_str()).chain(suffixes).collect::<Vec<_>>().join(", ");
    PersonName::parse(&whole).unwrap_or_else(|_| name.clone())
}

/// Honorifics that English notes meet, without their full stop.
pub const TITLES: [&str; 11] =
    ["dr", "prof", "professor", "mr", "ms", "mrs", "miss", "mx", "sir", "dame", "rev"];

/// A name in the order in which it is said.
struct Spoken {
    /// "Prof. Dr.", as they write it.
    title: Option<String>,
    /// Never empty.
    words: Vec<String>,
}

impl Spoken {
    /// The given name, where it is surely one.
    fn given(&self) -> Option<&str> {
        let first = self.words.first()?;
        let family_only = self.title.is_some() && self.words.len() == 1;
        let tellable = first.chars().count() > 1
            && !first.contains(['.', ','])
            && !is_particle(first)
            && self.words.iter().all(|word| is_latin(word));
        (tellable && !family_only).then_some(first)
    }

    fn whole(&self) -> String {
        let title = self.title.iter().filter(|_| self.words.len() == 1);
        title.chain(&self.words).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

fn spoken(person: &Person) -> Spoken {
    let written = person.name.as_str();
    let in_order = in_spoken_order(&without_brackets(written));
    let mut words: Vec<&str> = in_order.split(' ').filter(|word| !word.is_empty()).collect();
    let mut titles = Vec::new();
    while words.len() > 1 && words.first().is_some_and(|word| is_title(word)) {
        titles.push(words.remove(0).to_owned());
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_suffix(word)) {
        words.pop();
    }
    let title = (!titles.is_empty()).then(|| titles.join(" "));
    if words.is_empty() {
        return Spoken { title: None, words: vec![written.to_owned()] };
    }
    Spoken { title, words: recased(&words) }
}

/// Without "(she/her)" and the quotation marks of a mail program.
fn without_brackets(name: &str) -> String {
    let mut depth = 0_u32;
    let kept: String = name
        .chars()
        .filter(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => return depth == 0 && !matches!(c, '"' | '“' | '”' | '„'),
            }
            false
        })
        .collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if kept.chars().any(char::is_alphabetic) { kept } else { name.to_owned() }
}

/// "Doe, Jane" and "van der Berg, Jan" as they are said, without what follows a name after commas
/// ("Jane Doe, PhD"). Where it cannot be told which of the two it is, as written.
fn in_spoken_order(name: &str) -> String {
    let mut pieces = name.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    let head = pieces.next().unwrap_or(name);
    let tail: Vec<&str> = pieces.filter(|piece| !piece.split(' ').all(is_suffix)).collect();
    let [given, ..] = tail.as_slice() else {
        return head.to_owned();
    };
    let mut family: Vec<&str> = head.split(' ').collect();
    while family.len() > 1 && family.last().is_some_and(|word| is_suffix(word)) {
        family.pop();
    }
    let one_family_name = family.iter().filter(|word| !is_particle(word)).count() == 1;
    let initials =
        |piece: &str| !piece.contains(' ') && piece.len() > 1 && !piece.contains(char::is_lowercase);
    if one_family_name {
        format!("{given} {}", family.join(" "))
    } else if initials(given) {
        head.to_owned()
    } else {
        name.to_owned()
    }
}

/// A name that is written all in one case as others write it: "jane doe", "JANE DOE". Two capitals
/// ("DJ") are how somebody is called.
fn recased(words: &[&str]) -> Vec<String> {
    let letters = || words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphabetic());
    let small = letters().all(char::is_lowercase);
    let large = letters().all(char::is_uppercase);
    words
        .iter()
        .map(|word| match word.chars().filter(|c| c.is_alphabetic()).count() {
            _ if small && words.len() > 1 && is_particle(word) => (*word).to_owned(),
            _ if small => title_case(word),
            3.. if large => title_case(word),
            _ => (*word).to_owned(),
        })
        .collect()
}

/// "jean-luc" as "Jean-Luc", "O'BRIEN" as "O'Brien".
fn title_case(word: &str) -> String {
    let mut opens = true;
    let mut cased = String::with_capacity(word.len());
    for c in word.chars() {
        if opens {
            cased.extend(c.to_uppercase());
        } else {
            cased.extend(c.to_lowercase());
        }
        opens = !c.is_alphanumeric();
    }
    cased
}

fn is_title(word: &str) -> bool {
    TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

fn is_particle(word: &str) -> bool {
    const PARTICLES: [&str; 20] = [
        "van", "von", "de", "der", "den", "della", "di", "da", "del", "la", "le", "du", "bin", "al", "ter",
        "ten", "dos", "das", "af", "zu",
    ];
    word.starts_with(char::is_lowercase) && PARTICLES.contains(&word)
        || matches!(word, "Van" | "Von" | "De" | "Der" | "Della" | "Di" | "Da" | "Del" | "Du" | "Dos")
}

/// Degrees and the like that are no part of what one is called.
fn is_suffix(word: &str) -> bool {
    const SUFFIXES: [&str; 26] = [
        "jr", "sr", "ii", "iii", "iv", "phd", "dphil", "md", "mba", "cfa", "cpa", "esq", "esquire", "msc",
        "bsc", "pmp", "dds", "dvm", "llm", "mph", "cissp", "rn", "frcs", "pe", "mfa", "edd",
    ];
    let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    // "Jane Pe" is called so, "Jane Doe, PE" is an engineer.
    let short = matches!(bare.as_str(), "Pe" | "Rn" | "Md" | "pe" | "rn");
    !short && SUFFIXES.contains(&bare.to_lowercase().as_str())
}

/// "Marsh, Platform Engineer" is a name and a role, not a family name and a given one.
fn is_occupation(word: &str) -> bool {
    const OCCUPATIONS: [&str; 34] = [
        "administrator",
        "analyst",
        "architect",
        "assistant",
        "associate",
        "ceo",
        "cfo",
        "chief",
        "consultant",
        "coordinator",
        "cto",
        "designer",
        "developer",
        "director",
        "editor",
        "engineer",
        "executive",
        "founder",
        "head",
        "intern",
        "lead",
        "lecturer",
        "manager",
        "nurse",
        "officer",
        "president",
        "producer",
        "professor",
        "programmer",
        "researcher",
        "scientist",
        "specialist",
        "student",
        "writer",
    ];
    let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    OCCUPATIONS.contains(&bare.to_lowercase().as_str())
}

fn is_latin(name: &str) -> bool {
    name.chars().all(|c| !c.is_alphabetic() || c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c))
}
