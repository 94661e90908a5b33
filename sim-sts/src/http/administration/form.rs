//! The form of a click, for people: its description, and which name they meant where they mistyped
//! one. The administration itself reads requests by their types; a test holds the two together.

use parties::{Environment, Slot};
use serde_json::{Map, Value, json};
use shell::control::Problem;

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Handle,
    Cvr,
    Uri,
    Slot,
    Environment,
    File,
    FileName,
    Privilege,
    Power,
}

/// What is said of one click: its name, and its fields by theirs.
type Click = (&'static str, &'static [(&'static str, Field)]);

const USER: (&str, Field) = ("system-user", Field::Handle);
const PRIVILEGE: &[(&str, Field)] = &[USER, ("privilege", Field::Privilege)];
const POWER: &[(&str, Field)] = &[("power", Field::Power)];

const CLICKS: [Click; 12] = [
    ("create-it-system", &[("it-system", Field::Handle), ("organisation", Field::Cvr)]),
    ("create-system-user", &[USER, ("it-system", Field::Handle), ("entity-id", Field::Uri)]),
    ("save-entity-id", &[USER, ("entity-id", Field::Uri)]),
    (
        "save",
        &[
            USER,
            ("slot", Field::Slot),
            ("certificate", Field::File),
            ("file-name", Field::FileName),
        ],
    ),
    ("remove", &[USER, ("slot", Field::Slot)]),
    ("provision", &[USER, ("environment", Field::Environment)]),
    ("request-privilege", PRIVILEGE),
    ("approve-privilege", PRIVILEGE),
    ("refuse-privilege", PRIVILEGE),
    ("withdraw-privilege", PRIVILEGE),
    ("give-power-of-attorney", POWER),
    ("withdraw-power-of-attorney", POWER),
];

/// Exactly one click in an object, by its name.
pub(super) fn schema() -> Value {
    let click = |(name, fields): &Click| {
        let mut properties = Map::new();
        properties.insert((*name).to_owned(), object(fields));
        json!({
            "type": "object",
            "required": [name],
            "properties": properties,
            "additionalProperties": false,
        })
    };
    json!({ "oneOf": CLICKS.iter().map(click).collect::<Vec<_>>() })
}

fn object(fields: &[(&str, Field)]) -> Value {
    let properties: Map<_, _> =
        fields.iter().map(|(name, field)| ((*name).to_owned(), field.schema())).collect();
    let required = fields.iter().filter(|(_, field)| *field != Field::FileName);
    json!({
        "type": "object",
        "required": required.map(|(name, _)| *name).collect::<Vec<_>>(),
        "properties": properties,
        "additionalProperties": false,
    })
}

impl Field {
    fn schema(self) -> Value {
        let text = |description: &str| json!({ "type": "string", "description": description });
        match self {
            Self::Handle => text("a handle, as in fagsystem-a"),
            Self::Cvr => text("a CVR number"),
            Self::Uri => text("a URI"),
            Self::Slot => json!({ "enum": Slot::ALL.map(Slot::name) }),
            Self::Environment => json!({ "enum": Environment::ALL.map(Environment::name) }),
            Self::File => {
                text("the file with the certificate: PEM as it is, or any file in base64")
            }
            Self::FileName => text("what the file is called"),
            Self::Privilege => object(&[
                ("environment", Self::Environment),
                ("audience", Self::Uri),
                ("uri", Self::Uri),
            ]),
            Self::Power => object(&[
                ("grantor", Self::Cvr),
                ("attorney", Self::Cvr),
                ("privilege", Self::Privilege),
            ]),
        }
    }
}

/// A name that is not known, with the one that was most likely meant. What else may be wrong with a
/// click, the administration says.
pub(super) fn slip(body: &[u8]) -> Option<Problem> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let (name, asked) = value.as_object().filter(|it| it.len() == 1)?.iter().next()?;
    let Some((_, fields)) = CLICKS.iter().find(|(known, _)| known == name) else {
        let known = CLICKS.map(|(name, _)| name);
        let what = format!("it is one of {}", known.join(", "));
        return Some(Problem::bad("there is no click of this name", what).near(name, known));
    };
    let known: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let unknown = asked.as_object()?.keys().find(|key| !known.contains(&key.as_str()))?;
    let what = format!("`{name}` takes {}", known.join(", "));
    Some(Problem::bad("there is a key that is not known", what).near(unknown, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::Request;

    fn value(field: Field) -> Value {
        match field {
            Field::Handle => json!("fagsystem-a"),
            Field::Cvr => json!("90000001"),
            Field::Uri => json!("https://fagsystem-a.invalid"),
            Field::Slot => json!("rolling"),
            Field::Environment => json!("integration-test"),
            Field::File | Field::FileName => json!("a.cer"),
            Field::Privilege => json!({
                "environment": "production",
                "audience": "https://smdb.invalid",
                "uri": "https://smdb.invalid/privilege",
            }),
            Field::Power => json!({
                "grantor": "90000001",
                "attorney": "90000002",
                "privilege": value(Field::Privilege),
            }),
        }
    }

    #[test]
    fn the_administration_reads_what_is_described() {
        for (name, fields) in CLICKS {
            let whole: Map<_, _> =
                fields.iter().map(|(name, field)| ((*name).to_owned(), value(*field))).collect();
            let read = |asked: &Map<String, Value>| {
                serde_json::from_value::<Request>(json!({ name: asked })).is_ok()
            };
            assert!(read(&whole), "{name}");
            for (field, kind) in fields {
                let mut part = whole.clone();
                part.remove(*field);
                assert_eq!(read(&part), *kind == Field::FileName, "{name} without {field}");
            }
        }
    }

    #[test]
    fn everything_that_the_administration_reads_is_described() {
        let error = serde_json::from_str::<Request>(r#"{"none":{}}"#).unwrap_err().to_string();
        let known = error.split('`').skip(3).step_by(2);
        assert_eq!(known.collect::<Vec<_>>(), CLICKS.map(|(name, _)| name), "{error}");
    }
}
