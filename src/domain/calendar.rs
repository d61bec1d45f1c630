//! Business days: Monday to Friday without holidays and quiet spans.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// The calendar of a recipient's place.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    pub country: Option<String>,
    pub holidays: BTreeSet<NaiveDate>,
}
