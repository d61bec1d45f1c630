use super::*;

#[test]
fn without_leave_to_ask_every_question_waits_for_its_owner() {
    let terminal = Terminal::new(Interaction::Never);
    assert!(!terminal.is_interactive());
    for problem in [
        terminal.ask("Company: ", "thanks add --company NAME").unwrap_err(),
        terminal.choose("[y]es [n]o: ", "yn", "thanks add --company NAME").unwrap_err(),
        terminal.ask_secret("Password: ", "thanks add --company NAME").unwrap_err(),
    ] {
        assert_eq!(problem.kind, Kind::NeedsYou);
        assert_eq!(problem.hint.as_deref(), Some("thanks add --company NAME"));
    }
}

#[test]
fn a_letter_or_its_word_chooses_and_nothing_else_does() {
    let prompt = "Send to yan@acme.example? [y]es [l]ater, 17:45 [e]dit [s]kip [q]uit: ";
    for (answer, letter) in [
        ("y", Some('y')),
        ("Y", Some('y')),
        ("yes", Some('y')),
        ("later", Some('l')),
        ("quit", Some('q')),
        ("", None),
        ("n", None),
        ("yan@acme.example?", None),
        ("ye", None),
        ("yep", None),
        ("é", None),
    ] {
        assert_eq!(chosen(answer, prompt, "ylesq"), letter, "{answer}");
    }
}

#[test]
fn what_is_possible_is_said_in_words() {
    assert_eq!(possible("yn"), "type y or n");
    assert_eq!(possible("ylesq"), "type y, l, e, s or q");
}

#[cfg(unix)]
mod on_a_terminal {
    use std::io::{Read, Write};
    use std::sync::atomic::Ordering;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::thread;
    use std::time::Duration;

    use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

    use super::*;

    /// What runs at the other end of the pseudo-terminal: this test binary with this test.
    const TALK: &str = "adapters::terminal::tests::on_a_terminal::talk";

    #[test]
    #[ignore = "run by the other tests, on a pseudo-terminal"]
    fn talk() {
        let terminal = Terminal::new(Interaction::Allowed);
        terminal.say("ready");
        loop {
            let answer = match terminal.ask("What? ", "").as_deref() {
                Ok("choose") => terminal.choose("[y]es [n]o: ", "yn", "").map(String::from),
                Ok("secret") => terminal.ask_secret("Password: ", ""),
                Ok("wait") => {
                    terminal.say("waiting");
                    let (_never, nothing) = channel::<()>();
                    let _ = nothing.recv_timeout(Duration::from_secs(2));
                    Ok("waited".to_owned())
                }
                Ok("flag") => {
                    let flag = std::sync::Arc::default();
                    set_on_interrupt(&flag).unwrap();
                    signal_hook::low_level::raise(signal_hook::consts::SIGTERM).unwrap();
                    Ok(format!("flag {}", flag.load(Ordering::SeqCst)))
                }
                Ok("end") => return,
                Ok(answer) => Ok(answer.to_owned()),
                Err(problem) => Err(problem.clone()),
            };
            match answer {
                Ok(answer) => terminal.say(&format!("<{answer}>")),
                Err(problem) => terminal.say(&format!("<{:?}>", problem.kind)),
            }
        }
    }

    struct Dialogue {
        child: Box<dyn Child + Send + Sync>,
        keyboard: Box<dyn Write + Send>,
        screen: Receiver<Vec<u8>>,
        seen: String,
        _pty: Box<dyn MasterPty + Send>,
    }

    impl Dialogue {
        fn begin() -> Dialogue {
            let pair = native_pty_system().openpty(PtySize::default()).unwrap();
            let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
            command.args(["--exact", TALK, "--ignored", "--nocapture"]);
            command.env("TERM", "xterm");
            let child = pair.slave.spawn_command(command).unwrap();
            let keyboard = pair.master.take_writer().unwrap();
            let mut output = pair.master.try_clone_reader().unwrap();
            let (show, screen) = channel();
            thread::spawn(move || {
                let mut bytes = [0; 1024];
                while let Ok(n @ 1..) = output.read(&mut bytes) {
                    let _ = show.send(bytes[..n].to_vec());
                }
            });
            let mut dialogue = Dialogue { child, keyboard, screen, seen: String::new(), _pty: pair.master };
            dialogue.until("ready");
            dialogue
        }

        /// Reads on until `text` is shown; returns what came before it.
        fn until(&mut self, text: &str) -> String {
            loop {
                if let Some((before, after)) = self.seen.split_once(text) {
                    let before = before.to_owned();
                    self.seen = after.to_owned();
                    return before;
                }
                let more = self.screen.recv_timeout(Duration::from_secs(20));
                let more = more.unwrap_or_else(|_| panic!("no `{text}` in {:?}", self.seen));
                self.seen.push_str(&String::from_utf8_lossy(&more));
            }
        }

        /// Reads on until the program has ended.
        fn until_closed(&mut self) {
            let deadline = Duration::from_secs(20);
            loop {
                match self.screen.recv_timeout(deadline) {
                    Ok(more) => self.seen.push_str(&String::from_utf8_lossy(&more)),
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => panic!("still there: {:?}", self.seen),
                }
            }
            assert!(!self.seen.contains("<waited>"), "{:?}", self.seen);
        }

        fn types(&mut self, keys: &str) {
            self.keyboard.write_all(keys.as_bytes()).unwrap();
            self.keyboard.flush().unwrap();
        }

        fn answers(&mut self, prompt: &str, line: &str) {
            self.until(prompt);
            self.types(&format!("{line}\r"));
        }

        fn ends(mut self) {
            self.answers("What? ", "end");
            assert!(self.child.wait().unwrap().success());
        }
    }

    #[test]
    fn an_answer_comes_back_without_blanks_around_it() {
        let mut dialogue = Dialogue::begin();
        dialogue.answers("What? ", "  Acme & Co ");
        dialogue.until("<Acme & Co>");
        dialogue.answers("What? ", "");
        dialogue.until("<>");
        dialogue.ends();
    }

    #[test]
    fn enter_chooses_nothing() {
        let mut dialogue = Dialogue::begin();
        dialogue.answers("What? ", "choose");
        dialogue.answers("[y]es [n]o: ", "");
        dialogue.answers("[y]es [n]o: ", "maybe");
        let between = dialogue.until("type y or n");
        assert!(!between.contains("[y]es"), "{between:?}");
        dialogue.answers("[y]es [n]o: ", "no");
        dialogue.until("<n>");
        dialogue.ends();
    }

    #[test]
    fn ctrl_c_and_ctrl_d_interrupt_a_question() {
        let mut dialogue = Dialogue::begin();
        for key in ["\u{3}", "\u{4}"] {
            dialogue.until("What? ");
            dialogue.types(key);
            dialogue.until("<Interrupted>");
        }
        dialogue.ends();
    }

    #[test]
    fn a_secret_is_not_shown_while_it_is_typed() {
        let mut dialogue = Dialogue::begin();
        dialogue.answers("What? ", "secret");
        dialogue.answers("Password: ", " hunter2 ");
        let echo = dialogue.until("< hunter2 >");
        assert!(!echo.contains("hunter2"), "{echo:?}");
        dialogue.ends();
    }

    #[test]
    fn ctrl_c_at_a_secret_gives_the_terminal_back() {
        let mut dialogue = Dialogue::begin();
        dialogue.answers("What? ", "secret");
        dialogue.until("Password: ");
        dialogue.types("hun\u{3}");
        dialogue.until("<Interrupted>");
        // The next Ctrl-C, outside a prompt, ends the program as ever.
        dialogue.answers("What? ", "wait");
        dialogue.until("waiting");
        dialogue.types("\u{3}");
        dialogue.until_closed();
        assert!(!dialogue.child.wait().unwrap().success());
    }

    #[test]
    fn a_flagged_signal_ends_nothing() {
        let mut dialogue = Dialogue::begin();
        dialogue.answers("What? ", "flag");
        dialogue.until("<flag true>");
        dialogue.answers("What? ", "secret");
        dialogue.answers("Password: ", "x");
        dialogue.until("<x>");
        dialogue.answers("What? ", "wait");
        dialogue.until("waiting");
        dialogue.types("\u{3}");
        dialogue.until("<waited>");
        dialogue.ends();
    }
}
