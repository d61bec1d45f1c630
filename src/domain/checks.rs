//! The careful friend: reads a note before it leaves, and says what it finds by name.

/// Whether a finding blocks (`E` of the etiquette), asks (`W`) or informs (`I`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Inform,
    Ask,
    Block,
}

/// One thing found in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `wrong-company`, as typed after `--allow`.
    pub name: &'static str,
    /// `M04`, as the documentation numbers it.
    pub id: &'static str,
    pub severity: Severity,
    pub message: String,
    /// The line of the body, from 1, and its text.
    pub line: Option<(usize, String)>,
}
