//! The command line itself: what is said about a usage that makes no sense, and with `-v`.

use crate::sandbox::Sandbox;

#[test]
fn a_mistake_in_the_usage_is_json_where_json_was_wished_for() {
    let sandbox = Sandbox::new();
    for (line, message) in [
        (&["--json", "status", "--nonsense"][..], "unexpected argument '--nonsense' found"),
        (&["heard", "--json"], "the following required arguments were not provided:"),
        (&["add", "--json", "--need", "x"], "--need belongs behind the --topic that it is about"),
    ] {
        let talk = sandbox.run(line).exits(2).talk();
        let value: serde_json::Value = serde_json::from_str(&talk).unwrap();
        assert_eq!((value["error"].as_str(), value["exit"].as_u64()), (Some(message), Some(2)), "{talk}");
        let details = value["details"].as_array().unwrap();
        assert!(details.iter().any(|line| line.as_str().unwrap().starts_with("Usage: thanks ")), "{talk}");
    }
    let value: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["--json", "statsu"]).exits(2).talk()).unwrap();
    assert_eq!(value["hint"], "a similar subcommand exists: 'status'");
}

#[test]
fn verbose_says_first_what_is_read() {
    let sandbox = Sandbox::new();
    let home = sandbox.home();
    let said = format!(
        "configuration  {0}/config.toml, not there\ndata           {0}\nzone           America/New_York\n\
         nothing recorded yet\nnext: thanks add\n",
        home.display()
    );
    sandbox.run(&["-v", "status"]).talks(said).prints("");
}

#[test]
fn every_argument_of_every_command_is_explained() {
    let sandbox = Sandbox::new();
    for command in ["heard", "edit", "show", "mark", "close", "forget"] {
        let help = sandbox.run(&[command, "--help"]).text();
        let (_, arguments) = help.split_once("Arguments:").unwrap();
        let (_, explained) = arguments.split_once('>').unwrap();
        let line = explained.split("\n\n").next().unwrap();
        assert!(line.trim().len() > 10, "{command}: {help}");
    }
}
