//! The day on which somebody who is away is there again, read from the text of their automatic
//! answer. What is not plain is not read: an order of day and month is never guessed.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, TimeDelta, Weekday};

use super::Message;

/// A date without a year lies no further ahead; it may be last year's text otherwise.
const FURTHEST_WITHOUT_YEAR: TimeDelta = TimeDelta::days(200);
const FURTHEST: TimeDelta = TimeDelta::days(366);
/// A `Date` line further from the arrival than this is not believed.
const PLAUSIBLE: TimeDelta = TimeDelta::days(3);
/// Words between "back" and the date: "back in the office on Monday, the 16th of March".
const MOST_FILLERS: usize = 7;
const MOST_TOKENS: usize = 3000;

/// They are there on the day that follows.
const BACK: [&str; 27] = [
    "back",
    "return",
    "returning",
    "returns",
    "returned",
    "available",
    "reachable",
    "resume",
    "zurück",
    "wieder",
    "zurückkehren",
    "rückkehr",
    "erreichbar",
    "retour",
    "reviendrai",
    "reviens",
    "disponible",
    "joignable",
    "vuelta",
    "regreso",
    "regresaré",
    "vuelvo",
    "volveré",
    "incorporo",
    "incorporaré",
    "rientro",
    "terug",
];
/// They are away up to the day that follows, and on it.
const UNTIL: [&str; 10] =
    ["until", "till", "til", "through", "thru", "bis", "jusqu'au", "jusqu'à", "hasta", "fino"];
/// They are away up to the day that follows, if a date stands before.
const RANGE: [&str; 6] = ["to", "au", "al", "bis", "-", "tot"];
/// What may stand between one of the above and its date.
const FILLERS: [&str; 50] = [
    "on",
    "in",
    "at",
    "the",
    "to",
    "my",
    "work",
    "office",
    "desk",
    "from",
    "again",
    "vacation",
    "holiday",
    "leave",
    "and",
    "including",
    "inclusive",
    "with",
    "email",
    "online",
    "by",
    "im",
    "büro",
    "am",
    "ab",
    "dem",
    "den",
    "zum",
    "zur",
    "einschließlich",
    "einschl",
    "inkl",
    "inklusive",
    "für",
    "sie",
    "persönlich",
    "zurück",
    "erreichbar",
    "da",
    "wieder",
    "au",
    "bureau",
    "le",
    "du",
    "à",
    "partir",
    "el",
    "la",
    "oficina",
    "de",
];

/// The first day on which they are there again: after today, and within a year.
pub(super) fn returns(message: &Message, received: DateTime<FixedOffset>) -> Option<NaiveDate> {
    let written = message.date.filter(|date| (received - *date).abs() <= PLAUSIBLE);
    let today = written.unwrap_or(received).date_naive();
    let text = format!("{}\n{}", message.subject, message.text.as_deref().unwrap_or_default());
    let tokens = tokens(&text);
    let mut back = Vec::new();
    let mut until = Vec::new();
    let mut unclear = false;
    for (at, word) in tokens.iter().enumerate() {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        let word = word.as_str();
        if BACK.contains(&word) {
            match after_fillers(rest, today) {
                Read::Day(day) => back.push(day),
                Read::Unclear => unclear = true,
                Read::Nothing => {}
            }
        } else if UNTIL.contains(&word) || (RANGE.contains(&word) && ends_a_date(tokens.get(..at))) {
            match after_fillers(rest, today) {
                Read::Day(day) => until.extend(day.succ_opt()),
                Read::Unclear => unclear = true,
                Read::Nothing => {}
            }
        } else if matches!(word, "ab" | "am" | "from" | "on") {
            back.extend(then_back(rest, today));
        }
    }
    if unclear && back.is_empty() {
        return None;
    }
    let day = back.into_iter().max().or_else(|| until.into_iter().max())?;
    (day > today && day - today <= FURTHEST).then_some(day)
}

enum Read {
    Day(NaiveDate),
    /// A date that can mean two days.
    Unclear,
    Nothing,
}

fn after_fillers(tokens: &[String], today: NaiveDate) -> Read {
    for skipped in 0..=MOST_FILLERS {
        let rest = tokens.get(skipped..).unwrap_or_default();
        match date(rest, today) {
            Read::Nothing => {}
            read => return read,
        }
        if !rest.first().is_some_and(|word| FILLERS.contains(&word.as_str())) {
            break;
        }
    }
    Read::Nothing
}

/// "Ab dem 16. März bin ich wieder erreichbar": the date first.
fn then_back(tokens: &[String], today: NaiveDate) -> Option<NaiveDate> {
    let Read::Day(day) = after_fillers(tokens, today) else {
        return None;
    };
    let mut following = tokens.iter().take(MOST_FILLERS + 4);
    following.any(|word| matches!(word.as_str(), "wieder" | "zurück")).then_some(day)
}

/// Whether a range may go on here: "9 to 13 March", "2026-03-09 - 2026-03-13".
fn ends_a_date(before: Option<&[String]>) -> bool {
    before.and_then(|before| before.last()).is_some_and(|word| {
        month(word).is_some()
            || weekday(word).is_some()
            || word.chars().next().is_some_and(|c| c.is_ascii_digit())
    })
}

/// The date that the tokens begin with.
fn date(tokens: &[String], today: NaiveDate) -> Read {
    let word = |at: usize| tokens.get(at).map(String::as_str).unwrap_or_default();
    if matches!(word(0), "tomorrow" | "morgen" | "demain" | "mañana") {
        return day_or_nothing(today.succ_opt());
    }
    if word(0) == "next"
        && let Some(day) = weekday(word(1))
    {
        let monday = today.week(Weekday::Mon).last_day();
        return day_or_nothing(monday.checked_add_days(Days::new(1 + u64::from(day.num_days_from_monday()))));
    }
    let Some(named) = weekday(word(0)) else {
        return calendar_date(tokens, today, None);
    };
    let mut at = 1;
    while matches!(word(at), "the" | "den" | "dem" | "der" | "le" | "el" | "il") {
        at += 1;
    }
    match calendar_date(tokens.get(at..).unwrap_or_default(), today, Some(named)) {
        Read::Nothing => day_or_nothing(today.iter_days().skip(1).take(7).find(|day| day.weekday() == named)),
        read => read,
    }
}

fn calendar_date(tokens: &[String], today: NaiveDate, named: Option<Weekday>) -> Read {
    let word = |at: usize| tokens.get(at).map(String::as_str).unwrap_or_default();
    let joined = |at: usize| if matches!(word(at), "of" | "de" | "del") { at + 1 } else { at };
    let year_at = |at: usize| number(word(joined(at))).filter(|year| (2000..2200).contains(year));
    if let Some(read) = numeric(word(0), today) {
        return checked(read, named);
    }
    let second = joined(1);
    let (day, month, year) = match (number(word(0)), month(word(0))) {
        (Some(day), _) => (Some(day), month(word(second)), year_at(second + 1)),
        (None, Some(month)) => (number(word(1)), Some(month), year_at(2)),
        _ => (None, None, None),
    };
    let (Some(day), Some(month)) = (day, month) else {
        return Read::Nothing;
    };
    let day = match year {
        Some(year) => i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day)),
        None => without_year(day, month, today),
    };
    checked(day_or_nothing(day), named)
}

/// `2026-03-16`, `16.03.2026`, `16.3.`, and with slashes or hyphens whatever has one meaning only.
fn numeric(word: &str, today: NaiveDate) -> Option<Read> {
    let mark = word.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<&str> = word.trim_end_matches('.').split(mark).collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| number(part)).collect();
    let full_year = |year: u32| i32::try_from(if year < 100 { 2000 + year } else { year }).ok();
    let of = |day: u32, month: u32, year: Option<u32>| {
        day_or_nothing(match year {
            Some(year) => full_year(year).and_then(|year| NaiveDate::from_ymd_opt(year, month, day)),
            None => without_year(day, month, today),
        })
    };
    let read = match (mark, numbers?.as_slice()) {
        ('-' | '/' | '.', [year, month, day]) if *year >= 1000 => of(*day, *month, Some(*year)),
        ('.', [day, month]) => of(*day, *month, None),
        ('.', [day, month, year]) => of(*day, *month, Some(*year)),
        ('/' | '-', [first, second, year @ ..]) if year.len() <= 1 => {
            let year = year.first().copied();
            match (first, second) {
                (first, second) if *second > 12 || first == second => of(*second, *first, year),
                (first, second) if *first > 12 => of(*first, *second, year),
                _ => Read::Unclear,
            }
        }
        _ => return None,
    };
    Some(read)
}

/// The next such day, if it is near.
fn without_year(day: u32, month: u32, today: NaiveDate) -> Option<NaiveDate> {
    [today.year(), today.year() + 1]
        .into_iter()
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .find(|date| *date >= today && *date - today <= FURTHEST_WITHOUT_YEAR)
}

/// A weekday that does not fit its date makes both doubtful.
fn checked(read: Read, named: Option<Weekday>) -> Read {
    match read {
        Read::Day(day) if named.is_some_and(|named| named != day.weekday()) => Read::Unclear,
        Read::Nothing => Read::Unclear,
        read => read,
    }
}

fn day_or_nothing(day: Option<NaiveDate>) -> Read {
    day.map_or(Read::Nothing, Read::Day)
}

/// Lower-case words without the punctuation around them; `16th`, `16.` and `1er` as numbers.
fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['\u{2018}', '\u{2019}'], "'")
        .replace(['\u{2013}', '\u{2014}'], " - ")
        .replace("jusqu'au", "jusqu'au ")
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| "()[]<>,;:!?\"*_".contains(c)))
        .map(|word| word.trim_end_matches('.'))
        .map(|word| ordinal(word).unwrap_or(word).to_owned())
        .filter(|word| !word.is_empty())
        .take(MOST_TOKENS)
        .collect()
}

fn ordinal(word: &str) -> Option<&str> {
    let digits = ["st", "nd", "rd", "th", "er", "º", "°"].iter().find_map(|end| word.strip_suffix(end))?;
    number(digits).map(|_| digits)
}

fn number(word: &str) -> Option<u32> {
    let plain = (1..=4).contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit());
    plain.then(|| word.parse().ok()).flatten()
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "montag" | "lundi" | "lunes" | "lunedì" | "maandag" => Weekday::Mon,
        "tuesday" | "tue" | "tues" | "dienstag" | "mardi" | "martes" | "martedì" | "dinsdag" => Weekday::Tue,
        "wednesday" | "wed" | "mittwoch" | "mercredi" | "miércoles" | "mercoledì" | "woensdag" => {
            Weekday::Wed
        }
        "thursday" | "thu" | "thur" | "thurs" | "donnerstag" | "jeudi" | "jueves" | "giovedì"
        | "donderdag" => Weekday::Thu,
        "friday" | "fri" | "freitag" | "vendredi" | "viernes" | "venerdì" | "vrijdag" => Weekday::Fri,
        "saturday" | "sat" | "samstag" | "sonnabend" | "samedi" | "sábado" | "sabato" | "zaterdag" => {
            Weekday::Sat
        }
        "sunday" | "sun" | "sonntag" | "dimanche" | "domingo" | "domenica" | "zondag" => Weekday::Sun,
        _ => return None,
    })
}

fn month(word: &str) -> Option<u32> {
    Some(match word {
        "january" | "jan" | "januar" | "jänner" | "janvier" | "enero" | "gennaio" | "januari" => 1,
        "february" | "feb" | "februar" | "février" | "febrero" | "febbraio" | "februari" => 2,
        "march" | "mar" | "märz" | "mars" | "marzo" | "maart" => 3,
        "april" | "apr" | "avril" | "abril" | "aprile" => 4,
        "may" | "mai" | "mayo" | "maggio" | "mei" => 5,
        "june" | "jun" | "juni" | "juin" | "junio" | "giugno" => 6,
        "july" | "jul" | "juli" | "juillet" | "julio" | "luglio" => 7,
        "august" | "aug" | "août" | "agosto" | "augustus" => 8,
        "september" | "sep" | "sept" | "septembre" | "septiembre" | "settembre" => 9,
        "october" | "oct" | "oktober" | "okt" | "octobre" | "octubre" | "ottobre" => 10,
        "november" | "nov" | "novembre" | "noviembre" => 11,
        "december" | "dec" | "dezember" | "dez" | "décembre" | "diciembre" | "dicembre" => 12,
        _ => return None,
    })
}
