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
    assert_eq!(
        because("the nightly freeze goes away").as_deref(),
        Some("because the nightly freeze goes away")
    );
    assert_eq!(
        because("Because the nightly freeze goes away.").as_deref(),
        Some("because the nightly freeze goes away")
    );
    assert_eq!(because("it cuts costs").as_deref(), Some("because it cuts costs"));
    assert_eq!(because("fewer incidents").as_deref(), Some("because of fewer incidents"));
    assert_eq!(because("because of the pager load").as_deref(), Some("because of the pager load"));
    assert_eq!(because("to sleep at night").as_deref(), Some("because it helps to sleep at night"));
}

#[test]
fn what_fits_becomes_a_clause() {
    assert_eq!(fit("I moved a payroll system last year."), "I moved a payroll system last year");
    assert_eq!(fit("ran Kafka for three years"), "I ran Kafka for three years");
    assert_eq!(fit("three years of Kafka"), "I would bring three years of Kafka");
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

#[test]
fn that_goes_only_before_a_clause_with_its_own_subject() {
    for (typed, said) in [
        ("that annoys customers", "that annoys customers"),
        ("that is cheap", "that is cheap"),
        ("that the nightly freeze goes away", "the nightly freeze goes away"),
        ("that deploys are slow", "deploys are slow"),
        ("That it works.", "it works"),
    ] {
        assert_eq!(why(typed), said);
    }
    assert_eq!(because("that annoys customers").as_deref(), Some("because that annoys customers"));
    assert_eq!(topic("that the API is slow"), "the fact that the API is slow");
    assert_eq!(topic("that outage in March"), "that outage in March");
    assert_eq!(addressed(&topic("Their on-call rota")), "your on-call rota");
}

#[test]
fn because_of_stands_before_things_only() {
    for thing in ["fewer incidents", "the pager load", "cost", "the need for speed", "lower cloud costs"] {
        assert_eq!(because(thing), Some(format!("because of {thing}")));
    }
    for unclear in ["teams feel heard", "customers in Europe wait for it", "the team grows every month"] {
        assert_eq!(because(unclear), None, "{unclear}");
    }
    assert_eq!(because("a plan that is ready"), None);
}

#[test]
fn a_thing_that_fits_becomes_a_sentence() {
    for (typed, said) in [
        ("my thesis on module boundaries", "I would bring my thesis on module boundaries"),
        ("my experience with distributed systems", "I would bring my experience with distributed systems"),
        ("my team runs Kafka", "my team runs Kafka"),
        ("my last team moved a payroll system", "my last team moved a payroll system"),
        ("running Kafka at scale", "I would bring experience in running Kafka at scale"),
        ("experienced in SQL", "I am experienced in SQL"),
        ("rewrote the scheduler", "I rewrote the scheduler"),
    ] {
        assert_eq!(fit(typed), said);
    }
}

#[test]
fn days_and_months_have_their_capital() {
    for (typed, said) in [
        ("by the end of march", "by the end of March"),
        ("friday 13 march", "by Friday 13 March"),
        ("in may", "in May"),
        ("in mid-march", "in mid-March"),
        ("next tuesday", "next Tuesday"),
        ("in two weeks, it may be longer", "in two weeks, it may be longer"),
    ] {
        assert_eq!(decision(typed).as_deref(), Some(said));
    }
}
