//! What a person is called in a note. Nothing is guessed: a title is used only where it was told.

use crate::domain::application::Tone;
use crate::domain::person::Person;

/// The name for a friendly salutation: what they go by, else the first name, else, where it cannot
/// be told ("J. Doe", scripts that put the family name first), the whole name.
pub fn first_name(person: &Person) -> String {
    if let Some(name) = &person.goes_by {
        return name.clone();
    }
    let name = bare_name(person);
    let first = name.split(' ').next().unwrap_or_default();
    let tellable = first.chars().count() > 1 && !first.ends_with('.') && is_latin(&name);
    if tellable { first.to_owned() } else { name }
}

/// The honorific as recorded, or as they write it before their own name. None is ever guessed.
pub fn honorific(person: &Person) -> Option<&str> {
    person.honorific.as_deref().or_else(|| titled(person.name.as_str()).map(|(title, _)| title))
}

/// The name without an honorific that they write before it.
pub fn bare_name(person: &Person) -> String {
    let name = person.name.as_str();
    titled(name).map_or(name, |(_, rest)| rest).to_owned()
}

/// The family name with its particles ("van der Berg"), where the script tells which it is.
pub fn last_name(person: &Person) -> Option<String> {
    const PARTICLES: [&str; 20] = [
        "van", "von", "de", "der", "den", "della", "di", "da", "del", "la", "le", "du", "bin", "al", "ter",
        "ten", "dos", "das", "af", "zu",
    ];
    const SUFFIXES: [&str; 8] = ["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"];
    let name = bare_name(person);
    if !is_latin(&name) {
        return None;
    }
    let is_suffix = |word: &str| {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        SUFFIXES.contains(&bare.to_lowercase().as_str())
    };
    let mut words: Vec<&str> = name.split(' ').collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_suffix(word)) {
        words.pop();
    }
    let mut last = vec![words.pop()?];
    while words.len() > 1
        && let Some(word) = words.pop_if(|w| PARTICLES.contains(&w.to_lowercase().as_str()))
    {
        last.insert(0, word);
    }
    if words.is_empty() {
        return None;
    }
    Some(last.join(" ").trim_end_matches(',').to_owned())
}

/// The greeting line: "Hi Jane," or, formally, "Dear Dr. Doe,".
pub fn salutation(person: &Person, tone: Tone) -> String {
    if tone != Tone::Formal {
        return format!("Hi {},", first_name(person));
    }
    let name = bare_name(person);
    match (honorific(person), last_name(person)) {
        (Some(title), Some(last)) => format!("Dear {title} {last},"),
        (Some(title), None) => format!("Dear {title} {name},"),
        (None, _) => format!("Dear {name},"),
    }
}

/// "Dr. Jane Doe" as title and name.
fn titled(name: &str) -> Option<(&str, &str)> {
    let (title, rest) = name.split_once(' ')?;
    let bare = title.trim_end_matches('.').to_lowercase();
    TITLES.contains(&bare.as_str()).then_some((title, rest))
}

/// Honorifics that English notes meet, without their full stop.
pub const TITLES: [&str; 11] =
    ["dr", "prof", "professor", "mr", "ms", "mrs", "miss", "mx", "sir", "dame", "rev"];

fn is_latin(name: &str) -> bool {
    name.chars().all(|c| !c.is_alphabetic() || c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c))
}
