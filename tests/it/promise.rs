//! The promise as a model: whatever happens in whatever order, to the record and to its sender,
//! nothing is offered twice unless the server said no or the owner said that it did not arrive.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use thanks::adapters::mime;
use thanks::adapters::store::{Approval, Beginning, Claim, Store};
use thanks::domain::note::{Approved, Edited, Note, NoteId};
use thanks::domain::outbox::{Event, Forbidden, Offered, State};
use thanks::domain::problem::{Kind, Problem};
use thanks::flow::outgoing::wire_of;

use crate::ledger::{MACHINE, at, note};

#[derive(Clone, Copy, Debug)]
enum Answer {
    Accepted,
    Transient,
    Permanent,
    /// The server took it, and nobody hears of it.
    TakenAndLost,
    Lost,
}

/// Something that happens to one of two notes, or to the process that sends.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Draft(u8),
    Edit(u8),
    Approve,
    Claim,
    FailBeforeMark,
    RefuseBeforeMark,
    Mark,
    /// After the mark and without a dot.
    LeaveBeforeDot,
    Dot(Answer),
    /// The dot is written and the process dies before it can record the answer.
    DotThenCrash(Answer),
    Crash,
    AnotherSendStarts,
    Expire,
    Withdraw,
    MarkSent,
    MarkNotSent,
}

/// What is known outside of the record.
#[derive(Debug, Default)]
struct World {
    offers: Vec<(Vec<u8>, Answer)>,
    /// Offers that the owner, or the server by a clear no, has declared void.
    void: usize,
    journal: u32,
    /// Whether a process that has marked the note is alive.
    at_the_dot: bool,
    claimed: bool,
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let answer = prop_oneof![
        Just(Answer::Accepted),
        Just(Answer::Transient),
        Just(Answer::Permanent),
        Just(Answer::TakenAndLost),
        Just(Answer::Lost),
    ];
    prop_oneof![
        2 => any::<u8>().prop_map(H::Draft),
        1 => any::<u8>().prop_map(H::Edit),
        5 => Just(H::Approve),
        6 => Just(H::Claim),
        1 => Just(H::FailBeforeMark),
        1 => Just(H::RefuseBeforeMark),
        6 => Just(H::Mark),
        1 => Just(H::LeaveBeforeDot),
        6 => answer.clone().prop_map(H::Dot),
        2 => answer.prop_map(H::DotThenCrash),
        2 => Just(H::Crash),
        2 => Just(H::AnotherSendStarts),
        1 => Just(H::Expire),
        1 => Just(H::Withdraw),
        1 => Just(H::MarkSent),
        2 => Just(H::MarkNotSent),
    ]
}

/// A step that is not possible now is refused in a way that a command can tell from a fault.
fn allowed<T>(result: anyhow::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            let is_refusal = error.is::<Forbidden>()
                || error.downcast_ref::<Problem>().is_some_and(|problem| problem.kind == Kind::NeedsYou);
            assert!(is_refusal, "{error:?}");
            None
        }
    }
}

fn state(store: &Store, id: &NoteId) -> Option<State> {
    store.note(id).unwrap().map(|note| note.state)
}

fn happens(store: &mut Store, person: &str, world: &mut World, what: Happening) {
    use Happening as H;
    let id = note(person).id;
    let step = |store: &mut Store, event| match state(store, &id) {
        Some(_) => allowed(store.step(&id, event, at(), None)),
        None => None,
    };
    match what {
        H::Draft(n) | H::Edit(n) => {
            let edited = if matches!(what, H::Edit(_)) { Edited::ByOwner } else { Edited::No };
            let text = Note { body: format!("text {}", n % 3), edited, ..note(person) };
            allowed(store.save_draft(&text, at()));
        }
        H::Approve => {
            if let Some(known) = store.note(&id).unwrap() {
                let wire = wire_of(&known, at()).unwrap();
                store
                    .approve(&[(&known, Approval { wire: &wire, send_before: None, send_after: None })], at())
                    .unwrap();
            }
        }
        H::Claim => {
            let Some(known) = store.note(&id).unwrap().filter(|known| known.state == State::Approved) else {
                return;
            };
            let offered = Offered { highest: world.journal, unnumbered: Vec::new() };
            let older = store.lose_if_older(&id, &offered, at(), "older").unwrap();
            assert_eq!(older, None, "{id}: a record that lost nothing is not older than its journal");
            let wire = store.wire(&id).unwrap();
            let fresh = (known.offers == 0).then(|| mime::with_date(&wire.bytes, at()));
            let approved = Approved::of(&known, &wire.bytes).unwrap();
            let claim = Claim { approved: &approved, fresh: fresh.as_deref() };
            let claimed = store.claim(&[claim], MACHINE, at(), |_| Ok(BTreeMap::new())).unwrap();
            world.claimed = claimed.taken.len() == 1;
        }
        H::FailBeforeMark | H::RefuseBeforeMark if world.claimed && !world.at_the_dot => {
            let event = if matches!(what, H::FailBeforeMark) { Event::Release } else { Event::Refuse };
            step(store, event).unwrap();
            world.claimed = false;
        }
        H::Mark if world.claimed && !world.at_the_dot => {
            step(store, Event::Mark).unwrap();
            world.journal += 1;
            world.at_the_dot = true;
        }
        H::LeaveBeforeDot if world.at_the_dot => {
            step(store, Event::Release).unwrap();
            (world.at_the_dot, world.claimed) = (false, false);
        }
        H::Dot(answer) | H::DotThenCrash(answer) if world.at_the_dot => {
            assert_eq!(world.void, world.offers.len(), "{id} is offered while an offer may stand");
            world.offers.push((store.wire(&id).unwrap().bytes, answer));
            (world.at_the_dot, world.claimed) = (false, false);
            if matches!(what, H::DotThenCrash(_)) {
                return;
            }
            match answer {
                Answer::Accepted => store.record_sent(&id, Event::Accept, at(), "250 ok", None).unwrap(),
                Answer::Transient => {
                    step(store, Event::Release).unwrap();
                    world.void += 1;
                }
                Answer::Permanent => {
                    step(store, Event::Refuse).unwrap();
                    world.void += 1;
                }
                Answer::TakenAndLost | Answer::Lost => drop(step(store, Event::Lose).unwrap()),
            }
        }
        H::Crash => (world.at_the_dot, world.claimed) = (false, false),
        H::Expire => drop(step(store, Event::Expire)),
        H::Withdraw => drop(step(store, Event::Withdraw)),
        H::MarkSent if state(store, &id).is_some() => {
            allowed(store.record_sent(&id, Event::ConfirmSent, at(), "by hand", None));
        }
        H::MarkNotSent if step(store, Event::ConfirmNotSent).is_some() => world.void = world.offers.len(),
        _ => {}
    }
}

/// What must hold at any moment.
fn holds(store: &Store, person: &str, world: &World) {
    let id = note(person).id;
    let Some(known) = store.note(&id).unwrap() else {
        return assert!(world.offers.is_empty());
    };
    let standing = world.offers.len() - world.void;
    assert!(standing <= 1, "{id}");
    if matches!(known.state, State::Approved | State::Drafted | State::Refused | State::Expired) {
        assert_eq!(standing, 0, "{id} is {} and was offered", known.state.name());
    }
    let accepts =
        world.offers.iter().skip(world.void).filter(|(_, answer)| matches!(answer, Answer::Accepted));
    assert!(accepts.count() <= 1);
    // The bytes change only after a final refusal.
    for pair in world.offers.windows(2) {
        let refused = matches!(pair[0].1, Answer::Permanent);
        assert!(refused || pair[0].0 == pair[1].0, "{id}: other bytes under the same id");
    }
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("thanks.db"), Beginning::Fresh).unwrap()
}

/// In memory where the system has such a place: the test is about order, not about the disk.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_offered_twice_unless_the_server_or_the_owner_said_no(
        story in prop::collection::vec((any::<bool>(), happening()), 1..60)
    ) {
        let folder = quick_folder();
        let mut store = open(folder.path());
        let people = ["jane", "omar"];
        let mut worlds = [World::default(), World::default()];
        for person in people {
            store.save_draft(&note(person), at()).unwrap();
        }
        for (which, what) in story {
            let place = usize::from(which);
            match what {
                // Whoever holds the lock knows that the other sender is dead.
                Happening::AnotherSendStarts => {
                    for world in &mut worlds {
                        (world.claimed, world.at_the_dot) = (false, false);
                    }
                    store.recover(MACHINE, at()).unwrap();
                }
                Happening::Crash => {
                    for world in &mut worlds {
                        (world.claimed, world.at_the_dot) = (false, false);
                    }
                    drop(store);
                    store = open(folder.path());
                }
                what => happens(&mut store, people[place], &mut worlds[place], what),
            }
            for (person, world) in people.into_iter().zip(&worlds) {
                holds(&store, person, world);
            }
        }
        // Whatever was left behind ends where its owner sees it.
        store.recover(MACHINE, at()).unwrap();
        for (person, world) in people.into_iter().zip(&worlds) {
            let state = state(&store, &note(person).id).unwrap();
            prop_assert!(!matches!(state, State::Claimed | State::Sending));
            holds(&store, person, world);
        }
    }
}
