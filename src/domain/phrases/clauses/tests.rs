use super::*;

fn list(parts: &[&str]) -> String {
    joined(&parts.iter().map(ToString::to_string).collect::<Vec<_>>())
}

#[test]
fn a_topic_loses_what_only_the_debrief_needs() {
    assert_eq!(
        topic("We talked about moving the billing jobs to Kafka."),
        "moving the billing jobs to Kafka"
    );
    assert_eq!(topic("How on-call is shared"), "how on-call is shared");
    assert_eq!(topic("Kafka migration"), "Kafka migration");
    assert_eq!(topic("the new pricing page"), "the new pricing page");
    assert_eq!(topic("you ship on Fridays"), "how you ship on Fridays");
    assert_eq!(topic("Spring Boot upgrades"), "Spring Boot upgrades");
    assert_eq!(topic("about"), "about");
}

#[test]
fn a_reason_has_exactly_one_because() {
    assert_eq!(because("the nightly freeze goes away"), "because the nightly freeze goes away");
    assert_eq!(because("Because the nightly freeze goes away."), "because the nightly freeze goes away");
    assert_eq!(because("it cuts costs"), "because it cuts costs");
    assert_eq!(because("fewer incidents"), "because of fewer incidents");
    assert_eq!(because("because of the pager load"), "because of the pager load");
    assert_eq!(because("to sleep at night"), "because it helps to sleep at night");
}

#[test]
fn what_fits_becomes_a_clause() {
    assert_eq!(fit("I moved a payroll system last year."), "I moved a payroll system last year");
    assert_eq!(fit("ran Kafka for three years"), "I ran Kafka for three years");
    assert_eq!(fit("three years of Kafka"), "what I would bring is three years of Kafka");
}

#[test]
fn what_they_need_follows_you_need() {
    assert_eq!(need("They need someone who can own billing"), "someone who can own billing");
    assert_eq!(need("reduce the pager load"), "to reduce the pager load");
    assert_eq!(need("moving off the mainframe"), "help with moving off the mainframe");
    assert_eq!(need("a calmer rota"), "a calmer rota");
}

#[test]
fn their_words_follow_decide() {
    for (typed, said) in [
        ("in two weeks", "in two weeks"),
        ("two to three weeks", "in two to three weeks"),
        ("2-3 weeks", "in 2-3 weeks"),
        ("We'll let you know by Friday", "by Friday"),
        ("end of the month", "by the end of the month"),
        ("Friday 13 March", "by Friday 13 March"),
        ("13 March", "by 13 March"),
        ("March 13", "by March 13"),
        ("a couple of weeks", "in a couple of weeks"),
        ("next week", "next week"),
        ("they will decide within a week", "within a week"),
        ("soon", "soon"),
    ] {
        assert_eq!(decision(typed).as_deref(), Some(said), "{typed}");
    }
    assert_eq!(decision("we'll be in touch"), None);
    assert_eq!(decision("it depends on the budget"), None);
    assert_eq!(decision("maybe"), None);
}

#[test]
fn lists_read_as_english() {
    assert_eq!(list(&["a"]), "a");
    assert_eq!(list(&["a", "b"]), "a and b");
    assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    assert_eq!(list(&["a and b", "c", "d"]), "a and b, c, and d");
    assert_eq!(list(&["a, b", "c"]), "a, b, as well as c");
    assert_eq!(list(&["a, b", "c", "d"]), "a, b; c; and d");
}
