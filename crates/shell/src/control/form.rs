//! The form of what is asked for by name, as in `{"revoke": {..}}`: its description, and which name
//! somebody meant who mistyped one.
//!
//! A core reads what it is asked by its types, and says what is wrong with it. A form describes the
//! same for people and their programs; [`Form::differences`] lets a test hold the two together.

use serde_json::{Map, Value, json};

use super::Problem;

/// What can be asked for by name, each with the schema of what stands beside the name.
#[derive(Debug, Clone)]
pub struct Form(Vec<(&'static str, Value)>);

impl Form {
    /// A form with these names.
    pub fn new(asked: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Self(asked.into_iter().collect())
    }

    /// Its names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Exactly one of the names in an object, with what belongs to it.
    #[must_use]
    pub fn schema(&self) -> Value {
        let one = |(name, asked): &(&'static str, Value)| object(&[(name, asked.clone())], &[]);
        json!({ "oneOf": self.0.iter().map(one).collect::<Vec<_>>() })
    }

    /// A name that is not known, with the one that was most likely meant: of what is asked for, of
    /// a key, or of a value where there are few. Nothing that came is repeated. What else may be
    /// wrong is for the core to say.
    #[must_use]
    pub(super) fn slip(&self, body: &[u8]) -> Option<Problem> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let (name, asked) = value.as_object().filter(|it| it.len() == 1)?.iter().next()?;
        let Some((_, schema)) = self.0.iter().find(|(known, _)| known == name) else {
            let what = format!("it is one of {}", self.names().collect::<Vec<_>>().join(", "));
            let problem = Problem::bad("nothing of this name can be asked for", what);
            return Some(problem.near(name, self.names()));
        };
        slip(schema, asked)
    }

    /// Where the form and what `reads` a request disagree: names and keys that must be there, may
    /// be there and may not, and values where there are few. Empty if they agree. For tests.
    #[must_use]
    pub fn differences(&self, reads: impl Fn(&Value) -> bool) -> Vec<String> {
        let asked = self.0.iter().flat_map(|(name, schema)| {
            variants(schema).into_iter().map(move |it| (json!({ *name: it.value }), it.fits))
        });
        let differs = asked.filter(|(asked, fits)| reads(asked) != *fits);
        differs.map(|(asked, fits)| format!("described as {fits}: {asked}")).collect()
    }
}

/// An object with keys that must be there, keys that may be, and no others.
#[must_use]
pub fn object(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let properties: Map<_, _> =
        required.iter().chain(optional).map(|(key, it)| ((*key).to_owned(), it.clone())).collect();
    json!({
        "type": "object",
        "required": required.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A text, and one that would do.
#[must_use]
pub fn text(description: &str, example: &str) -> Value {
    json!({ "type": "string", "description": description, "examples": [example] })
}

/// One of a few names.
pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Value {
    json!({ "enum": names.into_iter().collect::<Vec<_>>() })
}

/// The first name in `value` that its schema does not know.
fn slip(schema: &Value, value: &Value) -> Option<Problem> {
    if let Some(all) = schema["oneOf"].as_array()
        && let Some(problem) = other_form(all, value)
    {
        return Some(problem);
    }
    let schema = alternative(schema, value);
    if let (Some(named), Some(value)) = (schema["enum"].as_array(), value.as_str()) {
        let known: Vec<_> = named.iter().filter_map(Value::as_str).collect();
        let what = format!("it is one of {}", known.join(", "));
        let problem = || Problem::bad("there is a value that is not known", what);
        return (!known.contains(&value)).then(|| problem().near(value, known.iter().copied()));
    }
    let properties = schema["properties"].as_object()?;
    let known: Vec<_> = properties.keys().map(String::as_str).collect();
    let object = value.as_object()?;
    if let Some(unknown) = object.keys().find(|key| !properties.contains_key(*key)) {
        let what = format!("it takes {}", known.join(", "));
        return Some(Problem::bad("there is a key that is not known", what).near(unknown, known));
    }
    object.iter().find_map(|(key, value)| slip(&properties[key], value))
}

/// A text that is none of the names where there are other forms: all of them are told.
fn other_form(all: &[Value], value: &Value) -> Option<Problem> {
    let value = value.as_str()?;
    let named = all.iter().filter_map(|it| it["enum"].as_array()).flatten();
    let named: Vec<_> = named.filter_map(Value::as_str).collect();
    if named.contains(&value) || !all.iter().any(|it| it["type"] == "object") {
        return None;
    }
    let keys = |it: &Value| Some(it["properties"].as_object()?.keys().cloned().collect::<Vec<_>>());
    let objects = all.iter().filter_map(keys).map(|it| format!("an object with {}", it.join(", ")));
    let forms = named.iter().map(|it| (*it).to_owned()).chain(objects).collect::<Vec<_>>();
    let what = format!("it is {}", forms.join(", or "));
    Some(Problem::bad("there is a value that is not known", what).near(value, named))
}

/// Of several schemas the one that is of the value's kind.
fn alternative<'s>(schema: &'s Value, value: &Value) -> &'s Value {
    let alternatives = schema["oneOf"].as_array();
    let is_of_kind = |it: &&Value| {
        it["type"] == "object" && value.is_object() || !it["enum"].is_null() && value.is_string()
    };
    alternatives.and_then(|all| all.iter().find(is_of_kind)).unwrap_or(schema)
}

/// A value, and whether the schema that it was made of describes it.
struct Variant {
    value: Value,
    fits: bool,
}

/// What a schema describes, and what it just does not.
fn variants(schema: &Value) -> Vec<Variant> {
    let fits = |value: &Value| Variant { value: value.clone(), fits: true };
    if let Some(all) = schema["oneOf"].as_array() {
        return all.iter().flat_map(variants).collect();
    }
    if let Some(names) = schema["enum"].as_array() {
        let other = Variant { value: json!("none-of-them"), fits: false };
        return names.iter().map(fits).chain([other]).collect();
    }
    let Some(properties) = schema["properties"].as_object() else {
        return vec![fits(&example(schema))];
    };
    let Value::Object(whole) = example(schema) else { unreachable!("it has properties") };
    let mut found = vec![fits(&whole.clone().into())];
    let with = |key: &str, value: Value| {
        let mut object = whole.clone();
        object.insert(key.to_owned(), value);
        Value::Object(object)
    };
    found.push(Variant { value: with("none-of-them", Value::Null), fits: false });
    for (key, schema_of_key) in properties {
        let mut without = whole.clone();
        without.remove(key);
        let is_needed = schema["required"].as_array().is_some_and(|it| it.contains(&json!(key)));
        found.push(Variant { value: without.into(), fits: !is_needed });
        let of_key = variants(schema_of_key).into_iter();
        found.extend(of_key.map(|it| Variant { value: with(key, it.value), fits: it.fits }));
    }
    found
}

/// One value that a schema describes, with everything that may be there.
fn example(schema: &Value) -> Value {
    if let Some(first) = [&schema["examples"], &schema["enum"]].into_iter().find_map(|it| it.get(0))
    {
        return first.clone();
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return example(first);
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let whole: Map<_, _> = properties.map(|(key, it)| (key.clone(), example(it))).collect();
    match schema["type"].as_str() {
        Some("boolean") => Value::Bool(true),
        Some("array") => json!([example(&schema["items"])]),
        Some("object") => whole.into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let proof =
            json!({ "oneOf": [one_of(["login"]), object(&[("code", text("a code", "1"))], &[])] });
        let revoke = object(&[("serial", text("a serial", "4f2a"))], &[("proof", proof)]);
        Form::new([("revoke", revoke), ("list", one_of(["production"]))])
    }

    #[test]
    fn tells_the_nearest_name_and_repeats_nothing() {
        for (body, nearest) in [
            (r#"{"revok":{}}"#, Some("revoke")),
            (r#"{"revoke":{"seriel":"4f2a"}}"#, Some("serial")),
            (r#"{"revoke":{"proof":"logn"}}"#, Some("login")),
            (r#"{"revoke":{"proof":{"kode":"4711"}}}"#, Some("code")),
            (r#"{"list":"prodution"}"#, Some("production")),
            (r#"{"list":"7K2QF"}"#, None),
        ] {
            let problem = serde_json::to_value(form().slip(body.as_bytes()).expect(body)).unwrap();
            assert_eq!(problem["nearest"].as_str(), nearest, "{body}");
            let told = problem.to_string();
            assert!(!told.contains("4711") && !told.contains("7K2QF"), "{told}");
        }
        for sound in [r#"{"list":"production"}"#, r#"{"revoke":{}}"#, "{}", "[]", "<"] {
            assert!(form().slip(sound.as_bytes()).is_none(), "{sound}");
        }
    }

    #[test]
    fn where_there_are_several_forms_all_of_them_are_told() {
        let body = br#"{"revoke":{"proof":"4711"}}"#;
        let problem = serde_json::to_value(form().slip(body).unwrap()).unwrap();
        assert_eq!(problem["what-to-do"], "it is login, or an object with code");
    }

    #[test]
    fn finds_every_difference_from_what_is_read() {
        let reads_all = form().differences(|_| true);
        assert!(reads_all.iter().all(|it| it.starts_with("described as false")));
        for one in [
            r#"{"revoke":{"proof":"login"}}"#,
            r#"{"revoke":{"none-of-them":null,"proof":"login","serial":"4f2a"}}"#,
            r#"{"revoke":{"proof":"none-of-them","serial":"4f2a"}}"#,
            r#"{"revoke":{"proof":{},"serial":"4f2a"}}"#,
            r#"{"list":"none-of-them"}"#,
        ] {
            assert!(reads_all.iter().any(|it| it.ends_with(one)), "{one} in {reads_all:#?}");
        }
        let reads_nothing = form().differences(|_| false);
        for one in [
            r#"{"revoke":{"serial":"4f2a"}}"#,
            r#"{"revoke":{"proof":{"code":"1"},"serial":"4f2a"}}"#,
            r#"{"list":"production"}"#,
        ] {
            assert!(reads_nothing.iter().any(|it| it.ends_with(one)), "{one}");
        }
    }
}
