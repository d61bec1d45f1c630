//! What every command has at hand, each opened when it is first needed.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, Utc};

use crate::adapters::clock;
use crate::adapters::config::{self, Config, Environment, Paths};
use crate::adapters::journal::Journal;
use crate::adapters::store::{Beginning, Store};
use crate::adapters::templates::Templates;
use crate::adapters::terminal::Terminal;
use crate::domain::address::Mailbox;
use crate::domain::calendar::Calendar;
use crate::domain::checks::Limits;
use crate::domain::policy::Policy;
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
    /// The present, read once.
    pub now: DateTime<Utc>,
    /// The user's own zone.
    pub zone: Zone,
    pub config: Option<Config>,
}

impl App {
    pub fn open(
        environment: Environment,
        config: Option<&Path>,
        terminal: Terminal,
        loudness: Loudness,
    ) -> Result<App> {
        let now = clock::now(&environment)?;
        let mut paths = Paths::of(&environment)?;
        if let Some(path) = config {
            paths.config_file = path.to_owned();
        }
        let config = config::load(&paths.config_file)?;
        let zone = config::zone(config.as_ref(), &environment)?;
        Ok(App { environment, paths, terminal, loudness, now, zone, config })
    }

    /// The present on the user's own wall clock.
    pub fn local_now(&self) -> DateTime<FixedOffset> {
        self.zone.at(self.now)
    }

    pub fn journal(&self) -> Journal {
        Journal::at(&self.paths.journal)
    }

    pub fn store(&self) -> Result<Store> {
        let beginning =
            if self.journal().is_empty() { Beginning::Fresh } else { Beginning::JournalHasLines };
        Store::open(&self.paths.database, beginning).context("the record cannot be read")
    }

    pub fn templates(&self) -> Templates {
        Templates::new(Some(self.paths.templates_dir.clone()))
    }

    pub fn sender(&self) -> Sender {
        let me = self.config.as_ref().map(|config| &config.me);
        Sender {
            mailbox: me
                .map(|me| Mailbox { name: me.name.clone(), address: me.email.clone() }),
            phone: me.and_then(|me| me.phone.clone()),
            zone: self.zone.clone(),
        }
    }

    pub fn limits(&self) -> Limits {
        self.config.as_ref().map(Config::limits).unwrap_or_default()
    }

    /// The numbers and the calendar for a country, with what the configuration says of them.
    pub fn rules(&self) -> Rules {
        let config = self.config.clone();
        Box::new(move |country| match &config {
            Some(config) => Rule { policy: config.policy(country), calendar: config.calendar(country) },
            None => Rule { policy: Policy::for_country(country), calendar: Calendar::new(country, []) },
        })
    }

    /// The writing desk over the whole record.
    pub fn compose(&self, store: &Store) -> Result<Desk> {
        Desk::open(store, self.sender(), self.templates(), self.limits(), self.rules(), self.now)
    }
}
