//! Applications, whole: an application is read and written with its people, rounds and news.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, day, instant, known};
use crate::domain::address::{EmailAddress, PersonName};
use crate::domain::application::{Application, Decision, Heard, News, Status, Tone};
use crate::domain::interview::{End, Interview, InterviewKind, Meeting, Topic};
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::domain::zone::Zone;

/// Which applications to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    All,
    /// Those that are open, or were closed on that day (RFC 3339) or later.
    Current {
        closed_since: &'a str,
    },
    One(&'a str),
}

impl<'a> Which<'a> {
    /// The query for their `column` (`id` or `slug`), and its parameter `?1` where it has one.
    pub(super) fn query(self, column: &str) -> (String, Option<&'a str>) {
        let all = format!("SELECT {column} FROM applications");
        match self {
            Which::All => (all, None),
            Which::Current { closed_since } => {
                let closed = format!("{all} WHERE closed_at >= ?1");
                (format!("{all} WHERE closed_at IS NULL UNION ALL {closed}"), Some(closed_since))
            }
            Which::One(slug) => (format!("{all} WHERE slug = ?1"), Some(slug)),
        }
    }
}

impl Store {
    pub fn application(&self, slug: &str) -> Result<Option<Application>> {
        Ok(self.applications(Which::One(slug))?.pop())
    }

    /// In the order in which they were begun.
    pub fn applications(&self, which: Which<'_>) -> Result<Vec<Application>> {
        self.at_one_moment(|store| store.read_applications(which))
    }

    fn read_applications(&self, which: Which<'_>) -> Result<Vec<Application>> {
        let (chosen, text) = which.query("id");
        let parameter: &[&dyn rusqlite::ToSql] = match &text {
            Some(text) => &[text],
            None => &[],
        };
        let mut people = self.people(&chosen, parameter)?;
        let mut interviews = self.interviews(&chosen, parameter)?;
        let mut heard = self.heard(&chosen, parameter)?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT id, slug, company, role, role_short, country, zone, tone, contact, agent, decision,
                    decision_said, decision_by, closed_reason, closed_at
             FROM applications WHERE id IN ({chosen}) ORDER BY id"
        ))?;
        let mut rows = statement.query(parameter)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let mut application = application(row)?;
            application.people = people.remove(&id).unwrap_or_default();
            application.interviews = interviews.remove(&id).unwrap_or_default();
            application.heard = heard.remove(&id).unwrap_or_default();
            found.push(application);
        }
        Ok(found)
    }

    /// Writes an application whole, and what happened to it as a line of its story.
    pub fn save_application(
        &mut self,
        application: &Application,
        at: DateTime<FixedOffset>,
        story: &str,
    ) -> Result<()> {
        let change = self.begin()?;
        let id = save_head(&change, application)?;
        for table in ["people", "interviews", "heard"] {
            change.execute(&format!("DELETE FROM {table} WHERE application = ?1"), [id])?;
        }
        for person in &application.people {
            change.execute(
                "INSERT INTO people (application, key, name, goes_by, honorific, title, address, away_until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    id,
                    person.key,
                    person.name.as_str(),
                    person.goes_by,
                    person.honorific,
                    person.title,
                    person.address.as_ref().map(EmailAddress::as_str),
                    person.away_until.map(|day| day.to_string()),
                ],
            )?;
        }
        for interview in &application.interviews {
            save_interview(&change, id, interview)?;
        }
        for heard in &application.heard {
            change.execute(
                "INSERT INTO heard (application, at, news) VALUES (?1, ?2, ?3)",
                params![id, heard.at.to_rfc3339(), heard.news.name()],
            )?;
        }
        super::story::tell(&change, &application.slug, at, story)?;
        change.commit().context("the application could not be recorded")
    }

    /// Changes an application as it is now, in one transaction: `change` gets what is recorded at
    /// this moment, and returns what it makes of it with a line for its history; `None` leaves it.
    pub fn update_application<T>(
        &mut self,
        slug: &str,
        at: DateTime<FixedOffset>,
        change: impl FnOnce(&mut Store, &Application) -> Result<(Option<(Application, String)>, T)>,
    ) -> Result<T> {
        self.atomically(|store| {
            let current = store.application(slug)?.ok_or_else(|| erased(slug))?;
            let (changed, value) = change(store, &current)?;
            if let Some((application, story)) = changed {
                store.save_application(&application, at, &story)?;
            }
            Ok(value)
        })
    }

    /// Erases people and texts of an application; the journal keeps the ids that were offered.
    /// What was erased is on the disk until [`Store::scrub`].
    pub fn forget_application(&mut self, slug: &str) -> Result<()> {
        let change = self.begin()?;
        change.execute(
            "DELETE FROM attempts WHERE note IN (SELECT id FROM notes WHERE application = ?1)",
            [slug],
        )?;
        for sql in [
            "DELETE FROM notes WHERE application = ?1",
            "DELETE FROM story WHERE application = ?1",
            "DELETE FROM mail WHERE application = ?1",
            "DELETE FROM applications WHERE slug = ?1",
        ] {
            change.execute(sql, [slug])?;
        }
        change.commit().context("it could not be erased")
    }

    /// Deleted rows leave their texts in free pages and in the log until both are rewritten.
    pub fn scrub(&mut self) -> Result<()> {
        self.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }

    fn people(&self, chosen: &str, parameter: &[&dyn rusqlite::ToSql]) -> Result<HashMap<i64, Vec<Person>>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT application, key, name, goes_by, honorific, title, address, away_until
             FROM people WHERE application IN ({chosen}) ORDER BY id"
        ))?;
        let mut rows = statement.query(parameter)?;
        let mut found: HashMap<i64, Vec<Person>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(2)?;
            let (address, away): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
            found.entry(row.get(0)?).or_default().push(Person {
                key: row.get(1)?,
                name: PersonName::parse(&name)
                    .with_context(|| format!("the record holds the name {name:?}"))?,
                goes_by: row.get(3)?,
                honorific: row.get(4)?,
                title: row.get(5)?,
                address: address
                    .map(|text| {
                        EmailAddress::parse(&text)
                            .with_context(|| format!("the record holds the address {text:?}"))
                    })
                    .transpose()?,
                away_until: away.as_deref().map(day).transpose()?,
            });
        }
        Ok(found)
    }

    fn interviews(
        &self,
        chosen: &str,
        parameter: &[&dyn rusqlite::ToSql],
    ) -> Result<HashMap<i64, Vec<Interview>>> {
        let mut meetings = self.meetings(chosen, parameter)?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT id, application, round, ended, zone, kind, end_known, minutes
             FROM interviews WHERE application IN ({chosen}) ORDER BY round"
        ))?;
        let mut rows = statement.query(parameter)?;
        let mut found: HashMap<i64, Vec<Interview>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let interview: i64 = row.get(0)?;
            let (ended, zone, kind, end): (String, String, String, String) =
                (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
            let minutes: Option<u32> = row.get(7)?;
            found.entry(row.get(1)?).or_default().push(Interview {
                round: row.get(2)?,
                ended: instant(&ended)?,
                zone: zone_named(&zone)?,
                kind: known(InterviewKind::named(&kind), "kind of interview", &kind)?,
                end: match end.as_str() {
                    "bare-day" => End::BareDay,
                    "from-start" => End::FromStart { minutes: minutes.unwrap_or_default() },
                    _ => End::Told,
                },
                meetings: meetings.remove(&interview).unwrap_or_default(),
            });
        }
        Ok(found)
    }

    fn meetings(
        &self,
        chosen: &str,
        parameter: &[&dyn rusqlite::ToSql],
    ) -> Result<HashMap<i64, Vec<Meeting>>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT m.interview, m.id, m.person, t.what, t.why, t.fit, t.need
             FROM interviews i JOIN meetings m ON m.interview = i.id LEFT JOIN topics t ON t.meeting = m.id
             WHERE i.application IN ({chosen}) ORDER BY m.id, t.id"
        ))?;
        let mut rows = statement.query(parameter)?;
        let mut met: BTreeMap<(i64, i64), Meeting> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let meeting = met
                .entry((row.get(0)?, row.get(1)?))
                .or_insert(Meeting { person: row.get(2)?, topics: Vec::new() });
            if let Some(what) = row.get(3)? {
                meeting.topics.push(Topic { what, why: row.get(4)?, fit: row.get(5)?, need: row.get(6)? });
            }
        }
        let mut found: HashMap<i64, Vec<Meeting>> = HashMap::new();
        for ((interview, _), meeting) in met {
            found.entry(interview).or_default().push(meeting);
        }
        Ok(found)
    }

    fn heard(&self, chosen: &str, parameter: &[&dyn rusqlite::ToSql]) -> Result<HashMap<i64, Vec<Heard>>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT application, at, news FROM heard WHERE application IN ({chosen}) ORDER BY id"
        ))?;
        let mut rows = statement.query(parameter)?;
        let mut found: HashMap<i64, Vec<Heard>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let (at, news): (String, String) = (row.get(1)?, row.get(2)?);
            found
                .entry(row.get(0)?)
                .or_default()
                .push(Heard { at: instant(&at)?, news: known(News::named(&news), "news", &news)? });
        }
        Ok(found)
    }
}

/// What another command has erased meanwhile.
fn erased(slug: &str) -> Problem {
    Problem::new(Kind::NotFound, format!("{slug} was erased by another command"))
        .detail("nothing was changed")
}

fn application(row: &Row<'_>) -> Result<Application> {
    let (tone, zone): (String, Option<String>) = (row.get(7)?, row.get(6)?);
    let (words, said, by): (Option<String>, Option<String>, Option<String>) =
        (row.get(10)?, row.get(11)?, row.get(12)?);
    let closed: Option<String> = row.get(14)?;
    let reason: Option<String> = row.get(13)?;
    Ok(Application {
        slug: row.get(1)?,
        company: row.get(2)?,
        role: row.get(3)?,
        role_short: row.get(4)?,
        country: row.get(5)?,
        zone: zone.as_deref().map(zone_named).transpose()?,
        tone: known(Tone::named(&tone), "tone", &tone)?,
        contact: row.get(8)?,
        agent: row.get(9)?,
        status: match closed {
            None => Status::Open,
            Some(at) => Status::Closed { reason: reason.unwrap_or_default(), at: instant(&at)? },
        },
        decision: match (words, said) {
            (Some(words), Some(said)) => {
                Some(Decision { words, said_on: day(&said)?, by: by.as_deref().map(day).transpose()? })
            }
            _ => None,
        },
        heard: Vec::new(),
        people: Vec::new(),
        interviews: Vec::new(),
    })
}

fn zone_named(name: &str) -> Result<Zone> {
    known(Zone::named(name).ok(), "time zone", name)
}

fn save_head(change: &Connection, a: &Application) -> Result<i64> {
    let closed = match &a.status {
        Status::Open => None,
        Status::Closed { reason, at } => Some((reason, at.to_rfc3339())),
    };
    let known: Option<i64> = change
        .query_row("SELECT id FROM applications WHERE slug = ?1", [&a.slug], |row| row.get(0))
        .optional()?;
    let id = match known {
        Some(id) => id,
        None => {
            change.execute(
                "INSERT INTO applications (slug, company, role, tone) VALUES (?1, '', '', '')",
                [&a.slug],
            )?;
            change.last_insert_rowid()
        }
    };
    change.execute(
        "UPDATE applications SET company = ?2, role = ?3, role_short = ?4, country = ?5, zone = ?6, tone = ?7,
                contact = ?8, agent = ?9, decision = ?10, decision_said = ?11, decision_by = ?12,
                closed_reason = ?13, closed_at = ?14 WHERE id = ?1",
        params![
            id,
            a.company,
            a.role,
            a.role_short,
            a.country,
            a.zone.as_ref().map(Zone::name),
            a.tone.name(),
            a.contact,
            a.agent,
            a.decision.as_ref().map(|d| &d.words),
            a.decision.as_ref().map(|d| d.said_on.to_string()),
            a.decision.as_ref().and_then(|d| d.by).map(|day| day.to_string()),
            closed.as_ref().map(|(reason, _)| reason),
            closed.as_ref().map(|(_, at)| at),
        ],
    )?;
    Ok(id)
}

fn save_interview(change: &Connection, application: i64, interview: &Interview) -> Result<()> {
    let (end, minutes) = match interview.end {
        End::Told => ("told", None),
        End::BareDay => ("bare-day", None),
        End::FromStart { minutes } => ("from-start", Some(minutes)),
    };
    change.execute(
        "INSERT INTO interviews (application, round, ended, zone, kind, end_known, minutes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            application,
            interview.round,
            interview.ended.to_rfc3339(),
            interview.zone.name(),
            interview.kind.name(),
            end,
            minutes,
        ],
    )?;
    let id = change.last_insert_rowid();
    for meeting in &interview.meetings {
        change.execute(
            "INSERT INTO meetings (interview, person) VALUES (?1, ?2)",
            params![id, meeting.person],
        )?;
        let met = change.last_insert_rowid();
        for topic in &meeting.topics {
            change.execute(
                "INSERT INTO topics (meeting, what, why, fit, need) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![met, topic.what, topic.why, topic.fit, topic.need],
            )?;
        }
    }
    Ok(())
}
