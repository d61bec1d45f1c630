//! When they decide, out of a whole spoken sentence: "you probably won't hear anything for a number
//! of weeks". Everything that names a time is found first; the words around it say whether that
//! time is meant, what comes after it, or that it is not then.
//!
//! Vague words are read as late as they can be meant, since nothing but the thank-you is sent before
//! that day:
//!
//! | said | read as |
//! |---|---|
//! | a couple of weeks; a few weeks | 2 weeks; 3 weeks |
//! | several weeks, some weeks, a number of weeks, weeks | 4 weeks |
//! | early, mid, late March | the 10th, the 20th, the last business day |
//! | early, mid next week; the end of the week | Wednesday, Thursday; Friday |
//! | by March; before March | the 10th of March; the last business day of February |
//! | in, not before, until March; in the new year | the last business day of the month; of January |
//! | before Christmas; after the holidays | the day before; five business days after 1 January |
//! | after a day; not this week; not in March | five business days later; next week; in April |
//! | two dates with "or", "to", "and" | the later one |

mod feasts;
mod named;
mod sentence;
mod span;

#[cfg(test)]
mod tests;

use chrono::{Datelike, Days, NaiveDate};

use super::tokens::{back_to_friday, count, end_of_month, in_week, month, on_or_after, ordinal, weekday};
use super::{Deadline, NotUnderstood, Reach, quoted};
use named::{Found, Grain, exact};
use sentence::{STOP, Token, tokens};
use span::{business_days, span};

const EXAMPLES: &[&str] = &[
    "tomorrow",
    "end of the week",
    "early next week",
    "in two to three weeks",
    "10 business days",
    "end of the month",
    "by Friday 13 March",
    "by 2026-03-13",
    "soon",
];

/// The most words that name one time.
const LONGEST: usize = 9;

/// A time that was found, and what the words around it make of it.
#[derive(Clone, Debug)]
struct Mention {
    /// Tokens, the last one excluded.
    start: usize,
    end: usize,
    found: Found,
    by: NaiveDate,
    sense: Sense,
    /// The words in front of it are linked to the time before.
    is_linked: bool,
}

/// What is said about the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    /// It is the time.
    Then,
    /// Not before it ("won't hear until March").
    NotBefore,
    /// Some time after it ("after Easter").
    After,
    /// Not at that time, so some time after it ("not this week").
    NotThen,
    /// At least so long ("more than two weeks").
    AtLeast,
}

pub(super) fn read(text: &str, said_on: NaiveDate, country: Option<&str>) -> Result<Deadline, NotUnderstood> {
    let tokens = tokens(text)?;
    let words: Vec<&str> = tokens.iter().map(|token| token.word.as_str()).collect();
    let mut mentions = mentions(text, &words, said_on, country)?;
    refuse_the_rest(text, &words, &mentions)?;
    if mentions.is_empty() {
        return match names_no_time(&words) {
            true => Ok(Deadline { by: None, reach: Reach::Fixed, phrase: None }),
            false => Err(not_understood(text)),
        };
    }
    in_the_week_named(&mut mentions, &words);
    one_after_another(&mut mentions);
    let chosen = choose(text, &mentions)?;
    if chosen.by < said_on {
        return Err(NotUnderstood::because(format!(
            "{} is {}, before the day on which it was said",
            quoted(text),
            chosen.by.format("%a %-d %b %Y")
        )));
    }
    let reach = mentions.iter().map(|mention| mention.found.reach).max().unwrap_or(Reach::Fixed);
    Ok(Deadline { by: Some(chosen.by), reach, phrase: phrase(text, &tokens, &mentions, chosen) })
}

fn not_understood(text: &str) -> NotUnderstood {
    NotUnderstood { message: format!("cannot find a date in {}", quoted(text)), examples: EXAMPLES.to_vec() }
}

fn mentions(
    text: &str,
    words: &[&str],
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Vec<Mention>, NotUnderstood> {
    let mut mentions: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let before = mentions.last().map(|mention| mention.found);
        let relative = after_another(text, words, at, before, said_on, country)?;
        let Some((mut end, mut found)) =
            relative.map_or_else(|| longest(text, words, at, said_on, country), |it| Ok(Some(it)))?
        else {
            at += 1;
            continue;
        };
        if found.grain == Grain::Span
            && let Some((n, unit)) = span_of(words.get(at..end).unwrap_or_default())
            && let Some((until, last)) = counted_from(text, words, end, (n, unit), said_on, country)?
        {
            (end, found.last, found.first) = (until, last, last);
        }
        let since = mentions.last().map_or(0, |mention| mention.end);
        if let (Grain::Span, Some(earlier)) = (found.grain, mentions.last())
            && words.get(since..at).unwrap_or_default().contains(&"then")
            && let Some((n, unit)) = span_of(words.get(at..end).unwrap_or_default())
        {
            // "By the 20th, and then it takes a week".
            found.last = span::after(earlier.by, n, unit).unwrap_or(found.last);
        }
        let before = words.get(since..at).unwrap_or_default();
        let behind = words.get(end..).unwrap_or_default();
        let sense = sense(before, behind, &found);
        let mut by = resolve(sense, before, &found);
        if by < said_on && found.last >= said_on && sense == Sense::Then {
            // "Before Christmas", said at Christmas, is that of next year.
            let next = longest(text, words, at, found.last + Days::new(1), country)?;
            by = next.map_or(by, |(_, next)| resolve(sense, before, &next));
        }
        let is_linked = mentions.is_empty() || before.iter().any(|word| LINKS.contains(word));
        mentions.push(Mention { start: at, end, found, by, sense, is_linked });
        at = end;
    }
    Ok(mentions)
}

/// "The week after Easter", "the Monday after the 9th"; "the week after", behind another time.
fn after_another(
    text: &str,
    words: &[&str],
    at: usize,
    before: Option<Found>,
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<(usize, Found)>, NotUnderstood> {
    let (unit, from) = match words.get(at..).unwrap_or_default() {
        ["day", "after", "tomorrow", ..] | ["week", "after", "next", ..] => return Ok(None),
        [unit, "after" | "following", "the" | "this", ..] => (*unit, at + 3),
        [unit, "after" | "following", ..] => (*unit, at + 2),
        _ => return Ok(None),
    };
    let weekday = weekday(unit);
    if !matches!(unit, "day" | "week") && weekday.is_none() {
        return Ok(None);
    }
    let (end, base) = match (longest(text, words, from, said_on, country)?, before) {
        (Some((end, base)), _) => (end, base),
        (None, Some(before)) => (at + 2, before),
        (None, None) => return Ok(None),
    };
    let next = base.last + Days::new(1);
    let found = match (unit, weekday) {
        (_, Some(weekday)) => Found::day(on_or_after(next, weekday), base.reach),
        ("day", _) => Found::day(business_days(base.last, 1), base.reach),
        _ => Found::week_of(base.last + Days::new(7), base.reach),
    };
    Ok(Some((end, found)))
}

/// The most words from `at` on that name a time.
fn longest(
    text: &str,
    words: &[&str],
    at: usize,
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<(usize, Found)>, NotUnderstood> {
    let before = at.checked_sub(1).and_then(|at| words.get(at)).copied();
    for end in (at + 1..=words.len().min(at + LONGEST)).rev() {
        let slice = words.get(at..end).unwrap_or_default();
        // "May" and "Jan" are more than months.
        let is_bare = matches!(slice, [name] | [name, _] if month(name).is_some());
        let is_month = before.is_none_or(|before| BEFORE_MONTHS.contains(&before));
        if let Some(found) = exact(text, slice, said_on, country)?
            && (found.grain != Grain::Month || !is_bare || is_month)
            && !is_cut_date(slice, words.get(end).copied())
        {
            return Ok(Some((end, found)));
        }
    }
    Ok(None)
}

/// "In March", before "5".
fn is_cut_date(words: &[&str], next: Option<&str>) -> bool {
    matches!(words, ["in" | "during", name] if month(name).is_some()) && next.and_then(ordinal).is_some()
}

fn span_of<'a>(words: &[&'a str]) -> Option<(u32, &'a str)> {
    match words {
        ["next" | "coming" | "following", rest @ ..] => span(rest),
        words => span(words),
    }
}

/// "Two weeks from Friday", "a week after the interview": where the count ends, and the day.
fn counted_from(
    text: &str,
    words: &[&str],
    end: usize,
    (n, unit): (u32, &str),
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<(usize, NaiveDate)>, NotUnderstood> {
    let rest = words.get(end..).unwrap_or_default();
    let from = |day: NaiveDate| span::after(day, n, unit);
    let link = match rest {
        ["today", ..] => return Ok(from(said_on).map(|day| (end + 1, day))),
        ["tomorrow", ..] => return Ok(from(said_on + Days::new(1)).map(|day| (end + 1, day))),
        // British: so long after that day.
        ["on", name, ..] if weekday(name).is_some() => "on",
        [link @ ("from" | "after" | "following" | "past" | "of" | "before"), ..] => *link,
        _ => return Ok(None),
    };
    let is_article = |word: &&str| {
        matches!(*word, "the" | "our" | "your" | "this" | "that" | "my" | "on" | "last" | "final")
    };
    let skipped = rest.iter().skip(1).take_while(|word| is_article(word)).count();
    let spoken = [
        "now",
        "today",
        "interview",
        "interviews",
        "conversation",
        "talk",
        "call",
        "chat",
        "meeting",
        "then",
        "that",
    ];
    let is_talk = |at: usize| rest.get(at).is_some_and(|word| spoken.contains(word));
    if link != "before"
        && let Some(at) = (1..=skipped + 2).find(|at| is_talk(*at))
    {
        // "Of the final interview on Friday" names the day from which it counts.
        if rest.get(at + 1) == Some(&"on")
            && let Some((until, found)) = longest(text, words, end + at + 2, said_on, country)?
        {
            return Ok(from(found.last).map(|day| (until, day)));
        }
        return Ok(from(said_on).map(|day| (end + at + 1, day)));
    }
    for at in (1..=skipped + 1).rev() {
        if let Some((until, from)) = longest(text, words, end + at, said_on, country)? {
            let day = match link {
                "before" => span::before(from.first, n, unit),
                _ => span::after(from.last, n, unit),
            };
            return Ok(day.map(|day| (until, day)));
        }
    }
    match link {
        "after" | "from" | "following" | "past" => Err(not_understood(text)),
        _ => Ok(None),
    }
}

/// Between two times: the later one is meant.
const LINKS: &[&str] = &[
    "or",
    "to",
    "and",
    "but",
    "maybe",
    "possibly",
    "perhaps",
    "probably",
    "otherwise",
    "through",
    "till",
    "until",
    "then",
    "so",
    "latest",
    "likely",
    "hopefully",
    "by",
    "not",
    "rather",
    "instead",
    STOP,
];

/// Before "may", "march" and the like, which are more than months.
const BEFORE_MONTHS: &[&str] = &[
    "in", "by", "before", "until", "till", "during", "of", "for", "around", "about", "over", "to", "or",
    "and", "through", "than", "after", "since", "not", "late", "early", "maybe", "probably", "perhaps",
    "likely", STOP,
];

const NEGATIONS: &[&str] = &[
    "not", "no", "nothing", "nobody", "none", "cannot", "cant", "wont", "dont", "unlikely", "without",
    "hardly", "neither", "nor",
];

fn is_negation(word: &&str) -> bool {
    NEGATIONS.contains(word) || word.ends_with("n't")
}

/// The words in front that still say something: after the last full stop or "but", and without
/// phrases in which "not" means nothing.
fn that_count<'a>(before: &[&'a str]) -> Vec<&'a str> {
    const IDIOMS: &[&[&str]] = &[
        &["not", "sure"],
        &["not", "certain"],
        &["not", "long"],
        &["be", "long"],
        &["don't", "know"],
        &["don't", "worry"],
        &["no", "problem"],
        &["no", "worries"],
        &["no", "rush"],
        &["can't", "promise"],
        &["can't", "say"],
        &["cannot", "say"],
        &["if", "not"],
        &["not", "only"],
    ];
    let from = before.iter().rposition(|word| matches!(*word, "but" | "yet" | STOP)).map_or(0, |at| at + 1);
    let mut left = before.get(from..).unwrap_or_default();
    let mut kept = Vec::new();
    while let [first, rest @ ..] = left {
        let idiom = IDIOMS.iter().find(|idiom| left.starts_with(idiom));
        match idiom {
            Some(idiom) => {
                // "It won't be long": the negation in front of it goes as well.
                if idiom.last() == Some(&"long") && kept.last().is_some_and(|word: &&str| is_negation(word)) {
                    kept.pop();
                }
                left = left.get(idiom.len()..).unwrap_or_default();
            }
            None => {
                kept.push(*first);
                left = rest;
            }
        }
    }
    kept
}

fn sense(before: &[&str], behind: &[&str], found: &Found) -> Sense {
    let words = that_count(before);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let is_negated = words.iter().any(is_negation);
    let behind = match behind {
        ["or", "more" | "longer" | "later", ..]
        | ["at", "least" | "minimum", ..]
        | ["minimum" | "plus", ..] => Sense::AtLeast,
        ["at", "the", "earliest", ..] | ["earliest", ..] => Sense::NotBefore,
        ["at", "the", "latest", ..] | ["latest", ..] => return Sense::Then,
        ["after", "that", ..] | ["so" | "and" | "then" | "or", "after", "that" | "then", ..] => Sense::After,
        _ => Sense::Then,
    };
    // "If you don't hear by Friday" names Friday.
    let is_deadline = has(&["if"]) && has(&["hear", "heard", "hearing", "reply", "call", "back"]);
    if let Some(than) = words.iter().rposition(|word| *word == "than") {
        let compared = words.get(..than).unwrap_or_default();
        let is_less =
            compared.iter().any(|word| matches!(*word, "less" | "sooner" | "earlier" | "before" | "fewer"));
        return match (is_less, is_negated) {
            (true, true) if found.grain == Grain::Span => Sense::AtLeast,
            (true, true) => Sense::NotBefore,
            (true, false) | (false, true) => Sense::Then,
            (false, false) => Sense::AtLeast,
        };
    }
    if has(&["least", "minimum", "earliest"]) {
        return if found.grain == Grain::Span { Sense::AtLeast } else { Sense::NotBefore };
    }
    if has(&["after", "following", "past"]) && !has(&["no", "not", "later"]) {
        return Sense::After;
    }
    match is_negated && !is_deadline {
        true if has(&["after"]) && has(&["until", "till", "before"]) => Sense::After,
        true if has(&["after"]) => Sense::Then,
        true if has(&["until", "till", "before", "for", "prior"]) => Sense::NotBefore,
        true => Sense::NotThen,
        false => behind,
    }
}

/// The last day that is meant.
fn resolve(sense: Sense, before: &[&str], found: &Found) -> NaiveDate {
    let five_days_on = || business_days(found.last, 5);
    match (sense, found.grain) {
        (Sense::Then, Grain::Month | Grain::Quarter | Grain::Year | Grain::Feast) => {
            // "By next month" is as vague as that month; "by March" is not.
            let is_named = found.reach == Reach::Fixed;
            let close =
                before.iter().rev().take(2).find(|word| matches!(**word, "by" | "before") && is_named);
            match (close, found.grain) {
                (Some(&"before"), _) | (Some(_), Grain::Feast) => back_to_friday(found.first - Days::new(1)),
                (Some(_), _) => back_to_friday(found.first + Days::new(9)),
                (None, _) => found.last,
            }
        }
        (Sense::Then | Sense::NotBefore, _) => found.last,
        (Sense::After | Sense::NotThen, Grain::Week) => found.last + Days::new(7),
        (Sense::NotThen, Grain::Month | Grain::Quarter | Grain::Year) => end_of_month(found.last, 1),
        (Sense::AtLeast, Grain::Span) => found.last + Days::new(7),
        (Sense::After | Sense::NotThen | Sense::AtLeast, _) => five_days_on(),
    }
}

/// "Tuesday or Wednesday next week": the days of that week.
fn in_the_week_named(mentions: &mut Vec<Mention>, words: &[&str]) {
    let near = |start: usize, end: usize| {
        let between = words.get(start..end).unwrap_or_default();
        between.iter().all(|word| {
            matches!(
                *word,
                "on" | "of"
                    | "in"
                    | "probably"
                    | "likely"
                    | "maybe"
                    | "morning"
                    | "afternoon"
                    | "evening"
                    | "the"
            )
        })
    };
    let mut at = 0;
    while at + 1 < mentions.len() {
        let (Some(one), Some(other)) = (mentions.get(at), mentions.get(at + 1)) else { break };
        let (week, weekday) = match (one.found.weekday, other.found.weekday) {
            (Some(weekday), None) if other.found.grain == Grain::Week => (other.found, weekday),
            (None, Some(weekday)) if one.found.grain == Grain::Week => (one.found, weekday),
            _ => {
                at += 1;
                continue;
            }
        };
        let is_one = near(one.end, other.start) && one.sense == Sense::Then && other.sense == Sense::Then;
        if !is_one {
            at += 1;
            continue;
        }
        let day = on_or_after(
            week.first - Days::new(u64::from(week.first.weekday().num_days_from_monday())),
            weekday,
        );
        let found = Found { first: day, last: day, grain: Grain::Day, reach: week.reach, weekday: None };
        let merged = Mention { end: other.end, found, by: day, ..one.clone() };
        mentions.splice(at..at + 2, [merged]);
        // The weekdays in front of it, "Tuesday or", are days of the same week.
        for mention in mentions.iter_mut().take(at) {
            if let Some(weekday) = mention.found.weekday {
                mention.by = on_or_after(in_week(day, 0, chrono::Weekday::Mon), weekday);
                mention.found.last = mention.by;
            }
        }
    }
}

/// "Tuesday … by Friday": a weekday behind another one comes after it.
fn one_after_another(mentions: &mut [Mention]) {
    let mut latest: Option<NaiveDate> = None;
    for mention in mentions.iter_mut().filter(|mention| mention.found.weekday.is_some()) {
        if latest.is_some_and(|latest| mention.by < latest) && mention.sense == Sense::Then {
            mention.by = mention.by + Days::new(7);
        }
        latest = latest.max(Some(mention.by));
    }
}

/// The one that counts: the last day of what is said to be the time.
fn choose<'a>(text: &str, mentions: &'a [Mention]) -> Result<&'a Mention, NotUnderstood> {
    let contradicts = |one: &Mention, other: &Mention| {
        let day = |mention: &Mention| mention.by.format("%a %-d %b %Y").to_string();
        NotUnderstood::because(format!(
            "{} names {} and {}; give only the last day",
            quoted(text),
            day(one),
            day(other)
        ))
    };
    let is_bound = |mention: &&Mention| matches!(mention.sense, Sense::NotBefore | Sense::NotThen);
    let times: Vec<&Mention> = mentions.iter().filter(|mention| !is_bound(mention)).collect();
    for pair in times.windows(2) {
        if let [one, other] = pair
            && one.by != other.by
            && !other.is_linked
            && !(one.found.weekday.is_some() && other.found.weekday.is_some())
        {
            return Err(contradicts(one, other));
        }
    }
    let latest = |mentions: &[&'a Mention]| mentions.iter().copied().max_by_key(|mention| mention.by);
    let bounds: Vec<&Mention> = mentions.iter().filter(is_bound).collect();
    let (time, bound) = (latest(&times), latest(&bounds));
    match (time, bound) {
        (Some(time), Some(bound)) if bound.sense == Sense::NotBefore && time.by < bound.by => {
            Err(contradicts(time, bound))
        }
        (Some(time), Some(bound)) if bound.sense == Sense::NotThen && time.by <= bound.found.last => {
            Err(contradicts(time, bound))
        }
        (Some(time), _) => Ok(time),
        (None, Some(bound)) => Ok(bound),
        (None, None) => Err(not_understood(text)),
    }
}

/// Refuses words that change what a time means in a way that is not known here.
fn refuse_the_rest(text: &str, words: &[&str], mentions: &[Mention]) -> Result<(), NotUnderstood> {
    const UNKNOWN: &[&str] = &[
        "never",
        "unless",
        "depends",
        "depending",
        "whether",
        "ago",
        "yesterday",
        "previous",
        "every",
        "each",
        "week",
        "month",
        "year",
        "quarter",
        "fortnight",
        "weeks",
        "months",
        "chinese",
        "lunar",
        "fiscal",
        "academic",
        "orthodox",
        "spring",
        "summer",
        "autumn",
        "winter",
        "last",
    ];
    let is_in = |at: usize| mentions.iter().any(|mention| (mention.start..mention.end).contains(&at));
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    for at in (0..words.len()).filter(|at| !is_in(*at)) {
        let this = word(at);
        let is_fine_last = this == "last"
            && matches!(
                word(at + 1),
                "interview"
                    | "interviews"
                    | "round"
                    | "candidate"
                    | "candidates"
                    | "step"
                    | "steps"
                    | "stage"
            );
        // "The beginning of next" leaves out what it is of.
        let is_cut =
            this == "next" && !is_in(at + 1) && !matches!(word(at + 1), "round" | "step" | "steps" | "stage");
        if UNKNOWN.contains(&this) && !is_fine_last
            || is_cut
            || this == "if" && !is_known_condition(words, at)
        {
            return Err(not_understood(text));
        }
        // "Three to two weeks", "Friday 13".
        let is_number = count(this).is_some()
            && !matches!(this, "a" | "an" | "another" | "few" | "couple" | "several" | "one");
        let is_glue = |word: &str| {
            matches!(
                word,
                "to" | "or" | "and" | "of" | "the" | "and/or" | "maybe" | "possibly" | "perhaps" | "even"
            )
        };
        let next = (at + 1..words.len()).find(|at| is_in(*at) || !is_glue(word(*at)));
        let back = (0..at).rev().find(|at| is_in(*at) || !is_glue(word(*at)));
        let is_near = next.is_some_and(is_in) || back.is_some_and(is_in);
        let has_digit = this.chars().any(|c| c.is_ascii_digit());
        if (is_number || has_digit) && is_near {
            return Err(not_understood(text));
        }
    }
    Ok(())
}

/// "If you don't hear by Friday", "if all goes well", "if not sooner".
fn is_known_condition(words: &[&str], at: usize) -> bool {
    let rest = words.get(at + 1..).unwrap_or_default();
    match rest {
        [
            "not" | "possible" | "necessary" | "needed" | "all" | "everything" | "that's" | "any"
            | "anything",
            ..,
        ] => true,
        ["you", "have", "any", ..] | ["you", "need", ..] | ["things", "go", ..] => true,
        rest => {
            let near = || rest.iter().take(7);
            near().any(is_negation) && near().any(|word| matches!(*word, "hear" | "heard" | "hearing"))
        }
    }
}

/// "Soon", "we'll be in touch": something was said, and it names no time.
fn names_no_time(words: &[&str]) -> bool {
    const PHRASES: &[&[&str]] = &[
        &["soon"],
        &["shortly"],
        &["asap"],
        &["in", "touch"],
        &["as", "soon", "as"],
        &["due", "course"],
        &["let", "you", "know"],
        &["get", "back", "to"],
        &["reach", "out"],
        &["a", "while"],
        &["some", "time"],
        &["any", "day", "now"],
        &["no", "date"],
        &["no", "timeline"],
        &["don't", "know"],
        &["not", "sure"],
        &["no", "idea"],
        &["tbd"],
        &["when", "we", "can"],
    ];
    // What it waits for is not known here.
    let waits =
        words.iter().any(|word| matches!(*word, "when" | "once" | "after" | "until" | "before" | "if"));
    let has = |phrase: &[&str]| words.windows(phrase.len()).any(|window| window == phrase);
    let possible = has(&["as", "soon", "as"])
        && !has(&["as", "possible"])
        && !has(&["we", "can"])
        && !has(&["i", "can"]);
    let knows = has(&["when", "we", "can"]) || has(&["when", "we", "know"]);
    (!waits || knows) && !possible && PHRASES.iter().any(|phrase| has(phrase))
}

/// What they said about the time, as it was typed, for a sentence that quotes it.
fn phrase(text: &str, tokens: &[Token], mentions: &[Mention], chosen: &Mention) -> Option<String> {
    const LEADS: &[&str] = &[
        "before",
        "by",
        "until",
        "till",
        "after",
        "within",
        "in",
        "over",
        "during",
        "on",
        "around",
        "about",
        "the",
        "next",
        "early",
        "sometime",
        "shortly",
        "soon",
        "coming",
        "right",
        "somewhere",
        "between",
    ];
    const TAILS: &[&[&str]] = &[
        &["at", "the", "latest"],
        &["or", "so"],
        &["from", "now"],
        &["from", "today"],
        &["time"],
        &["morning"],
        &["afternoon"],
        &["evening"],
    ];
    let word = |at: usize| tokens.get(at).map(|token| token.word.as_str()).unwrap_or_default();
    // A range is quoted as a whole.
    let is_link = |at: usize| LINKS.contains(&word(at)) && word(at) != STOP || LEADS.contains(&word(at));
    let mut first = chosen.start;
    for mention in mentions.iter().rev().filter(|mention| mention.end <= chosen.start) {
        let is_near = (mention.end..first).all(is_link) && first - mention.end <= 3;
        if chosen.sense == Sense::Then && mention.sense == Sense::Then && is_near {
            first = mention.start;
        } else {
            break;
        }
    }
    let begun = mentions.iter().map(|mention| mention.end).filter(|end| *end <= first).max().unwrap_or(0);
    let led = (begun..first).rev().take_while(|at| LEADS.contains(&word(*at))).last().unwrap_or(first);
    let condition = (begun..first).rev().find(|at| matches!(word(*at), "when" | "once" | "after"));
    let tail = TAILS
        .iter()
        .find(|tail| tail.iter().enumerate().all(|(place, expected)| word(chosen.end + place) == *expected));
    let end = chosen.end + tail.map_or(0, |tail| tail.len());
    let quote = |from: usize| {
        let (start, end) = (tokens.get(from)?.start, tokens.get(end.checked_sub(1)?)?.end);
        text.get(start..end).map(|text| text.trim_end_matches(['.', ',', ';', '!', '?', ')', '"']).to_owned())
    };
    match chosen.sense {
        Sense::Then if condition.is_some_and(|at| at + 8 > first) => quote(condition?),
        Sense::After => quote(condition?),
        Sense::Then => quote(led),
        Sense::NotBefore if chosen.found.grain != Grain::Span => {
            let article = first.checked_sub(1).filter(|at| word(*at) == "the");
            Some(format!("not before {}", quote(article.unwrap_or(first))?))
        }
        Sense::NotBefore => quote(first),
        Sense::NotThen | Sense::AtLeast => None,
    }
}
