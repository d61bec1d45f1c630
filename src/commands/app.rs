//! What every command has at hand, each opened when it is first needed.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

use crate::adapters::clock::Clock;
use crate::adapters::config::{self, Config, Environment, Paths};
use crate::adapters::invite::{self, OwnDays};
use crate::adapters::journal::{Journal, SendLock};
use crate::adapters::net::Interrupt;
use crate::adapters::store::{Beginning, Store, planned_before};
use crate::adapters::templates::Templates;
use crate::adapters::terminal::Terminal;
use crate::domain::address::Mailbox;
use crate::domain::calendar::Calendar;
use crate::domain::note::NoteId;
use crate::domain::outbox::State;
use crate::domain::phrases;
use crate::domain::policy::Policy;
use crate::domain::present;
use crate::domain::problem::{Kind, Problem};
use crate::domain::zone::Zone;
use crate::flow::compose::{Desk, Rule, Rules, Sender};

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loudness {
    Quiet,
    Normal,
    Verbose,
}

pub struct App {
    pub environment: Environment,
    pub paths: Paths,
    pub terminal: Terminal,
    pub loudness: Loudness,
    pub clock: Clock,
    /// The present, read once.
    pub now: DateTime<Utc>,
    /// The user's own zone.
    pub zone: Zone,
    pub config: Option<Config>,
    /// Why there is no configuration although there is a file; only `doctor` runs all the same.
    pub config_trouble: Option<Problem>,
    pub zone_trouble: Option<Problem>,
    pub holidays_trouble: Option<Problem>,
    /// Days that the configuration and its calendars name.
    pub own_holidays: BTreeSet<NaiveDate>,
    /// The calendars that the configuration names, each with what was read from it.
    pub calendars: Vec<(PathBuf, OwnDays)>,
    pub overdue: Overdue,
    /// Raised by a signal, once a note is on its way.
    pub interrupt: Interrupt,
}

/// Whether it is said that a planned note has not left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    Said,
    /// The command deals with it itself.
    Known,
    /// The command also judges what has expired, and says so.
    Judged,
}

/// So long after a plan the timer has surely missed it.
const PATIENCE_WITH_THE_TIMER: TimeDelta = TimeDelta::minutes(15);

/// So long after its last moment a note that expired can still be sent as a late one (T03).
const WORTH_A_WARNING: TimeDelta = TimeDelta::days(13);

impl App {
    pub fn open(
        environment: Environment,
        config: Option<&Path>,
        terminal: Terminal,
        loudness: Loudness,
    ) -> Result<App> {
        let mut environment = environment;
        if let Some(path) = config {
            environment.thanks_config = Some(path.to_owned());
        }
        let clock = Clock::new(environment.thanks_now.as_deref())?;
        let now = clock.now();
        let paths = Paths::find(&environment)?;
        let (config, config_trouble) = match config::load(&paths.config_file) {
            Ok(config) => (config, None),
            Err(trouble) => (None, Some(trouble)),
        };
        let configured = config.as_ref().and_then(|config| config.me.as_ref()?.timezone.clone());
        let (zone, zone_trouble) = match configured.map_or_else(|| config::local_zone(&environment), Ok) {
            Ok(zone) => (zone, None),
            Err(trouble) => (Zone::utc(), Some(trouble)),
        };
        let mut own_holidays: BTreeSet<NaiveDate> = BTreeSet::new();
        let mut holidays_trouble = None;
        let mut calendars = Vec::new();
        if let Some(config) = &config {
            own_holidays.extend(&config.policy.holidays);
            for path in paths.holidays(&config.policy) {
                match invite::whole_days(&path, zone.at(now).date_naive(), &zone) {
                    Ok(own) => {
                        own_holidays.extend(&own.days);
                        calendars.push((path, own));
                    }
                    Err(trouble) => holidays_trouble = Some(trouble),
                }
            }
        }
        Ok(App {
            environment,
            paths,
            terminal,
            loudness,
            clock,
            now,
            zone,
            config,
            config_trouble,
            zone_trouble,
            own_holidays,
            calendars,
            holidays_trouble,
            overdue: Overdue::Said,
            interrupt: Interrupt::default(),
        })
    }

    /// What stops every command but the one that tells what is wrong.
    pub fn require_order(&mut self) -> Result<()> {
        let troubles = [&mut self.config_trouble, &mut self.zone_trouble, &mut self.holidays_trouble];
        match troubles.into_iter().find_map(Option::take) {
            Some(trouble) => Err(trouble.into()),
            None => Ok(()),
        }
    }

    /// A configuration that was named must be there; the default one need not.
    pub fn require_named_config(&self) -> Result<()> {
        if self.config.is_some() || self.environment.thanks_config.is_none() {
            return Ok(());
        }
        let path = self.paths.config_file.display();
        Err(Problem::new(Kind::Config, format!("there is no configuration at {path}"))
            .detail("nothing was done")
            .hint(format!("`thanks init -c {path}` writes one"))
            .into())
    }

    /// The present at this very moment, which a waiting person has moved; fixed where the clock is.
    pub fn moment(&self) -> DateTime<FixedOffset> {
        self.zone.at(self.clock.now())
    }

    /// The present on the user's own wall clock.
    pub fn local_now(&self) -> DateTime<FixedOffset> {
        self.zone.at(self.now)
    }

    /// The user's own country.
    pub fn country(&self) -> Option<String> {
        self.config.as_ref().and_then(|config| config.me.as_ref()?.country.clone())
    }

    pub fn journal(&self) -> Journal {
        Journal::at(&self.paths.journal)
    }

    /// The record, begun if there is none yet.
    pub fn store(&self) -> Result<Store> {
        config::require_own_record(&self.paths)?;
        let beginning = if self.journal().is_empty() { Beginning::Fresh } else { Beginning::JournalHasLines };
        let mut store = Store::open(&self.paths.database, beginning).context("the record cannot be read")?;
        self.put_right(&mut store)?;
        // A clock that is wrong must not take away what was approved.
        if self.overdue != Overdue::Judged
            && present::doubt(self.now, store.newest()?.map(|at| at.to_utc())).is_none()
        {
            store.expire_overdue(self.local_now())?;
        }
        if self.overdue == Overdue::Said {
            self.say_overdue(&store)?;
        }
        Ok(store)
    }

    /// The record, if there is one: for commands that leave nothing behind.
    pub fn existing_store(&self) -> Result<Option<Store>> {
        if Store::is_begun(&self.paths.database) || !self.journal().is_empty() {
            self.store().map(Some)
        } else {
            Ok(None)
        }
    }

    /// A plan that nobody keeps must not be found out only when it is too late.
    fn say_overdue(&self, store: &Store) -> Result<()> {
        self.say_planned(store.planned_before(self.local_now() - PATIENCE_WITH_THE_TIMER)?);
        // Approved once, and nobody has looked at it since.
        for note in store.notes_in(State::Expired)? {
            let last = note.send_before.filter(|before| self.now - before.to_utc() < WORTH_A_WARNING);
            if let Some(last) = last {
                let (id, stamp) = (&note.id, self.zone.stamp(last.to_utc()));
                self.terminal.say(&format!(
                    "warning: {id} has not left by {stamp}, its last moment: thanks send {id}"
                ));
            }
        }
        Ok(())
    }

    /// The same where a command has no business with the record: it is not opened for writing, and
    /// what is wrong with it is another's to say.
    pub fn say_overdue_unopened(&self) {
        self.say_planned(self.overdue_plans().unwrap_or_default());
    }

    /// Plans that the timer has missed, without opening the record for writing.
    pub fn overdue_plans(&self) -> Result<Vec<(NoteId, DateTime<FixedOffset>)>> {
        match Store::is_begun(&self.paths.database) {
            true => planned_before(&self.paths.database, self.local_now() - PATIENCE_WITH_THE_TIMER),
            false => Ok(Vec::new()),
        }
    }

    fn say_planned(&self, plans: Vec<(NoteId, DateTime<FixedOffset>)>) {
        for (id, at) in plans {
            let stamp = self.zone.stamp(at.to_utc());
            self.terminal.say(&format!("warning: {id} was to go {stamp} and has not left: thanks send {id}"));
        }
    }

    /// What a dead sender left is put right wherever the record is opened; a living one is left
    /// alone.
    fn put_right(&self, store: &mut Store) -> Result<()> {
        if store.has_claims()?
            && let Some(_lock) = SendLock::try_take(&self.paths.lock)?
        {
            store.recover(&config::machine_id(&self.paths)?, self.local_now())?;
        }
        Ok(())
    }

    pub fn templates(&self) -> Templates {
        let folder = match &self.config {
            Some(config) => self.paths.templates(&config.templates),
            None => self.paths.templates_dir.clone(),
        };
        Templates::new(Some(folder))
    }

    pub fn sender(&self) -> Sender {
        let me = self.config.as_ref().and_then(|config| config.me.as_ref());
        Sender {
            mailbox: me.map(|me| {
                let name = me.name.as_ref().map(phrases::signature);
                Mailbox { name, address: me.email.clone() }
            }),
            phone: me.and_then(|me| me.phone.clone()),
            zone: self.zone.clone(),
            limits: self.config.as_ref().map(|config| config.checks.limits()).unwrap_or_default(),
        }
    }

    /// The numbers and the calendar for a country, with what the configuration says of them.
    pub fn rules(&self) -> Rules {
        let own = self.country();
        let table = self.config.as_ref().map(|config| config.policy.clone()).unwrap_or_default();
        let holidays = self.own_holidays.clone();
        let made: RefCell<HashMap<Option<String>, Rc<Rule>>> = RefCell::default();
        Box::new(move |country| {
            let country = country.or(own.as_deref());
            if let Some(rule) = made.borrow().get(&country.map(str::to_owned)) {
                return Rc::clone(rule);
            }
            let rule = Rc::new(Rule {
                policy: table.over(Policy::for_country(country)),
                calendar: Calendar::new(country, holidays.iter().copied()),
            });
            made.borrow_mut().insert(country.map(str::to_owned), Rc::clone(&rule));
            rule
        })
    }

    /// The writing desk over the whole record.
    pub fn compose(&self, store: &Store) -> Result<Desk> {
        Desk::open(store, self.sender(), self.templates(), self.rules(), self.now)
    }

    /// The same at this very moment.
    pub fn compose_now(&self, store: &Store) -> Result<Desk> {
        Desk::open(store, self.sender(), self.templates(), self.rules(), self.clock.now())
    }

    /// A desk over what is current: to tell what is due, not to write at.
    pub fn current(&self, store: &Store) -> Result<Desk> {
        Desk::of_what_is_current(store, self.sender(), self.templates(), self.rules(), self.now)
    }
}
