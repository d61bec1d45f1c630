//! The end of an application by its owner's word: nothing of it goes out any more.

use anyhow::Result;
use serde::Serialize;

use super::App;
use crate::adapters::store::{Store, Which};
use crate::domain::application::Status;
use crate::domain::debrief::line;
use crate::domain::problem::{Kind, Problem};
use crate::flow::choose;
use crate::flow::record::in_doubt;

/// Stop everything about an application
///
/// Examples:
///   thanks close acme
///   thanks close acme --reason "took another offer"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// An application: acme; `thanks status` names them
    #[arg(value_name = "APP")]
    application: String,
    /// Why, for yourself
    #[arg(long, value_name = "WORDS")]
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub application: String,
    pub reason: Option<String>,
    pub withdrawn: Vec<String>,
    /// Notes that may have been sent and that only their owner can settle.
    pub in_doubt: Vec<String>,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = app.store()?;
    let app = &*app;
    store.atomically(|store| close(args, store, app))
}

fn close(args: &Args, store: &mut Store, app: &App) -> Result<Report> {
    let applications = store.applications(Which::All)?;
    let mut application = choose::application(&applications, &args.application)?.clone();
    let slug = application.slug.clone();
    let reason = args.reason.as_deref().map(|text| line("--reason", text)).transpose();
    let reason = reason.map_err(|refused| Problem::from(refused).detail("nothing was changed"))?;
    if let Status::Closed { reason, at } = &application.status {
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let stamp = app.zone.stamp(at.to_utc());
        return Err(Problem::new(Kind::Declined, format!("{slug} was closed {stamp}{why}"))
            .detail("nothing was changed")
            .into());
    }
    let at = app.local_now();
    application.status = Status::Closed { reason: reason.clone().unwrap_or_default(), at };
    let story = reason.as_ref().map_or("closed".to_owned(), |reason| format!("closed: {reason}"));
    store.save_application(&application, at, &story)?;
    let withdrawn = store.withdraw(&slug, at, "its application was closed")?;
    let in_doubt = in_doubt(&store.notes(Which::One(&slug))?);
    Ok(Report {
        application: slug,
        reason,
        withdrawn: withdrawn.iter().map(ToString::to_string).collect(),
        in_doubt,
    })
}
