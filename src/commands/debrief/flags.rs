//! The flags of a debrief. Their order counts: a topic belongs to the person before it.

use clap::builder::{PossibleValuesParser, RangedU64ValueParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::domain::application::Tone;
use crate::domain::interview::InterviewKind;

#[derive(Clone, Debug, Default)]
pub struct DebriefArgs {
    pub company: Option<String>,
    pub role: Option<String>,
    pub role_short: Option<String>,
    /// Who was met, in the order of the flags.
    pub met: Vec<Said>,
    /// Topics before the first person.
    pub topics: Vec<SaidTopic>,
    pub ended: Option<String>,
    pub starts: Option<String>,
    pub minutes: Option<u32>,
    pub zone: Option<String>,
    pub kind: Option<InterviewKind>,
    pub country: Option<String>,
    pub tone: Option<Tone>,
    pub decision: Option<String>,
    pub via: Option<String>,
    pub contact: Option<String>,
}

/// One `--with` and what followed it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub who: String,
    pub topics: Vec<SaidTopic>,
}

/// One `--topic` and what followed it.
#[derive(Clone, Debug, Default)]
pub struct SaidTopic {
    pub what: String,
    pub why: Option<String>,
    pub fit: Option<String>,
    pub need: Option<String>,
}

impl DebriefArgs {
    /// Whether nothing is to be recorded. A tone alone is a wish for one draft.
    pub fn is_empty(&self) -> bool {
        let DebriefArgs { met, topics, minutes, kind, tone: _, .. } = self;
        let texts = [
            &self.company,
            &self.role,
            &self.role_short,
            &self.ended,
            &self.starts,
            &self.zone,
            &self.country,
            &self.decision,
            &self.via,
            &self.contact,
        ];
        met.is_empty()
            && topics.is_empty()
            && minutes.is_none()
            && kind.is_none()
            && texts.iter().all(|text| text.is_none())
    }

    pub fn tone(&self) -> Option<Tone> {
        self.tone
    }
}

impl clap::Args for DebriefArgs {
    fn augment_args(command: Command) -> Command {
        let line = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name(value).help(help)
        };
        let many = |arg: Arg| arg.action(ArgAction::Append);
        let kinds = PossibleValuesParser::new(InterviewKind::ALL.map(InterviewKind::name));
        let tones = PossibleValuesParser::new(Tone::ALL.map(Tone::name));
        command.next_help_heading("The interview").args([
            line("company", "COMPANY", "The company"),
            line("role", "ROLE", "The role, as they call it"),
            line("role-short", "ROLE", "A shorter role, for subjects"),
            many(line("with", "PERSON", "Whom you met: \"Name <address>\"; the address may be missing"))
                .visible_alias("to"),
            many(line(
                "topic",
                "WORDS",
                "What you talked about with them; before the first --with: one each",
            )),
            many(line("why", "WORDS", "Why that topic mattered to them")),
            many(line("fit", "WORDS", "What of yours fits that topic")),
            many(line("need", "WORDS", "What they need there")),
            line("ended", "WHEN", "When it ended: 15:45, \"fri 14:00\"; a bare day means 17:00")
                .conflicts_with("starts"),
            line("starts", "WHEN", "When it starts or started, instead of its end"),
            line("minutes", "N", "How long it takes from --starts [default: 60]")
                .value_parser(RangedU64ValueParser::<u32>::new().range(1..=1440))
                .requires("starts"),
            line("zone", "ZONE", "Where their clock stands: America/New_York"),
            line("kind", "KIND", "What it was [default: video]").value_parser(kinds),
            line("country", "CODE", "Whose customs and holidays count: US, DE-BY"),
            line("tone", "TONE", "How you write to them [default: warm]").value_parser(tones),
            line("decision", "WORDS", "When they decide, in their words: \"in two weeks\""),
            line("via", "AGENT", "An agency: all goes to this \"Name <address>\""),
            line("contact", "PERSON", "Whom follow-ups go to"),
        ])
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for DebriefArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let one = |name: &str| matches.get_one::<String>(name).cloned();
        let mut args = DebriefArgs {
            company: one("company"),
            role: one("role"),
            role_short: one("role-short"),
            ended: one("ended"),
            starts: one("starts"),
            minutes: matches.get_one::<u32>("minutes").copied(),
            zone: one("zone"),
            kind: one("kind").and_then(|name| InterviewKind::named(&name)),
            country: one("country"),
            tone: one("tone").and_then(|name| Tone::named(&name)),
            decision: one("decision"),
            via: one("via"),
            contact: one("contact"),
            ..DebriefArgs::default()
        };
        for (flag, text) in in_order(matches) {
            args.take(flag, text)?;
        }
        args.deal_out()?;
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl DebriefArgs {
    fn take(&mut self, flag: &str, text: String) -> Result<(), clap::Error> {
        let topics = match self.met.last_mut() {
            Some(said) => &mut said.topics,
            None => &mut self.topics,
        };
        match (flag, topics.last_mut()) {
            ("with", _) => self.met.push(Said { who: text, topics: Vec::new() }),
            ("topic", _) => topics.push(SaidTopic { what: text, ..SaidTopic::default() }),
            ("why", Some(topic)) => topic.why = Some(text),
            ("fit", Some(topic)) => topic.fit = Some(text),
            ("need", Some(topic)) => topic.need = Some(text),
            (flag, _) => {
                return Err(usage(format!("--{flag} belongs behind the --topic that it is about")));
            }
        }
        Ok(())
    }

    /// Gives the topics before the first person to one person each; all of them to an only one.
    fn deal_out(&mut self) -> Result<(), clap::Error> {
        match self.met.as_mut_slice() {
            [] => {}
            [only] => {
                let mut topics = std::mem::take(&mut self.topics);
                topics.append(&mut only.topics);
                only.topics = topics;
            }
            people if self.topics.len() > people.len() => {
                return Err(usage(format!(
                    "{} topics stand before the first of {} people; put each --topic behind its --with",
                    self.topics.len(),
                    people.len()
                )));
            }
            people => {
                for (said, topic) in people.iter_mut().zip(self.topics.drain(..)) {
                    said.topics.insert(0, topic);
                }
            }
        }
        Ok(())
    }
}

/// The flags whose place counts, as they were typed.
fn in_order(matches: &ArgMatches) -> Vec<(&'static str, String)> {
    let mut typed = Vec::new();
    for flag in ["with", "topic", "why", "fit", "need"] {
        let places = matches.indices_of(flag).into_iter().flatten();
        let texts = matches.get_many::<String>(flag).into_iter().flatten();
        typed.extend(places.zip(texts).map(|(place, text)| (place, flag, text.clone())));
    }
    typed.sort_by_key(|(place, ..)| *place);
    typed.into_iter().map(|(_, flag, text)| (flag, text)).collect()
}

fn usage(message: String) -> clap::Error {
    clap::Error::raw(ErrorKind::ArgumentConflict, message)
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn parsed(args: &[&str]) -> Result<DebriefArgs, String> {
        let command = DebriefArgs::augment_args(Command::new("add").no_binary_name(true));
        let matches = command.try_get_matches_from(args).map_err(|error| error.to_string())?;
        DebriefArgs::from_arg_matches(&matches).map_err(|error| error.to_string())
    }

    fn told(args: &[&str]) -> Vec<(String, Vec<String>)> {
        let topics = |topics: Vec<SaidTopic>| topics.into_iter().map(|topic| topic.what).collect();
        parsed(args).unwrap().met.into_iter().map(|said| (said.who, topics(said.topics))).collect()
    }

    #[test]
    fn a_topic_belongs_to_the_person_before_it() {
        let args = ["--with", "Jane", "--topic", "Kafka", "--why", "the freeze", "--with", "Omar"];
        let args = parsed(&[&args[..], &["--topic", "on-call", "--topic", "pay"]].concat()).unwrap();
        assert_eq!(args.met[0].topics[0].why.as_deref(), Some("the freeze"));
        assert_eq!((args.met[0].topics.len(), args.met[1].topics.len()), (1, 2));
    }

    #[test]
    fn topics_before_the_first_person_go_to_one_each() {
        let args = ["--topic", "Kafka", "--topic", "on-call", "--with", "Jane", "--to", "Omar"];
        assert_eq!(
            told(&args),
            [("Jane".into(), vec!["Kafka".into()]), ("Omar".into(), vec!["on-call".into()])]
        );
    }

    #[test]
    fn an_only_person_gets_all_topics() {
        assert_eq!(
            told(&["--topic", "Kafka", "--topic", "pay", "--with", "Jane", "--topic", "tea"]),
            [("Jane".into(), vec!["Kafka".into(), "pay".into(), "tea".into()])]
        );
    }

    #[test]
    fn topics_that_could_be_anybodys_are_refused() {
        let refused = parsed(&["--topic", "a", "--topic", "b", "--topic", "c", "--with", "X", "--with", "Y"]);
        assert!(refused.unwrap_err().contains("3 topics stand before the first of 2 people"));
        let refused = parsed(&["--with", "X", "--why", "because"]);
        assert!(refused.unwrap_err().contains("--why belongs behind the --topic"));
    }

    #[test]
    fn a_tone_alone_records_nothing() {
        assert!(parsed(&["--tone", "brief"]).unwrap().is_empty());
        assert!(!parsed(&["--role-short", "SRE"]).unwrap().is_empty());
    }
}
