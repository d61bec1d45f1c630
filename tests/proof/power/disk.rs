//! A disk that remembers what was synced: of a file what was written before its last sync, of a
//! folder the names that it had at its own. Folders themselves are kept: every file system writes
//! them before what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::recording::Act;
use crate::plan::Dice;

#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    /// Which file each name stands for: as programs see it, and as the disk has it.
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
}

#[derive(Clone, Debug, Default)]
struct File {
    synced: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Resize(usize),
}

/// How much of what was not synced is there when the power returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing of it.
    All,
    /// All of it.
    Nothing,
    /// The names, and no text.
    Text,
    /// The text, and no names.
    Names,
    /// The first writes to each file, the last of those torn.
    Tail,
    /// Any of the writes, in no order.
    Some,
}

impl Loss {
    pub const EACH: [Loss; 6] = [Loss::All, Loss::Nothing, Loss::Text, Loss::Names, Loss::Tail, Loss::Some];

    pub fn name(self) -> &'static str {
        match self {
            Loss::All => "all",
            Loss::Nothing => "nothing",
            Loss::Text => "text",
            Loss::Names => "names",
            Loss::Tail => "tail",
            Loss::Some => "some",
        }
    }
}

impl Disk {
    /// What lies in a home since long ago.
    pub fn of(root: &Path) -> Disk {
        let mut disk = Disk::default();
        disk.take_in(root, root);
        disk
    }

    fn take_in(&mut self, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.take_in(root, &path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_owned();
            if name == Path::new("trace") || name.to_string_lossy().ends_with("-shm") {
                continue;
            }
            self.names.insert(name.clone(), self.files.len());
            self.synced_names.insert(name, self.files.len());
            self.files.push(File { synced: fs::read(&path).unwrap(), pending: Vec::new() });
        }
    }

    pub fn apply(&mut self, act: &Act) {
        match act {
            Act::Open { path, truncated } => {
                let file = self.file(path);
                if *truncated {
                    file.pending.push(Change::Resize(0));
                }
            }
            Act::Write { path, at, bytes } => self.file(path).pending.push(Change::Write(*at, bytes.clone())),
            Act::Append { path, bytes } => {
                let file = self.file(path);
                let end = file.now().len();
                file.pending.push(Change::Write(end, bytes.clone()));
            }
            Act::Resize { path, length } => self.file(path).pending.push(Change::Resize(*length)),
            Act::Sync { path } => self.sync(path),
            Act::Link { from, to } => {
                let file = self.names[from];
                self.names.insert(to.clone(), file);
            }
            Act::Rename { from, to } => {
                let file = self.names.remove(from).unwrap();
                self.names.insert(to.clone(), file);
            }
            Act::Unlink { path } => drop(self.names.remove(path)),
            Act::Dot => {}
        }
    }

    /// The first file that programs see otherwise.
    pub fn differs_from(&self, root: &Path) -> Option<PathBuf> {
        let seen = Disk::of(root);
        let text = |disk: &Disk, name: &PathBuf| disk.names.get(name).map(|place| disk.files[*place].now());
        let mut names = self.names.keys().chain(seen.names.keys());
        names.find(|name| text(self, name) != text(&seen, name)).cloned()
    }

    fn file(&mut self, path: &Path) -> &mut File {
        let count = self.files.len();
        let place = *self.names.entry(path.to_owned()).or_insert(count);
        if place == count {
            self.files.push(File::default());
        }
        &mut self.files[place]
    }

    fn sync(&mut self, path: &Path) {
        if let Some(place) = self.names.get(path) {
            let file = &mut self.files[*place];
            file.synced = file.now();
            file.pending.clear();
            return;
        }
        let is_inside = |name: &PathBuf| name.parent() == Some(path);
        self.synced_names.retain(|name, _| !is_inside(name));
        let inside = self.names.iter().filter(|(name, _)| is_inside(name));
        self.synced_names.extend(inside.map(|(name, place)| (name.clone(), *place)));
    }

    /// Writes what the disk has after the power returned.
    pub fn write(&self, root: &Path, loss: Loss, dice: &mut Dice) {
        for name in self.names.keys().chain(self.synced_names.keys()) {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        }
        let names = match loss {
            Loss::All | Loss::Names => &self.synced_names,
            Loss::Nothing | Loss::Text => &self.names,
            Loss::Tail | Loss::Some if dice.throw(2) == 0 => &self.synced_names,
            Loss::Tail | Loss::Some => &self.names,
        };
        let texts: Vec<Vec<u8>> = self
            .files
            .iter()
            .map(|file| match loss {
                Loss::All | Loss::Text => file.synced.clone(),
                Loss::Nothing | Loss::Names => file.now(),
                Loss::Tail => {
                    let kept = dice.throw(file.pending.len() + 1);
                    let mut pending = file.pending[..kept].to_vec();
                    if let Some(Change::Write(_, bytes)) = pending.last_mut() {
                        bytes.truncate(dice.throw(bytes.len() + 1));
                    }
                    file.after(&pending)
                }
                Loss::Some => {
                    let kept = file.pending.iter().filter(|_| dice.throw(2) == 0);
                    file.after(&kept.cloned().collect::<Vec<_>>())
                }
            })
            .collect();
        for (name, place) in names {
            fs::write(root.join(name), &texts[*place]).unwrap();
        }
    }
}

impl File {
    fn now(&self) -> Vec<u8> {
        self.after(&self.pending)
    }

    fn after(&self, changes: &[Change]) -> Vec<u8> {
        let mut text = self.synced.clone();
        for change in changes {
            match change {
                Change::Resize(length) => text.resize(*length, 0),
                Change::Write(at, bytes) => {
                    let end = at + bytes.len();
                    if text.len() < end {
                        text.resize(end, 0);
                    }
                    text[*at..end].copy_from_slice(bytes);
                }
            }
        }
        text
    }
}
