//! The story that `demo` plays: it ends as it should and leaves nothing behind.

use std::fs;

use crate::sandbox::Sandbox;

/// A home whose temporary files are its own, and settings that the story must not look at.
fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new();
    let temporary = sandbox.folder().join("tmp");
    fs::create_dir(&temporary).unwrap();
    sandbox.set("TMPDIR", temporary.to_str().unwrap());
    sandbox.configure("this is no configuration");
    sandbox.set_now("1999-12-31T23:59:59Z");
    sandbox.set("TZ", "Asia/Tokyo");
    sandbox
}

fn is_empty(sandbox: &Sandbox, folder: &str) -> bool {
    fs::read_dir(sandbox.folder().join(folder)).unwrap().next().is_none()
}

#[test]
fn the_story_is_told_to_its_end_and_leaves_nothing_behind() {
    let sandbox = sandbox();
    let told = sandbox.run(&["demo"]).text();
    let mut rest = told.as_str();
    for line in [
        "$ thanks add --company Acme --role \"Platform Engineer\"",
        "$ thanks draft\nFrom: Jo Marsh <jo@example.com>",
        "$ thanks send --yes\nsent     acme/jane, Thu 5 Mar 15:54 EST",
        "sent     acme/omar, Thu 5 Mar 15:54 EST",
        "$ thanks status",
        "acme/jane  nudge      Mon 23 Mar 10:00 EDT",
        "$ thanks nudge --no-answer --yes\nsent     acme/jane/nudge, Mon 23 Mar 10:06 EDT",
        "  To: jane@acme.example\n",
        "  Message-ID: ",
        "  To: omar@acme.example\n",
        "  To: jane@acme.example\n  Subject: Re: Thank you for the Platform Engineer interview\n",
        "  In-Reply-To: ",
    ] {
        let (_, after) = rest.split_once(line).unwrap_or_else(|| panic!("no {line:?} in\n{told}"));
        rest = after;
    }
    assert!(is_empty(&sandbox, "tmp") && is_empty(&sandbox, "user"));
    assert_eq!(fs::read_dir(sandbox.home()).unwrap().count(), 1, "the configuration is alone");
}

#[test]
fn a_home_that_is_kept_can_be_looked_around_in() {
    let mut sandbox = sandbox();
    let kept = sandbox.folder().join("story");
    let told = sandbox.run(&["demo", "--keep", "story"]).text();
    let (kept, now) = (kept.to_str().unwrap(), "2026-03-23T14:06:00Z");
    let invitation = format!("$ THANKS_HOME={kept} THANKS_NOW={now} thanks status\n");
    assert!(told.ends_with(&invitation), "{told}");
    sandbox.set("THANKS_HOME", kept);
    sandbox.set_now(now);
    let status = sandbox.run(&["status"]).text();
    assert!(status.contains("acme/jane  nudge      Mon 23 Mar 10:06 EDT"), "{status}");
    assert!(is_empty(&sandbox, "tmp") && is_empty(&sandbox, "user"));
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let sandbox = sandbox();
    let talk = sandbox.run(&["demo", "--keep", sandbox.home().to_str().unwrap()]).exits(2).talk();
    assert!(talk.contains("is not empty\nnothing was done\n"), "{talk}");
    assert_eq!(fs::read_dir(sandbox.home()).unwrap().count(), 1);
}
