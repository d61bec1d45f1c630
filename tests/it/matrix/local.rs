//! Arguments, configuration, templates and secrets: 1 to 8, and 28 to 33.

use std::fs;

use super::world::World;
use super::{Play, Row, TYPED, Then, before_all, play, row};

pub fn rows() -> Vec<Row> {
    let mut rows = words_and_settings();
    rows.extend(secrets());
    rows
}

fn broken_config(name: &'static str, breaks: fn(&mut World)) -> Play {
    before_all(name).breaks(breaks).exits(78).closed().mends(|world| {
        let text = fs::read_to_string(world.sandbox.folder().join("config.toml")).unwrap();
        fs::write(world.config(), text).unwrap();
    })
}

/// Puts a copy of the configuration aside and writes another one.
fn rewrite(world: &mut World, other: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(world.config()).unwrap();
    fs::write(world.sandbox.folder().join("config.toml"), &text).unwrap();
    fs::write(world.config(), other(text)).unwrap();
}

fn words_and_settings() -> Vec<Row> {
    const TEMPLATE: &[&str] = &["draft", "jane"];
    fn template(world: &World, body: &str) {
        let folder = world.sandbox.home().join("templates/thank-you");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("body.txt.tera"), body).unwrap();
    }
    let templates = |name| {
        before_all(name).words(TEMPLATE).exits(65).mends(|world| {
            let _ = fs::remove_dir_all(world.sandbox.home().join("templates"));
        })
    };
    vec![
        row(1, "an unknown flag")
            .play(before_all("").words(&["send", "--frobnicate"]).exits(2).says(&["--frobnicate", "Usage:"])),
        row(2, "no configuration").play(
            broken_config("", |world| {
                rewrite(world, |text| text);
                fs::remove_file(world.config()).unwrap();
            })
            .says(&["no mail account is set up", "thanks init"]),
        ),
        row(3, "a key that nobody knows")
            .play(
                broken_config("key", |world| rewrite(world, |text| text.replace("host =", "hots =")))
                    .says(&["config.toml:6:1", "unknown key `hots`", "did you mean `host`?"]),
            )
            .play(
                broken_config("syntax", |world| rewrite(world, |text| text.replace("[smtp]", "[smtp")))
                    .says(&["config.toml:5:"]),
            ),
        row(4, "a configuration that is half written")
            .play(
                broken_config("", |world| {
                    rewrite(world, |text| text.split("security").next().unwrap().to_owned() + "secur")
                })
                .says(&["config.toml:8:"]),
            )
            .differs("ours is written beside, synced and renamed: there is no half of it, and no .bak to name"),
        row(5, "a configuration of a newer version").play(
            broken_config("", |world| rewrite(world, |text| format!("version = 2\n{text}")))
                .says(&["config.toml:1:1", "written by a newer thanks", "update thanks"]),
        ),
        row(6, "a template that is missing or wrong")
            .play(
                before_all("missing")
                    .words(&["draft", "jane", "--template", "thank-yuo"])
                    .exits(66)
                    .says(&["there is no template thank-yuo", "did you mean thank-you?"]),
            )
            .play(
                templates("name")
                    .breaks(|world| template(world, "Hi {{ first_nam }},\n"))
                    .says(&["thank-you/body.txt.tera, line 1", "first_nam"]),
            )
            .play(
                templates("syntax")
                    .breaks(|world| template(world, "Hi,\n\n{% if first %}\n"))
                    .says(&["thank-you/body.txt.tera, line 4"]),
            ),
        row(7, "a template without an end").play(
            templates("")
                .breaks(|world| {
                    let line = "x".repeat(1000);
                    let twice = format!("{{% for n in range(end=90000) %}}{line}{{% endfor %}}");
                    template(world, &twice);
                })
                .says(&["gives more than 1 MiB of text"]),
        ),
        row(8, "a placeholder in the text")
            .play(
                before_all("")
                    .by(TYPED)
                    .breaks(|world| {
                        world.sandbox.set_editor(
                            "printf \"Subject: Thanks\\n\\nDear [Name],\\n\\nthank you for telling me about moving the billing jobs to Kafka.\\n\\nJo\\n\" > \"$0\"",
                        );
                        world.expects(&["draft", "jane", "--edit"], &[1]);
                    })
                    .exits(1)
                    .says(&["[Name]", "it was not sent"])
                    .mends(|world| {
                        world.sandbox.set_editor("sed -i \"s/.Name./Jane/\" \"$0\"");
                        world.expects(&["draft", "jane", "--edit"], &[0, 1]);
                    }),
            )
            .differs("a check that blocks is 1: one note is left out and the rest goes"),
    ]
}

fn secrets() -> Vec<Row> {
    fn command(world: &mut World, argv: &str) {
        world.reconfigure("[\"printf\", \"secret\"]", argv);
    }
    fn good(world: &mut World) {
        let text = fs::read_to_string(world.config()).unwrap();
        let start = text.split("[auth]").next().unwrap();
        fs::write(world.config(), format!("{start}[auth]\ncommand = [\"printf\", \"secret\"]\n")).unwrap();
    }
    // Nothing is tried with the server, and after a quarter of an hour the timer looks again.
    let no_secret = |name| play(name).exits(77).mends(good).then(Then::Retries(15));
    vec![
        row(28, "no keyring").play(
            no_secret("")
                .breaks(|world| {
                    world.sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
                    world.reconfigure("command = [\"printf\", \"secret\"]", "");
                })
                .says(&["keyring", "command"]),
        ),
        row(29, "a keyring that is locked").elsewhere("tests/live, with a real Secret Service"),
        row(30, "a keyring without the entry").elsewhere("tests/live, with a real Secret Service"),
        row(31, "a keyring that hangs").elsewhere("tests/live, with a prompt that nobody answers"),
        row(32, "a secret that is empty or no text")
            .play(
                no_secret("empty")
                    .breaks(|world| command(world, "[\"true\"]"))
                    .says(&["printed an empty line"]),
            )
            .play(
                no_secret("not text")
                    .breaks(|world| command(world, "[\"printf\", \"\\\\377\"]"))
                    .says(&["printed something that is not UTF-8"]),
            ),
        row(33, "a command for the secret that fails")
            .play(
                no_secret("fails")
                    .breaks(|world| command(world, "[\"sh\", \"-c\", \"echo s3cret; exit 4\"]"))
                    .says(&["4"])
                    .hides(&["s3cret"]),
            )
            .play(no_secret("is not there").breaks(|world| command(world, "[\"nopass\"]")).says(&["nopass"]))
            .elsewhere("the limit of 30 seconds: the tests of secrets, with a shorter one"),
    ]
}
