//! Whether everything is in order, each check with a mend. It changes and sends nothing, and names
//! nobody.

mod checks;
mod connections;
mod files;
mod mailbox;

use anyhow::Result;
use serde::Serialize;

use super::App;
use crate::domain::problem::{Kind, Problem};

/// Check that everything is in order; changes and sends nothing
///
/// It fetches the password, logs in at both servers as a send would, and reads the mailbox as a
/// follow-up would; nobody is asked anything.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

#[derive(Debug, Serialize)]
pub struct Report {
    pub checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub status: Status,
    /// Without addresses.
    pub detail: String,
    /// What to type or change, where something is amiss.
    pub mend: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warn,
    Fail,
}

pub fn run(_: &Args, app: &mut App) -> Result<Report> {
    let checks = checks::all(app).into_iter().map(Check::without_addresses).collect();
    Ok(Report { checks })
}

impl Report {
    pub fn gravest(&self) -> Option<Kind> {
        self.checks.iter().any(|check| check.status == Status::Fail).then_some(Kind::Declined)
    }
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Check {
        Check { name, status: Status::Ok, detail: detail.into(), mend: None }
    }

    fn warn(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Check {
        Check { name, status: Status::Warn, detail: detail.into(), mend: Some(mend.into()) }
    }

    fn fail(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Check {
        Check { name, status: Status::Fail, detail: detail.into(), mend: Some(mend.into()) }
    }

    /// A problem that another command would stop at.
    fn problem(name: &'static str, problem: &Problem, mend: &str) -> Check {
        let details = problem.details.iter().map(|line| line.trim());
        let detail: Vec<&str> = std::iter::once(problem.message.as_str()).chain(details).collect();
        Check {
            name,
            status: Status::Fail,
            detail: detail.join("; "),
            mend: problem.hint.clone().or(Some(mend.to_owned())),
        }
    }

    fn without_addresses(self) -> Check {
        Check { detail: redacted(&self.detail), mend: self.mend.as_deref().map(redacted), ..self }
    }
}

/// `jo@example.com` → `…@example.com`.
fn redacted(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| match word.rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() => {
            let opening: String = local.chars().take_while(|c| !c.is_alphanumeric() && *c != '…').collect();
            format!("{opening}…@{domain}")
        }
        _ => word.to_owned(),
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn addresses_lose_their_names() {
        assert_eq!(
            redacted("no password for jo@example.com; see (jo.m@x.test)"),
            "no password for …@example.com; see (…@x.test)"
        );
        assert_eq!(redacted("at 5 @ home"), "at 5 @ home");
        assert_eq!(redacted("\"a@b\"@example.com"), "\"…@example.com");
    }
}
