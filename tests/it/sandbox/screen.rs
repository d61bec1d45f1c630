//! The program on a pseudo-terminal: lines are typed when their prompt has come, and the screen
//! is read as a person sees it.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longer than any prompt takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[must_use = "a program on a terminal is to be ended with `ends`"]
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    octets: Receiver<Vec<u8>>,
    page: Page,
    /// All that was written, for a test that looks at sequences.
    written: Vec<u8>,
    /// How much of the page was read by earlier expectations.
    seen: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Screen {
    pub fn start(program: &Path, args: &[&str], environment: &[(String, String)], folder: &Path) -> Screen {
        let size = PtySize { rows: 50, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.cwd(folder);
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let (sender, octets) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Screen {
            child,
            keyboard,
            octets,
            page: Page::default(),
            written: Vec::new(),
            seen: 0,
            _master: pair.master,
        }
    }

    /// Waits for a prompt that was not answered yet, then types a line.
    pub fn answer(&mut self, prompt: &str, line: &str) -> &mut Screen {
        self.sees(prompt);
        self.keyboard.write_all(line.as_bytes()).unwrap();
        self.keyboard.write_all(b"\r").unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    /// Waits for a text below everything that was waited for before; blanks at its end cannot be
    /// seen.
    pub fn sees(&mut self, text: &str) -> &mut Screen {
        let text = text.trim_end();
        loop {
            let shown = self.page.text();
            let rest = shown.get(self.seen..).unwrap_or_default();
            if let Some(at) = rest.find(text) {
                self.seen += at + text.len();
                return self;
            }
            match self.octets.recv_timeout(PATIENCE) {
                Ok(octets) => self.show(&octets),
                Err(_) => panic!("{text:?} does not come; the screen shows:\n{shown}"),
            }
        }
    }

    /// Types Ctrl-D.
    pub fn hangs_up(&mut self) -> &mut Screen {
        self.keyboard.write_all(&[4]).unwrap();
        self
    }

    fn show(&mut self, octets: &[u8]) {
        self.written.extend_from_slice(octets);
        self.page.write(octets);
    }

    /// Waits for the end; the octets as they came, whatever the exit code.
    pub fn ends_with_octets(mut self) -> Vec<u8> {
        while let Ok(octets) = self.octets.recv_timeout(PATIENCE) {
            self.show(&octets);
        }
        let _ = self.child.wait();
        self.written
    }

    /// Waits for the end; the whole screen, with blanks at line ends cut.
    pub fn ends(mut self, code: u32) -> String {
        loop {
            match self.octets.recv_timeout(PATIENCE) {
                Ok(octets) => self.show(&octets),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    panic!("it does not end; the screen shows:\n{}", self.page.text());
                }
            }
        }
        let status = self.child.wait().unwrap();
        let shown = self.page.text();
        assert_eq!(status.exit_code(), code, "the exit code; the screen shows:\n{shown}");
        shown
    }
}

/// Lines of characters with a cursor, and as much of a terminal's language as is spoken here.
#[derive(Default)]
struct Page {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    /// The start of a character or of a sequence whose end has not come yet.
    rest: Vec<u8>,
}

impl Page {
    fn text(&self) -> String {
        let lines: Vec<String> =
            self.lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned()).collect();
        lines.join("\n").trim_end().to_owned() + "\n"
    }

    fn write(&mut self, octets: &[u8]) {
        self.rest.extend_from_slice(octets);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8(self.rest.drain(..whole).collect()).unwrap();
        let mut left = text.as_str();
        while let Some(c) = left.chars().next() {
            let Some(sequence) = left.strip_prefix("\u{1b}[") else {
                left = left.strip_prefix(c).unwrap();
                self.put(c);
                continue;
            };
            let Some(end) = sequence.find(|c: char| ('@'..='~').contains(&c)) else {
                self.rest.splice(0..0, left.bytes());
                return;
            };
            let (count, rest) = sequence.split_at(end);
            let mut rest = rest.chars();
            self.obey(rest.next().unwrap(), count.parse().unwrap_or(1));
            left = rest.as_str();
        }
    }

    fn put(&mut self, c: char) {
        match c {
            '\r' => self.column = 0,
            '\n' => self.row += 1,
            '\u{8}' => self.column = self.column.saturating_sub(1),
            c if c.is_control() => {}
            c => {
                let column = self.column;
                let line = self.line();
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                self.column += 1;
            }
        }
        self.line();
    }

    fn obey(&mut self, letter: char, count: usize) {
        let (row, column) = (self.row, self.column);
        match letter {
            'A' => self.row = self.row.saturating_sub(count),
            'B' => self.row += count,
            'C' => self.column += count,
            'D' => self.column = self.column.saturating_sub(count),
            'G' => self.column = count.saturating_sub(1),
            'K' => self.line().truncate(column),
            'J' => {
                self.line().truncate(column);
                self.lines.truncate(row + 1);
            }
            _ => {}
        }
    }

    fn line(&mut self) -> &mut Vec<char> {
        let row = self.row;
        self.lines.resize(self.lines.len().max(row + 1), Vec::new());
        &mut self.lines[row]
    }
}
