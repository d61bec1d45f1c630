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
const BACK: &str = "back return returning returns returned available reachable resume \
    zurück wieder zurückkehren rückkehr erreichbar retour reviendrai reviens reprendrai disponible joignable \
    vuelta regreso regresaré vuelvo volveré incorporo incorporaré retorno retornarei regresso regressarei volto \
    voltarei disponível rientro rientrerò torno tornerò ritorno disponibile terug bereikbaar tillbaka åter \
    tilbage tilbake wracam wrócę powrót powrocie powrotem dostępny dostępna takaisin palaan zpět vrátím вернусь";
/// They are away up to the day that follows, and on it.
const UNTIL: &str = "until till til through thru bis jusqu'au jusqu'à hasta fino até tot t/m do до";
/// They are away up to the day that follows, if a date stands before.
const RANGE: &str = "to au al bis - tot a à";
/// What may stand between one of the above and its date.
const FILLERS: &str = "on in at the to my work office desk from again vacation holiday leave and including inclusive \
    with email online by im büro am ab dem den zum zur einschließlich einschl inkl inklusive für sie persönlich \
    zurück erreichbar da wieder au bureau le du à partir el la oficina de día dia no na em o a ao escritório \
    trabalho il al di giorno ufficio lavoro dal op kantoor en met weer het och med og på kontoret jobbet igen \
    igjen w dniu dnia do pracy biura od włącznie fra från";
/// What follows a date where the verb comes last.
const BACK_BEHIND: &str = "wieder zurück terug tillbaka tilbage tilbake";

/// The first day on which they are there again: after today, and within a year.
pub(super) fn returns(message: &Message, received: DateTime<FixedOffset>) -> Option<NaiveDate> {
    let written = message.date.filter(|date| (received - *date).abs() <= PLAUSIBLE);
    let today = written.unwrap_or(received).date_naive();
    let text = format!("{}\n{}", message.subject, message.text.as_deref().unwrap_or_default());
    let tokens = tokens(&text);
    let mut back = Vec::new();
    let mut until = Vec::new();
    let mut unclear = false;
    unspaced(&text, today, &mut back, &mut until);
    for (at, word) in tokens.iter().enumerate() {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        let word = word.as_str();
        if is_one_of(BACK, word) {
            match after_fillers(rest, today) {
                Read::Day(day) => back.push(day),
                Read::Unclear => unclear = true,
                Read::Nothing => {}
            }
        } else if is_one_of(UNTIL, word) || (is_one_of(RANGE, word) && ends_a_date(tokens.get(..at))) {
            match after_fillers(rest, today) {
                Read::Day(day) => until.extend(day.succ_opt()),
                Read::Unclear => unclear = true,
                Read::Nothing => {}
            }
        } else if matches!(word, "ab" | "am" | "from" | "on" | "op" | "den" | "från" | "fra" | "vanaf") {
            back.extend(then_back(rest, today));
        }
    }
    if unclear && back.is_empty() {
        return None;
    }
    let day = back.into_iter().max().or_else(|| until.into_iter().max())?;
    (day > today && day - today <= FURTHEST).then_some(day)
}

/// Whether a sentence says when somebody is there again.
pub(super) fn speaks_of_return(sentence: &str) -> bool {
    tokens(sentence).iter().any(|word| is_one_of(BACK, word))
        || UNSPACED_BACK.iter().any(|back| sentence.contains(back))
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

const UNSPACED_BACK: [&str; 10] =
    ["戻", "出社", "復帰", "返回", "回来", "回來", "回到", "上班", "복귀", "돌아"];
const UNSPACED_UNTIL: [&str; 5] = ["まで", "为止", "為止", "止", "까지"];
/// What comes between a date and the word that says what it is.
const MOST_UNSPACED: usize = 12;

/// Dates of scripts without blanks, `2026年3月16日`, and what is said behind them up to the next date.
fn unspaced(text: &str, today: NaiveDate, back: &mut Vec<NaiveDate>, until: &mut Vec<NaiveDate>) {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let number_before = |end: usize| {
        let digits = chars.get(..end)?.iter().rev().take(4).take_while(|c| c.is_ascii_digit()).count();
        let number: String = chars.get(end - digits..end)?.iter().collect();
        Some((end - digits, number.parse::<u32>().ok()?))
    };
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| matches!(c, '月' | '월')) {
        let Some((start, month)) = number_before(at) else { continue };
        let digits: String = chars.iter().skip(at + 1).take(2).take_while(|c| c.is_ascii_digit()).collect();
        let Ok(number) = digits.parse::<u32>() else { continue };
        let end = at + 1 + digits.len();
        if !chars.get(end).is_some_and(|c| matches!(c, '日' | '号' | '號' | '일')) {
            continue;
        }
        let year = start
            .checked_sub(1)
            .filter(|mark| chars.get(*mark).is_some_and(|c| matches!(c, '年' | '년')))
            .and_then(number_before)
            .and_then(|(_, year)| i32::try_from(year).ok());
        let day = match year {
            Some(year) => NaiveDate::from_ymd_opt(year, month, number),
            None => without_year(number, month, today),
        };
        let Some(day) = day else { continue };
        let behind: String = chars
            .iter()
            .skip(end + 1)
            .take(MOST_UNSPACED)
            .take_while(|c| !c.is_ascii_digit() && !"。.\u{ff0c},、".contains(**c))
            .collect();
        let before = start.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let is_end = matches!(before, Some('至' | '到' | '~' | '\u{301c}' | '\u{ff5e}'));
        if UNSPACED_UNTIL.iter().any(|word| behind.starts_with(word)) || is_end {
            until.extend(day.succ_opt());
        } else if UNSPACED_BACK.iter().any(|word| behind.contains(word)) {
            back.push(day);
        }
    }
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
        if !rest.first().is_some_and(|word| is_one_of(FILLERS, word)) {
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
    following.any(|word| is_one_of(BACK_BEHIND, word)).then_some(day)
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
    if matches!(
        word(0),
        "tomorrow" | "morgen" | "demain" | "mañana" | "amanhã" | "domani" | "jutro" | "imorgon" | "imorgen"
    ) {
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
    let digits = ["st", "nd", "rd", "th", "er", "º", "°", ":e", ":de"]
        .iter()
        .find_map(|end| word.strip_suffix(end))?;
    number(digits).map(|_| digits)
}

fn number(word: &str) -> Option<u32> {
    let plain = (1..=4).contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit());
    plain.then(|| word.parse().ok()).flatten()
}

fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(Weekday, &str); 7] = [
        (
            Weekday::Mon,
            "monday mon montag lundi lunes lunedì maandag segunda segunda-feira poniedziałek poniedziałku måndag mandag",
        ),
        (
            Weekday::Tue,
            "tuesday tue tues dienstag mardi martes martedì dinsdag terça terça-feira wtorek wtorku tisdag tirsdag",
        ),
        (
            Weekday::Wed,
            "wednesday wed mittwoch mercredi miércoles mercoledì woensdag quarta quarta-feira środa środę środy onsdag",
        ),
        (
            Weekday::Thu,
            "thursday thu thur thurs donnerstag jeudi jueves giovedì donderdag quinta quinta-feira czwartek czwartku torsdag",
        ),
        (
            Weekday::Fri,
            "friday fri freitag vendredi viernes venerdì vrijdag sexta sexta-feira piątek piątku fredag",
        ),
        (
            Weekday::Sat,
            "saturday sat samstag sonnabend samedi sábado sabato zaterdag sobota sobotę lördag lørdag",
        ),
        (
            Weekday::Sun,
            "sunday sun sonntag dimanche domingo domenica zondag niedziela niedzielę söndag søndag",
        ),
    ];
    NAMES.iter().find(|(_, names)| is_one_of(names, word)).map(|(day, _)| *day)
}

fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january jan januar jänner janvier enero gennaio januari janeiro stycznia ledna января",
        "february feb februar février febrero febbraio februari fevereiro lutego února февраля",
        "march mar märz mars marzo maart março marts marca března марта",
        "april apr avril abril aprile kwietnia dubna апреля",
        "may mai mayo maggio mei maio maj maja května мая",
        "june jun juni juin junio giugno junho czerwca června июня",
        "july jul juli juillet julio luglio julho lipca července июля",
        "august aug août agosto augustus augusti sierpnia srpna августа",
        "september sep sept septembre septiembre settembre setembro września září сентября",
        "october oct oktober okt octobre octubre ottobre outubro października října октября",
        "november nov novembre noviembre novembro listopada listopadu ноября",
        "december dec dezember dez décembre diciembre dicembre dezembro grudnia prosince декабря",
    ];
    NAMES.iter().zip(1..).find(|(names, _)| is_one_of(names, word)).map(|(_, number)| number)
}
