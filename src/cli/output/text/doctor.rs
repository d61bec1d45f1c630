//! The checks, one line each, and a line with what mends it.

use super::Page;
use crate::commands::doctor::{Report, Status};
use crate::domain::text::{printable, printable_line};

pub fn doctor(report: &Report) -> Page {
    let mut page = Page::default();
    let widest = report.checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    for check in &report.checks {
        let status = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "fail",
        };
        let detail = printable_line(&check.detail);
        page.data.push_str(&format!("{status:<4}  {:<widest$}  {detail}\n", check.name));
        if let Some(mend) = check.mend.as_ref().filter(|_| check.status != Status::Ok) {
            page.data.push_str(&format!("{:<1$}mend: {2}\n", "", widest + 8, printable(mend)));
        }
    }
    page
}
