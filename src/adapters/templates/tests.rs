use super::*;

fn given(pairs: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// A folder of own templates, with a subject for each kind that has a body.
fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Templates) {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let subject = path.parent().unwrap().join("subject.txt.tera");
        if !subject.exists() {
            fs::write(subject, "Hello").unwrap();
        }
    }
    let templates = Templates::new(Some(dir.path().to_owned()));
    (dir, templates)
}

fn body_of(text: &str, pairs: &[(&'static str, &str)]) -> Result<String, Problem> {
    let (_dir, templates) = folder(&[("own/body.txt.tera", text.as_bytes())]);
    templates.render("own", &given(pairs)).map(|rendered| rendered.body)
}

#[test]
fn every_compiled_in_template_parses() {
    for (kind, subject, body) in BUILT_IN {
        for text in [subject, body] {
            let mut tera = Tera::new();
            tera.register_filter("start", |text: &str, _: Kwargs, _: &State| capitalised(text));
            tera.add_raw_template(kind, text).unwrap_or_else(|e| panic!("{kind}: {e}"));
            for variable in tera.get_template_variables(kind).unwrap() {
                assert!(phrases::NAMES.contains(&variable), "{kind} uses {variable}");
            }
        }
    }
}

#[test]
fn a_value_is_never_read_as_a_template() {
    for name in ["{{ 7*7 }}", "{% raw %}", "{# x #}", "{{ me }}", "<b>&amp;</b>"] {
        assert_eq!(
            body_of("Hi {{ first }},", &[("first", name), ("me", "Jo")]).unwrap(),
            format!("Hi {name},")
        );
    }
}

#[test]
fn a_users_file_stands_before_the_compiled_in_one_file_by_file() {
    let (_dir, templates) = folder(&[("nudge/subject.txt.tera", b"Mine: {{ role }}")]);
    let values = given(&[("role", "Cook"), ("salutation", "Hi Jane,")]);
    let rendered = templates.render("nudge", &values).unwrap();
    assert_eq!(rendered.subject, "Mine: Cook");
    assert!(
        rendered.body.starts_with("Hi Jane,\n\nI hope the search for the Cook role"),
        "{}",
        rendered.body
    );
    assert!(rendered.body.ends_with("Best regards,"), "{}", rendered.body);
}

#[test]
fn an_unknown_kind_lists_what_there_is() {
    let problem = Templates::new(None).render("thank-yuo", &given(&[])).unwrap_err();
    assert_eq!(problem.kind, Kind::NotFound);
    assert!(problem.details.iter().any(|line| line.contains("close-out")), "{problem:?}");
    assert_eq!(problem.hint.as_deref(), Some("did you mean thank-you?"));
}

#[test]
fn a_body_without_a_subject_says_so() {
    let (dir, templates) = folder(&[("own/body.txt.tera", b"x")]);
    fs::remove_file(dir.path().join("own/subject.txt.tera")).unwrap();
    let problem = templates.render("own", &given(&[])).unwrap_err();
    assert_eq!(problem.message, "the template own has no subject.txt.tera");
}

#[test]
fn names_that_would_leave_the_folder_are_refused() {
    for name in ["../x", "a/b", "", ".", "A", "con", "com1", "-x", "a b", &"x".repeat(65)] {
        assert!(!is_name(name), "{name}");
        assert_eq!(Templates::new(None).render(name, &given(&[])).unwrap_err().kind, Kind::Data);
    }
    for name in ["thank-you", "a", "0_x", "com10", "console"] {
        assert!(is_name(name), "{name}");
    }
}

#[test]
fn own_kinds_are_listed_after_the_compiled_in_ones() {
    let (_dir, templates) = folder(&[("zeta/body.txt.tera", b"x"), ("nudge/body.txt.tera", b"x")]);
    let names = templates.names();
    assert_eq!(names.len(), BUILT_IN.len() + 1);
    assert_eq!(names.last().map(String::as_str), Some("zeta"));
}

#[test]
fn a_mistyped_variable_is_named_with_its_line_and_neighbour() {
    let problem = body_of("Hi,\n\n{{ frist }}", &[("first", "Jane")]).unwrap_err();
    assert_eq!(problem.kind, Kind::Data);
    assert_eq!(problem.message, "own/body.txt.tera, line 3: there is no variable \"frist\"");
    assert_eq!(problem.hint.as_deref(), Some("did you mean first?"));
}

#[test]
fn a_variable_without_a_value_is_told_from_an_unknown_one() {
    let problem = body_of("{{ because }}", &[]).unwrap_err();
    assert_eq!(problem.message, "own/body.txt.tera, line 1: \"because\" is not known for this note");
}

#[test]
fn a_syntax_error_is_named_with_its_line() {
    let problem = body_of("one\ntwo {% if first %}\nthree", &[("first", "x")]).unwrap_err();
    assert_eq!(problem.kind, Kind::Data);
    assert!(problem.message.starts_with("own/body.txt.tera, line "), "{problem:?}");
}

#[test]
fn an_unknown_filter_is_named() {
    let problem = body_of("{{ first | shout }}", &[("first", "x")]).unwrap_err();
    assert_eq!(problem.kind, Kind::Data);
    assert!(format!("{problem:?}").contains("shout"), "{problem:?}");
}

#[test]
fn other_templates_and_the_environment_are_out_of_reach() {
    for text in [
        "{% include \"nudge/body.txt.tera\" %}",
        "{% include \"/etc/passwd\" %}",
        "{% extends \"../../x\" %}",
        "{{ get_env(name=\"HOME\") }}",
    ] {
        assert_eq!(body_of(text, &[]).unwrap_err().kind, Kind::Data, "{text}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_counted() {
    let (_dir, templates) = folder(&[("own/body.txt.tera", b"Hi \xff")]);
    let problem = templates.render("own", &given(&[])).unwrap_err();
    assert!(problem.message.ends_with("own/body.txt.tera is not UTF-8 at byte 3"), "{}", problem.message);
}

#[test]
fn a_file_over_64_kib_is_refused() {
    let (_dir, templates) = folder(&[("own/body.txt.tera", "x".repeat(64 * 1024 + 1).as_bytes())]);
    assert!(templates.render("own", &given(&[])).unwrap_err().message.ends_with("is larger than 64 KiB"));
}

#[test]
fn a_folder_in_place_of_the_file_is_refused() {
    let (dir, templates) = folder(&[("own/body.txt.tera", b"x")]);
    fs::remove_file(dir.path().join("own/body.txt.tera")).unwrap();
    fs::create_dir(dir.path().join("own/body.txt.tera")).unwrap();
    assert!(templates.render("own", &given(&[])).unwrap_err().message.ends_with("is not a regular file"));
}

#[cfg(unix)]
#[test]
fn a_link_may_stay_in_the_folder_but_not_leave_it() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::NamedTempFile::new().unwrap();
    let (dir, templates) = folder(&[("own/body.txt.tera", b"inside"), ("away/body.txt.tera", b"x")]);
    let path = dir.path().join("away/body.txt.tera");
    fs::remove_file(&path).unwrap();
    symlink(outside.path(), &path).unwrap();
    let problem = templates.render("away", &given(&[])).unwrap_err();
    assert!(problem.message.ends_with("is a link that leaves the template folder"), "{}", problem.message);

    fs::remove_file(&path).unwrap();
    symlink("../own/body.txt.tera", &path).unwrap();
    assert_eq!(templates.render("away", &given(&[])).unwrap().body, "inside");
}

#[test]
fn endless_output_stops_at_1_mib() {
    let text = "{% for i in range(end=100000) %}0123456789abcdef0123456789abcdef{% endfor %}";
    assert_eq!(
        body_of(text, &[]).unwrap_err().message,
        "the template own/body.txt.tera gives more than 1 MiB of text"
    );
}

#[test]
fn a_template_that_takes_too_long_is_left_behind() {
    let text = "{% for i in range(end=3000) %}{% for j in range(end=1000) %}{% endfor %}{% endfor %}x";
    let problem = fill_bounded("own/body.txt.tera", text.to_owned(), &given(&[]), Duration::from_millis(1))
        .unwrap_err();
    assert_eq!(problem.message, "the template own/body.txt.tera takes too long to fill");
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    for text in [
        "{% if first %}".repeat(4000),
        format!("{{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000)),
        format!("{{{{ {}first }}}}", "not ".repeat(10_000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(10_000)),
        format!("{{{{ first{} }}}}", " | start".repeat(6_000)),
    ] {
        // A long chain may well be legal; what counts is that an answer comes.
        if let Err(problem) = body_of(&text, &[("first", "x")]) {
            assert_eq!(problem.kind, Kind::Data, "{problem:?}");
        }
    }
}

#[test]
fn an_empty_result_is_refused() {
    let problem = body_of("{% if first %}x{% endif %}\n", &[]).unwrap_err();
    assert_eq!(problem.message, "the template own/body.txt.tera gives an empty text");
}

#[test]
fn blank_lines_and_line_ends_are_put_in_order() {
    assert_eq!(body_of("\r\n\r\nHi  \r\n\r\n\r\n\r\nthere\t\n\n", &[]).unwrap(), "Hi\n\nthere");
    let (_dir, templates) =
        folder(&[("own/body.txt.tera", b"x"), ("own/subject.txt.tera", b" two\nlines \r\n")]);
    assert_eq!(templates.render("own", &given(&[])).unwrap().subject, "two lines");
}

#[test]
fn a_text_with_a_control_character_is_refused_wherever_it_comes_from() {
    let gives = |code: &str| format!("the template own/body.txt.tera gives the control character U+{code}");
    assert_eq!(body_of("Hi \u{1b}[31mJane", &[]).unwrap_err().message, gives("001B"));
    assert_eq!(body_of("Hi {{ first }}", &[("first", "a\u{9b}b")]).unwrap_err().message, gives("009B"));
    assert_eq!(body_of("Hi\rJane", &[]).unwrap_err().message, gives("000D"));
    assert_eq!(body_of("a\tb\nc", &[]).unwrap(), "a\tb\nc");

    let (_dir, templates) = folder(&[("own/body.txt.tera", b"x"), ("own/subject.txt.tera", b"a\x07b")]);
    let problem = templates.render("own", &given(&[])).unwrap_err();
    assert_eq!(problem.kind, Kind::Data);
    assert_eq!(problem.message, "the template own/subject.txt.tera gives the control character U+0007");
}
