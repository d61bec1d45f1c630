//! The questions of `add`. An answer that cannot be read is asked for again; all answers become
//! flags, so that both ways record the same.

use std::cell::RefCell;

use anyhow::Result;

use super::App;
use crate::commands::debrief::{
    DebriefArgs, Reading, Round, Said, SaidTopic, Slot, known, odd, read_decision, read_end, read_person,
    read_topic, unrecorded,
};
use crate::domain::address::Weight;
use crate::domain::application::Application;
use crate::domain::debrief::{Met, line};
use crate::domain::problem::Problem;
use crate::domain::text::printable;
use crate::domain::words::{When, when};

/// Why an answer is not taken: it is asked for again, or all ends.
enum Again {
    Because(String),
    Stop(Problem),
}

/// Questions about people that were answered with "keep it".
type Kept = RefCell<Vec<String>>;

const HINT: &str = "`thanks add --help` shows how to say it in one line";

/// Asks for what is missing. Nothing is asked where the flags say enough. Returns what was odd and
/// is to be kept, and whether another round was asked for. `suggested` is what was typed for the application, most likely the company.
pub fn ask(
    told: &mut DebriefArgs,
    suggested: Option<&str>,
    about: Option<&Application>,
    applications: &[Application],
    app: &App,
) -> Result<(Vec<String>, Round)> {
    let kept = Kept::default();
    let round = questions(told, suggested, about, applications, app, &kept).map_err(|error| {
        match error.downcast::<Problem>() {
            Ok(problem) => unrecorded(problem).into(),
            Err(error) => error,
        }
    })?;
    Ok((kept.into_inner(), round))
}

fn questions(
    told: &mut DebriefArgs,
    suggested: Option<&str>,
    about: Option<&Application>,
    applications: &[Application],
    app: &App,
    kept: &Kept,
) -> Result<Round> {
    let mut wanted = Round::Unsaid;
    match about {
        Some(application) if told.is_empty() => wanted = again(told, application, app, kept)?,
        Some(_) => return Ok(wanted),
        None if suggested.is_none()
            && told.company.is_some()
            && told.role.is_some()
            && !told.met.is_empty() =>
        {
            return Ok(wanted);
        }
        None => from_the_start(told, suggested, applications, app, kept)?,
    }
    app.terminal.say("");
    Ok(wanted)
}

fn from_the_start(
    told: &mut DebriefArgs,
    suggested: Option<&str>,
    applications: &[Application],
    app: &App,
    kept: &Kept,
) -> Result<()> {
    match suggested {
        Some(name) => {
            let prompt = format!("Company: [{}] ", printable(name));
            told.company = maybe_line(app, &prompt, "the company")?.or(told.company.take());
        }
        None if told.company.is_none() => {
            told.company = Some(some_line(app, "Company: ", "the company")?);
        }
        None => {}
    }
    // One open application there is the likeliest.
    let one = known(applications, None, told).ok().flatten();
    if told.role.is_none() {
        let usual = one.map(|application| application.role.clone());
        told.role = Some(match usual {
            Some(role) => {
                let typed = maybe_line(app, &format!("Role: [{}] ", printable(&role)), "the role")?;
                typed.unwrap_or(role)
            }
            None => some_line(app, "Role: ", "the role")?,
        });
    }
    let about = known(applications, None, told)?;
    round(told, about, app, kept)
}

/// An application that is known: what it lacks, or another round.
fn again(told: &mut DebriefArgs, application: &Application, app: &App, kept: &Kept) -> Result<Round> {
    let Some(last) = application.interviews.last() else {
        return round(told, Some(application), app, kept).map(|()| Round::Unsaid);
    };
    let lacking: Vec<_> = last
        .meetings
        .iter()
        .filter_map(|meeting| Some((meeting, application.person(&meeting.person)?)))
        .filter(|(meeting, person)| meeting.topics.is_empty() || person.address.is_none())
        .collect();
    let lacks_decision = application.decision.is_none();
    if lacking.is_empty() && !lacks_decision {
        return round(told, Some(application), app, kept).map(|()| Round::Unsaid);
    }
    let day = last.ended.format("%a %-d %b");
    let prompt = format!("[c]omplete the interview of {day}, or add [a]nother: ");
    if app.terminal.choose(&prompt, "ca", HINT)? == 'a' {
        return round(told, Some(application), app, kept).map(|()| Round::Another);
    }
    for (meeting, person) in lacking {
        let mut said = Said { who: person.key.clone(), topics: Vec::new() };
        if person.address.is_none() {
            let prompt = format!("Address of {}: (Enter skips) ", printable(person.name.as_str()));
            let known = |text: &str| format!("{} <{text}>", person.name);
            if let Some(text) = checked(app, &prompt, |text| {
                let met = read_person(&known(text), None).map_err(|refused| because(&refused.into()))?;
                careful(app, &met, kept)
            })? {
                said.who = known(&text);
            }
        }
        if meeting.topics.is_empty() {
            app.terminal.say(&format!("With {}:", printable(person.name.as_str())));
            said.topics.extend(topic(app)?);
        }
        if said.who != person.key || !said.topics.is_empty() {
            told.met.push(said);
        }
    }
    if lacks_decision {
        decision(told, Some(application), app)?;
    }
    Ok(Round::Unsaid)
}

/// One interview: when, whom, what, and when they decide.
fn round(told: &mut DebriefArgs, about: Option<&Application>, app: &App, kept: &Kept) -> Result<()> {
    if told.ended.is_none() && told.starts.is_none() {
        time(told, about, app)?;
    }
    if told.met.is_empty() {
        people(told, about, app, kept)?;
    }
    if told.decision.is_none() && !is_ahead(told, about, app) {
        decision(told, about, app)?;
    }
    Ok(())
}

fn time(told: &mut DebriefArgs, about: Option<&Application>, app: &App) -> Result<()> {
    let reading = reading(told, about, app)?;
    let prompt = "When did it end, or when does it start? [just now] ";
    let typed = checked(app, prompt, |text| {
        let (_, notices) = read_end(text, Slot::End, &reading)
            .map_err(|error| Again::Because(printable(&error.to_string())))?;
        notices.iter().for_each(|notice| app.terminal.say(notice));
        Ok(())
    })?;
    let Some(text) = typed else {
        told.ended = Some("just now".to_owned());
        return Ok(());
    };
    let start = when(&text, reading.zone.at(reading.now), &reading.zone, reading.country.as_deref());
    if matches!(start, Ok(When::At(at, _)) if at > app.now) {
        let minutes =
            checked(app, "How many minutes will it take? [60] ", |text| match text.parse::<u32>() {
                Ok(1..=1440) => Ok(()),
                _ => Err(Again::Because("a number of minutes is meant, like 45".to_owned())),
            })?;
        told.minutes = Some(minutes.and_then(|text| text.parse().ok()).unwrap_or(60));
        told.starts = Some(text);
    } else {
        told.ended = Some(text);
    }
    Ok(())
}

fn people(told: &mut DebriefArgs, about: Option<&Application>, app: &App, kept: &Kept) -> Result<()> {
    let ahead = is_ahead(told, about, app);
    let mut waiting = std::mem::take(&mut told.topics).into_iter();
    loop {
        let prompt = match (told.met.is_empty(), ahead) {
            (true, false) => "Whom did you meet? Name <address>: ",
            (true, true) => "Whom will you meet? Name <address>: ",
            (false, _) => "Who else? (Enter: nobody) ",
        };
        let who = checked(app, prompt, |text| {
            let met = read_person(text, about).map_err(|refused| because(&refused.into()))?;
            careful(app, &met, kept)
        })?;
        let Some(who) = who else {
            if told.met.is_empty() {
                app.terminal.say("a name is needed, an address is not; Ctrl-C stops");
                continue;
            }
            return Ok(());
        };
        let mut said = Said { who, topics: waiting.next().into_iter().collect() };
        if said.topics.is_empty() && !ahead {
            said.topics.extend(topic(app)?);
        }
        told.met.push(said);
    }
}

fn topic(app: &App) -> Result<Option<SaidTopic>> {
    let what = checked(app, "  What did you talk about? ", |text| {
        read_topic("the topic", text).map(|_| ()).map_err(|refused| because(&refused.into()))
    })?;
    let Some(what) = what else {
        return Ok(None);
    };
    let why = maybe_line(app, "  Why did it matter? (Enter skips) ", "the reason")?;
    Ok(Some(SaidTopic { what, why, ..SaidTopic::default() }))
}

fn decision(told: &mut DebriefArgs, about: Option<&Application>, app: &App) -> Result<()> {
    let reading = reading(told, about, app)?;
    let (today, country) = (reading.zone.at(app.now).date_naive(), reading.country.as_deref());
    told.decision = checked(app, "When do they decide, in their words? (Enter skips) ", |text| {
        read_decision(text, today, country)
            .map(|_| ())
            .map_err(|error| Again::Because(printable(&error.to_string())))
    })?;
    Ok(())
}

fn reading(told: &DebriefArgs, about: Option<&Application>, app: &App) -> Result<Reading, Problem> {
    Reading { now: app.now, zone: app.zone.clone(), country: app.country() }.about(told, about)
}

fn is_ahead(told: &DebriefArgs, about: Option<&Application>, app: &App) -> bool {
    let text = told.ended.as_deref().or(told.starts.as_deref()).unwrap_or_default();
    let read = reading(told, about, app).ok().map(|reading| read_end(text, Slot::End, &reading));
    matches!(read, Some(Ok((round, _))) if round.ended > app.now)
}

/// Something that is most likely wrong is asked about at once; "no" asks for the person again.
fn careful(app: &App, met: &Met, kept: &Kept) -> Result<(), Again> {
    for (weight, question) in odd(app, met) {
        if weight == Weight::Mention {
            continue;
        }
        app.terminal.say(&printable(&question));
        match app.terminal.choose("Keep it? [y]es [n]o: ", "yn", HINT) {
            Ok('y') => kept.borrow_mut().push(question),
            Ok(_) => return Err(Again::Because("then once more".to_owned())),
            Err(problem) => return Err(Again::Stop(problem)),
        }
    }
    Ok(())
}

fn some_line(app: &App, prompt: &str, field: &str) -> Result<String, Problem> {
    loop {
        if let Some(text) = maybe_line(app, prompt, field)? {
            return Ok(text);
        }
    }
}

fn maybe_line(app: &App, prompt: &str, field: &str) -> Result<Option<String>, Problem> {
    checked(app, prompt, |text| line(field, text).map(|_| ()).map_err(|refused| because(&refused.into())))
}

/// An answer that stands the check, `None` for Enter; others are explained and asked for again.
fn checked(
    app: &App,
    prompt: &str,
    check: impl Fn(&str) -> Result<(), Again>,
) -> Result<Option<String>, Problem> {
    loop {
        let answer = app.terminal.ask(prompt, HINT)?;
        if answer.is_empty() {
            return Ok(None);
        }
        match check(&answer) {
            Ok(()) => return Ok(Some(answer)),
            Err(Again::Because(why)) => app.terminal.say(&why),
            Err(Again::Stop(problem)) => return Err(problem),
        }
    }
}

/// A refusal in one line.
fn because(problem: &Problem) -> Again {
    let hint = problem.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    Again::Because(printable(&format!("{}{hint}", problem.message)))
}
