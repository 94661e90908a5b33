//! The JSON Schema of scenario files, held against files that are right and files that are not.
//!
//! The judge here knows just the words of JSON Schema that our schema uses, and fails at any other,
//! so that nothing passes because nobody looked at it.

use clock::{Span, Timestamp};
use harness::scenario::{Scenario, schema};
use serde_json::{Value, json};

use crate::program::{EARLY, SCENARIOS, collect, folder, skift, text};

/// What is wrong with `value`, each with its place; nothing if it fits `schema`, which is a part of
/// `root`.
fn judge(root: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut object = |what: String| wrong.push(format!("{place}: {what}"));
    let mut deeper = Vec::new();
    for (word, rule) in schema.as_object().expect("a schema is an object") {
        match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "examples" | "default" | "format" => {}
            "$ref" => {
                let path = rule.as_str().unwrap().strip_prefix('#').expect("a place in the schema");
                let there = root.pointer(path).expect("it is there");
                deeper.extend(judge(root, there, value, place));
            }
            "type" => {
                let fits = match rule.as_str().expect("one type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "boolean" => value.is_boolean(),
                    other => panic!("nobody judges the type {other}"),
                };
                if !fits {
                    object(format!("is no {rule}"));
                }
            }
            "const" if rule != value => object(format!("is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => object(format!("not in {rule}")),
            "const" | "enum" => {}
            "minimum" if value.as_i64() < rule.as_i64() => object(format!("less than {rule}")),
            "maximum" if value.as_i64() > rule.as_i64() => object(format!("more than {rule}")),
            "minimum" | "maximum" => {}
            "pattern" => {
                if let Some(text) = value.as_str()
                    && !fits(rule.as_str().unwrap(), text)
                {
                    object(format!("does not fit {rule}"));
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        object(format!("lacks {key}"));
                    }
                }
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(key) {
                        deeper.extend(judge(root, rule, value, &format!("{place}.{key}")));
                    }
                }
            }
            "additionalProperties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let place = format!("{place}.{key}");
                    match (&schema["properties"][key], rule) {
                        (Value::Null, Value::Bool(false)) => object(format!("unknown key {key}")),
                        (Value::Null, rule) => deeper.extend(judge(root, rule, value, &place)),
                        _ => {}
                    }
                }
            }
            "propertyNames" => {
                for key in value.as_object().into_iter().flatten().map(|(key, _)| key) {
                    deeper.extend(judge(root, rule, &json!(key), &format!("{place}.{key}")));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    deeper.extend(judge(root, rule, item, &format!("{place}[{index}]")));
                }
            }
            "anyOf" | "oneOf" => {
                let rules = rule.as_array().unwrap();
                let all: Vec<_> =
                    rules.iter().map(|rule| judge(root, rule, value, place)).collect();
                let fitting = all.iter().filter(|wrong| wrong.is_empty()).count();
                if fitting == 0 {
                    // What comes nearest says the most.
                    deeper.extend(all.into_iter().min_by_key(Vec::len).unwrap_or_default());
                } else if fitting > 1 && word == "oneOf" {
                    object("fits more than one".to_owned());
                }
            }
            other => panic!("nobody judges the word {other}"),
        }
    }
    wrong.extend(deeper);
    wrong
}

/// Whether `text` fits one of our patterns, as the types of what it stands for have it.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern {
        schema::NAME => text.parse::<harness::scenario::NodeName>().is_ok(),
        schema::LENGTH => text.parse::<Span>().is_ok(),
        schema::INSTANT => match text.strip_prefix('+') {
            Some(length) => length.parse::<Span>().is_ok(),
            None => text.parse::<Timestamp>().is_ok(),
        },
        "^9[0-9]{7}$" => text.starts_with('9') && text.parse::<parties::Cvr>().is_ok(),
        other => panic!("nobody judges the pattern {other}"),
    }
}

/// A scenario file as JSON; a date of TOML's own is a text, as it is for editors.
fn as_json(text: &str) -> Value {
    fn convert(value: &toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => json!(date.to_string()),
            toml::Value::Array(items) => items.iter().map(convert).collect(),
            toml::Value::Table(table) => {
                table.iter().map(|(key, value)| (key.clone(), convert(value))).collect()
            }
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_) => serde_json::to_value(value).unwrap(),
        }
    }
    convert(&toml::Value::Table(text.parse().unwrap()))
}

/// What the schema has against a file of this text.
fn objections(text: &str) -> Vec<String> {
    let schema = schema::schema();
    judge(&schema, &schema, &as_json(text), "")
}

#[test]
fn the_program_prints_the_schema() {
    let output = skift(&folder("schema"), &["schema"]);
    assert_eq!(output.status.code(), Some(0));
    let printed: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(printed, schema::schema());
    assert_eq!(printed["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn every_scenario_of_the_project_fits_the_schema() {
    let mut files = Vec::new();
    collect(SCENARIOS.as_ref(), &mut files);
    files.retain(|(path, _)| path.extension().is_some_and(|ending| ending == "toml"));
    assert!(files.len() >= 32);
    for (path, text) in files {
        assert_eq!(objections(&text), [""; 0], "{}", path.display());
    }
}

/// Every key of the format is in a file that fits; and what it may be left out of fits without it.
#[test]
fn all_that_a_file_can_say_fits() {
    let text = EARLY
        .replace(
            "[organisation.kommune]",
            "[mitid]\ncertificates-begin-after = \"1h\"\n[nemlogin]\noverlap = false\n\
             rolling-on-revocation = true\nlook-interval = \"1m\"\nactivation-delay = \"0s\"\n\
             revocation-lag = \"1h\"\ntoken-lifetime = \"8h\"\nfinds-by = \"subject\"\n\
             issuer-check = \"at-upload\"\ntaken-certificate = \"accept\"\n[smdb]\n\
             holder-certificate = \"validity\"\nrevocation-lag = \"1h\"\n\
             [organisation.kommune]",
        )
        .replace(
            "profile = \"no-cache\"",
            "profile = \"restart-on-swap\"\nnodes = [\"a\"]\nskew = \"-7m\"\nmargin = \"1m\"\n\
             find-by = \"subject-name\"\nprocess = \"p\"",
        );
    Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
    assert_eq!(objections(&text), [""; 0]);
}

/// What the reader refuses for its form, the schema refuses too, at the same key.
#[test]
fn what_is_no_scenario_does_not_fit() {
    for (from, to, objection) in [
        ("seed = 1", "seed = 1\nsede = 1", ": unknown key sede"),
        ("seed = 1\n", "", ": lacks \"seed\""),
        ("seed = 1", "seed = -1", ".seed: less than 0"),
        ("format = 1", "format = 2", ".format: is not 1"),
        ("length = \"4h\"", "length = 4", ".length: is no \"string\""),
        ("length = \"4h\"", "length = \"4\"", ".length: does not fit"),
        ("\"no-cache\"", "\"no-cash\"", ".client.fagsystem.profile: not in"),
        ("[certificate.old]", "[certificate.Old]", ".certificate.Old: does not fit"),
        ("\"90000001\"", "\"30808460\"", ".organisation.kommune.cvr: does not fit"),
        ("do.mitid.renew", "do.mitid.renwe", ".at[0].do.mitid: unknown key renwe"),
        (", as = \"new\"", "", ".at[0].do.mitid.renew: lacks \"as\""),
        ("slot = \"rolling\"", "slot = \"spare\"", ".at[1].do.nemlogin.save.slot: not in"),
        ("from = \"+1h\"", "from = \"later\"", ".expected.outages[0].from: does not fit"),
        ("step = 1", "step = 4", ".expected.outages[0].step: more than 3"),
        ("-in-force\"", "-in-forse\"", ".expected.outages[0].cause: not in"),
    ] {
        assert_eq!(EARLY.matches(from).count(), 1, "`{from}` stands once in the file");
        let text = EARLY.replace(from, to);
        assert!(Scenario::parse(&text).is_err(), "{to}");
        let objections = objections(&text);
        assert!(objections.iter().any(|it| it.starts_with(objection)), "{to}: {objections:?}");
    }
}

/// Whoever writes a file sees in the editor what a key is for.
#[test]
fn every_key_is_described() {
    fn look(schema: &Value, place: &str, count: &mut usize) {
        let Some(parts) = schema.as_object() else { return };
        for (key, rule) in parts.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            // A verb is described where it is defined.
            let described = rule["description"].is_string() || rule["$ref"].is_string();
            assert!(described, "{place}.{key}");
            *count += 1;
        }
        for (key, part) in parts {
            let place = format!("{place}.{key}");
            match part {
                Value::Array(parts) => parts.iter().for_each(|part| look(part, &place, count)),
                part => look(part, &place, count),
            }
        }
    }
    let mut count = 0;
    look(&schema::schema(), "", &mut count);
    assert!(count > 40, "{count}");
}
