//! The English of the notes: what templates receive, ready to read.
