//! The life of a note as a table: its states, what may happen to it, and the only legal steps.
//! The store keeps the same table as a trigger; a test compares the two.

use std::fmt;

use chrono::{DateTime, FixedOffset};

/// Where a note stands. The names are stored, printed and promised to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    Drafted,
    Approved,
    Claimed,
    Sending,
    Sent,
    Unsure,
    Refused,
    Expired,
    Withdrawn,
    Answered,
    Bounced,
}

/// What happens to a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Its owner approves what was shown.
    Approve,
    /// Its text was edited, or its day of departure changed before a first offer.
    Redraft,
    /// Its last moment passed.
    Expire,
    /// An answer, a bounce of an earlier note, or the end of the application made it moot.
    Withdraw,
    /// A sender took it.
    Claim,
    /// Certainly not handed over: a failure before the mark, a 4xx, a crash while claimed.
    Release,
    /// The server refused it for good.
    Refuse,
    /// The body is out and the journal has its line; only the final dot is missing.
    Mark,
    /// The server took it.
    Accept,
    /// Nobody can tell whether the server took it.
    Lose,
    /// Its owner, or the Sent folder, says that it went out.
    ConfirmSent,
    /// Its owner says that it did not arrive.
    ConfirmNotSent,
    /// It came back.
    Bounce,
    /// Somebody answered it.
    Answer,
}

/// What the journal says of one Message-ID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// The highest number of an offer. Lines without one count on from the line before.
    pub highest: u32,
    /// When it was offered, for lines without a number. A record that counted too much is told from
    /// an older copy by these.
    pub unnumbered: Vec<DateTime<FixedOffset>>,
}

/// A step that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forbidden {
    pub from: State,
    pub event: Event,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not possible for a note that is {}", self.event, self.from.name())
    }
}

impl std::error::Error for Forbidden {}

impl State {
    pub const ALL: [State; 11] = [
        State::Drafted,
        State::Approved,
        State::Claimed,
        State::Sending,
        State::Sent,
        State::Unsure,
        State::Refused,
        State::Expired,
        State::Withdrawn,
        State::Answered,
        State::Bounced,
    ];

    /// The state after `event`, or why that step does not exist.
    pub fn after(self, event: Event) -> Result<State, Forbidden> {
        use Event as E;
        use State as S;
        let to = match (self, event) {
            (S::Drafted | S::Expired, E::Approve) => S::Approved,
            (S::Approved | S::Refused | S::Expired, E::Redraft) => S::Drafted,
            (S::Approved, E::Expire) => S::Expired,
            (S::Drafted | S::Approved | S::Expired, E::Withdraw) => S::Withdrawn,
            (S::Approved, E::Claim) => S::Claimed,
            (S::Claimed | S::Sending, E::Release) => S::Approved,
            (S::Claimed | S::Sending, E::Refuse) => S::Refused,
            (S::Claimed, E::Mark) => S::Sending,
            (S::Sending, E::Accept) => S::Sent,
            (S::Sending, E::Lose) => S::Unsure,
            (S::Unsure | S::Drafted | S::Approved, E::ConfirmSent) => S::Sent,
            (S::Unsure, E::ConfirmNotSent) => S::Approved,
            (S::Unsure | S::Sent, E::Bounce) => S::Bounced,
            (S::Sent, E::Answer) => S::Answered,
            // A restored copy says "never offered" about an id that the journal knows.
            (S::Drafted | S::Approved, E::Lose) => S::Unsure,
            (from, event) => return Err(Forbidden { from, event }),
        };
        Ok(to)
    }

    pub fn name(self) -> &'static str {
        match self {
            State::Drafted => "drafted",
            State::Approved => "approved",
            State::Claimed => "claimed",
            State::Sending => "sending",
            State::Sent => "sent",
            State::Unsure => "unsure",
            State::Refused => "refused",
            State::Expired => "expired",
            State::Withdrawn => "withdrawn",
            State::Answered => "answered",
            State::Bounced => "bounced",
        }
    }

    pub fn named(name: &str) -> Option<State> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the note has left, as far as anyone knows.
    pub fn has_left(self) -> bool {
        matches!(self, State::Sent | State::Answered | State::Bounced)
    }

    /// Whether the note can still become something that is sent.
    pub fn is_pending(self) -> bool {
        matches!(self, State::Drafted | State::Approved | State::Expired)
    }
}

impl Event {
    pub const ALL: [Event; 14] = [
        Event::Approve,
        Event::Redraft,
        Event::Expire,
        Event::Withdraw,
        Event::Claim,
        Event::Release,
        Event::Refuse,
        Event::Mark,
        Event::Accept,
        Event::Lose,
        Event::ConfirmSent,
        Event::ConfirmNotSent,
        Event::Bounce,
        Event::Answer,
    ];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All states that can be reached from `start`, with the events that `may` happen.
    fn reachable(start: State, may: impl Fn(Event) -> bool) -> BTreeSet<State> {
        let mut found = BTreeSet::from([start]);
        loop {
            let more: BTreeSet<State> = found
                .iter()
                .flat_map(|state| Event::ALL.into_iter().filter(|event| may(*event)).map(|e| state.after(e)))
                .filter_map(Result::ok)
                .collect();
            if more.is_subset(&found) {
                return found;
            }
            found.extend(more);
        }
    }

    #[test]
    fn every_step_leads_elsewhere_or_is_named_as_forbidden() {
        for from in State::ALL {
            for event in Event::ALL {
                match from.after(event) {
                    Ok(to) => assert_ne!(from, to, "{event:?}"),
                    Err(forbidden) => assert_eq!(forbidden, Forbidden { from, event }),
                }
            }
        }
    }

    #[test]
    fn nothing_happens_any_more_to_what_was_withdrawn_answered_or_bounced() {
        for end in [State::Withdrawn, State::Answered, State::Bounced] {
            assert_eq!(reachable(end, |_| true), BTreeSet::from([end]));
        }
    }

    #[test]
    fn what_may_have_arrived_is_offered_again_only_on_its_owner_s_word() {
        let without = |event| event != Event::ConfirmNotSent;
        for from in [State::Sent, State::Unsure] {
            let later = reachable(from, without);
            for state in [State::Drafted, State::Approved, State::Claimed, State::Sending] {
                assert!(!later.contains(&state), "{} to {}", from.name(), state.name());
            }
        }
        assert!(reachable(State::Unsure, |_| true).contains(&State::Sending));
        assert!(
            !reachable(State::Sent, |_| true).contains(&State::Claimed),
            "sent is sent, whatever is said"
        );
    }

    #[test]
    fn the_server_is_spoken_to_only_after_approval_claim_and_mark() {
        for (event, needed) in
            [(Event::Claim, State::Approved), (Event::Mark, State::Claimed), (Event::Accept, State::Sending)]
        {
            for from in State::ALL {
                assert_eq!(from.after(event).is_ok(), from == needed, "{event:?} from {}", from.name());
            }
        }
        let silent = |event| event != Event::Approve && event != Event::ConfirmNotSent;
        assert!(!reachable(State::Drafted, silent).contains(&State::Claimed));
    }

    #[test]
    fn a_note_has_left_or_can_still_leave_or_neither_but_never_both() {
        let those = |is: fn(State) -> bool| State::ALL.into_iter().filter(|s| is(*s)).collect::<Vec<_>>();
        assert_eq!(those(State::has_left), [State::Sent, State::Answered, State::Bounced]);
        assert_eq!(those(State::is_pending), [State::Drafted, State::Approved, State::Expired]);
    }

    #[test]
    fn a_step_that_does_not_exist_says_what_was_wanted_and_of_what() {
        let forbidden = State::Sent.after(Event::Claim).unwrap_err();
        assert_eq!(forbidden.to_string(), "Claim is not possible for a note that is sent");
    }

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
        }
        assert_eq!(State::named("cancelled"), None);
    }
}
