//! A note, its findings and a difference as plain text, for prompts and reports alike.
