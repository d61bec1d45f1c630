//! What a command does to the files of its home and on its connection, as strace saw it.

use std::path::{Path, PathBuf};

/// What strace is asked to show, whole.
pub const OPTIONS: [&str; 5] = [
    "-y",
    "-s",
    "1000000",
    "-e",
    "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat2,unlink,unlinkat,linkat,link,sendto",
];

/// Paths are those below the root of the home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Opened, and made if it was not there.
    Open {
        path: PathBuf,
        truncated: bool,
    },
    Write {
        path: PathBuf,
        at: usize,
        bytes: Vec<u8>,
    },
    Append {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    Resize {
        path: PathBuf,
        length: usize,
    },
    Sync {
        path: PathBuf,
    },
    Link {
        from: PathBuf,
        to: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Unlink {
        path: PathBuf,
    },
    /// The end mark of a message is written.
    Dot,
}

/// The acts of a trace in their order; what failed did nothing.
pub fn acts(trace: &str, root: &Path) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut open: Vec<(&str, String)> = Vec::new();
    for line in trace.lines() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        if let Some(begun) = text.strip_suffix("<unfinished ...>") {
            open.push((thread, begun.trim_end().to_owned()));
        } else if let Some((_, end)) =
            text.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"))
        {
            if let Some(at) = open.iter().position(|(known, _)| *known == thread) {
                let (_, begun) = open.remove(at);
                acts.extend(act(&format!("{begun}{end}"), root));
            }
        } else {
            acts.extend(act(text, root));
        }
    }
    acts
}

fn act(text: &str, root: &Path) -> Option<Act> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ").unwrap_or((rest, "?"));
    let arguments = arguments.trim_end().trim_end_matches(')');
    if result.trim_start().starts_with('-') {
        return None;
    }
    let strings = strings(arguments);
    let named = |n: usize| below(root, std::str::from_utf8(strings.get(n)?).ok()?);
    // The file of a descriptor: `4</home/thanks.db-wal>, …`
    let held = || below(root, arguments.split_once('<')?.1.split_once('>')?.0);
    let numbers = || arguments.rsplit(", ").map_while(|word| word.trim().parse::<usize>().ok());
    match name {
        "openat" => Some(Act::Open { path: named(0)?, truncated: arguments.contains("O_TRUNC") })
            .filter(|_| arguments.contains("O_CREAT")),
        "pwrite64" => {
            Some(Act::Write { path: held()?, at: numbers().next()?, bytes: strings.into_iter().next()? })
        }
        "write" => Some(Act::Append { path: held()?, bytes: strings.into_iter().next()? }),
        "ftruncate" => Some(Act::Resize { path: held()?, length: numbers().next()? }),
        "fsync" | "fdatasync" => Some(Act::Sync { path: held()? }),
        "link" | "linkat" => Some(Act::Link { from: named(0)?, to: named(1)? }),
        "rename" | "renameat2" => Some(Act::Rename { from: named(0)?, to: named(1)? }),
        "unlink" | "unlinkat" => Some(Act::Unlink { path: named(0)? }),
        "sendto" => strings.first().filter(|bytes| bytes.starts_with(b".\r\n")).map(|_| Act::Dot),
        _ => None,
    }
}

/// A path below the root. What SQLite's readers share is gone with the power.
fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path).strip_prefix(root).ok()?;
    (path != Path::new("trace") && !path.to_string_lossy().ends_with("-shm")).then(|| path.to_owned())
}

/// The quoted strings of a call, as strace escapes them.
fn strings(text: &str) -> Vec<Vec<u8>> {
    let mut strings = Vec::new();
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'"' {
            continue;
        }
        let mut string = Vec::new();
        while let Some(byte) = rest.next() {
            match byte {
                b'"' => break,
                b'\\' => match rest.next() {
                    Some(b'n') => string.push(b'\n'),
                    Some(b'r') => string.push(b'\r'),
                    Some(b't') => string.push(b'\t'),
                    Some(b'v') => string.push(11),
                    Some(b'f') => string.push(12),
                    Some(digit @ b'0'..=b'7') => {
                        let mut value = u32::from(digit - b'0');
                        for _ in 0..2 {
                            let Some(digit) = rest.next_if(|next| matches!(next, b'0'..=b'7')) else { break };
                            value = value * 8 + u32::from(digit - b'0');
                        }
                        string.push(u8::try_from(value).unwrap());
                    }
                    Some(other) => string.push(other),
                    None => {}
                },
                other => string.push(other),
            }
        }
        strings.push(string);
    }
    strings
}
