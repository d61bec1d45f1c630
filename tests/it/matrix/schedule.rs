//! Clocks, plans, and several processes at once: 80 to 90 but for 87.

use super::world::{Told, World, finish};
use super::{By, Play, Row, TIMER, Then, play, row};

const DAY: i64 = 24 * 60 * 60;

pub fn rows() -> Vec<Row> {
    let mut rows = the_clock();
    rows.extend(processes());
    rows
}

/// The timer believes no such clock; when it is right again, the note goes.
fn clock(name: &'static str) -> Play {
    play(name).by(TIMER).exits(3).says(&["the clock shows", "nothing was sent"]).then(Then::Shown(|world| {
        world.expects(world.command(By::Timer), &[0]);
        world.assert_sent_once();
    }))
}

fn the_clock() -> Vec<Row> {
    vec![
        row(80, "a clock that was put back")
            .play(clock("ten minutes").breaks(|world| world.pass(-30 * 60)).mends(|world| world.pass(30 * 60)))
            .play(clock("years").breaks(|world| world.pass(-4000 * DAY)).mends(|world| world.pass(4000 * DAY))),
        row(81, "a clock that leapt ahead")
            .play(clock("401 days").breaks(|world| world.pass(401 * DAY)).mends(|world| world.pass(-401 * DAY)))
            .play(late("a year").breaks(|world| world.pass(365 * DAY)).then(Then::Shown(|world| {
                for by in [By::Timer, By::Typed] {
                    world.expects(world.command(by), &[0]);
                    assert_eq!(world.arrived(), 0);
                }
                let told = world.expects(&["status"], &[0]);
                assert!(told.contains("acme/jane  thank-you  never sent, and too late"), "{told}");
            })))
            .differs("what was approved within 400 days may be true; its last moment has passed then, which is asked about too"),
        row(82, "a plan for a time that the clocks leave out or have twice")
            .play(
                play("left out")
                    .words(&["send", "--yes", "--at", "2026-03-08 02:30"])
                    .breaks(with_timer)
                    .exits(65)
                    .kept()
                    .says(&["02:30"])
                    .then(Then::Goes),
            )
            .play(
                play("twice")
                    .words(&["send", "--yes", "--at", "2026-11-01 01:30"])
                    .breaks(with_timer)
                    .exits(65)
                    .kept()
                    .says(&["01:30"])
                    .then(Then::Goes),
            )
            .differs("it is asked back with both readings: the program does not choose for its owner"),
        row(83, "a plan that was slept through").play(late("").breaks(|world| world.pass(DAY))),
    ]
}

/// Its last moment has passed: it waits for its owner, however often the timer looks.
fn late(name: &'static str) -> Play {
    play(name).by(TIMER).exits(3).ends("expired").says(&["expired  acme/jane, its time has passed"]).then(
        Then::Shown(|world| {
            for _ in 0..2 {
                world.pass(3600);
                world.expects(world.command(By::Timer), &[0]);
                world.expects(world.command(By::Typed), &[3]);
                assert_eq!(world.arrived(), 0);
            }
            world.expects(&["draft"], &[0]);
            world.expects(world.command(By::Typed), &[0]);
            world.assert_sent_once();
        }),
    )
}

fn with_timer(world: &mut World) {
    world.expects(&["schedule", "install", "--yes"], &[0]);
}

fn processes() -> Vec<Row> {
    vec![
        row(84, "an end of the program before the mark")
            .elsewhere("however it ends, the record says `claimed`: row 57, and the crash proof at each system call"),
        row(85, "an end of the program after the mark")
            .elsewhere("however it ends, the record says `sending`: row 64, and the crash proof at each system call"),
        row(86, "two runs of the timer and a typed command at once").play(
            play("")
                .exits(0)
                .deed(|world, words| {
                    let commands = [world.command(By::Timer), words, world.command(By::Timer)];
                    let running = commands.map(|words| world.start(words));
                    let told = running.map(finish);
                    // Whoever is late finds it sent, or the lock taken.
                    for told in &told {
                        assert!(matches!(told.code, 0 | 1), "{}: {}", told.code, told.text);
                    }
                    Told { code: 0, text: told.map(|told| told.text).concat() }
                })
                .anyhow()
                .then(Then::Shown(|world| {
                    world.expects(world.command(By::Typed), &[0]);
                    world.assert_sent_once();
                })),
        ),
        row(88, "a question and nobody to ask").play(
            play("")
                .words(&["send"])
                .exits(3)
                .kept()
                .says(&["there is no terminal to ask on", "nothing was sent", "thanks send acme/jane --yes"])
                .then(Then::Goes),
        ),
        row(89, "another program in the place of this one")
            .play(
                play("")
                    .by(TIMER)
                    .breaks(|world| world.sql("PRAGMA user_version = 2"))
                    .exits(78)
                    .says(&["written by a newer thanks"])
                    .closed()
                    .mends(|world| world.sql("PRAGMA user_version = 1"))
                    .then(Then::Goes),
            )
            .elsewhere("the running one keeps its file and has read all it needs"),
        row(90, "more notes in a day than anybody writes").play(
            play("")
                .by(TIMER)
                .breaks(|world| {
                    // Twenty others were sent today.
                    let copies: Vec<String> = (0..20)
                        .map(|n| {
                            format!(
                                "INSERT INTO notes (id, application, person, round, kind, ordinal, state, template, subject,
                                     body, edited, facts, departs_on, reference_ids, allowed, created_at)
                                 SELECT 'acme/p{n}', application, 'p{n}', round, kind, ordinal, 'drafted', template, subject,
                                     body, edited, facts, departs_on, reference_ids, allowed, created_at
                                 FROM notes WHERE id = 'acme/jane';
                                 UPDATE notes SET state = 'sent', sent_at = '2026-03-05T15:54:00-05:00' WHERE id = 'acme/p{n}';"
                            )
                        })
                        .collect();
                    world.sql(&copies.concat());
                })
                .says(&["20 notes went out within a day"])
                .then(Then::Shown(|world| {
                    let timer = world.command(By::Timer);
                    world.expects(timer, &[0]);
                    assert_eq!((world.arrived(), world.state().as_str()), (0, "approved"));
                    // The twenty were of yesterday.
                    world.sql("UPDATE notes SET sent_at = '2026-03-04T12:00:00-05:00' WHERE state = 'sent'");
                    world.pass(60 * 60);
                    world.expects(timer, &[0]);
                    assert_eq!((world.arrived(), world.state().as_str()), (1, "sent"));
                })),
        ),
    ]
}
