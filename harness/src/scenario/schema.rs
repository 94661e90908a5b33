//! The JSON Schema of scenario files, made from the types that they are read into.
//!
//! It says what an editor can check while somebody writes: keys, closed lists, the form of lengths
//! and instants. What hangs on something else (a name that the file must have made, an instant
//! within the run) only `check` can tell.

use std::borrow::Cow;

use oio_idws::{Binding, fault::FaultShape};
use parties::{ClientProfile, Environment, Role, Slot};
use schemars::{
    JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema,
    transform::RecursiveTransform,
};
use serde_json::Value;

use super::{FindBy, Truststore, UploadedFile, check, file::File, rules};

/// What names that a file gives look like.
pub const NAME: &str = "^[a-z0-9-]{1,64}$";

/// What lengths of time look like.
pub const LENGTH: &str = "^[+-]?([0-9]+(d|h|m|s|ms))+$";

/// What instants look like: so long after the start, or a date with an offset.
pub const INSTANT: &str = "^(\\+([0-9]+(d|h|m|s|ms))+|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2}))$";

/// The schema of scenario files (draft 2020-12).
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "A scenario of skift".into());
    schema.to_value()
}

/// TOML has no null: a key that may be left out is left out.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|it| !it.is_null());
    }
    if let Some(Value::Array(either)) = schema.get_mut("anyOf") {
        either.retain(|it| it["type"] != "null");
        if let [Value::Object(only)] = either.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            only.into_iter().for_each(|(key, value)| {
                schema.insert(key, value);
            });
        }
    }
}

/// Kinds of text and number, for keys whose type says no more than that it is one.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)*) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

kinds! {
    /// The version of the format.
    FormatNumber = json_schema!({ "const": 1 });
    /// A length of time.
    Length = json_schema!({ "type": "string", "pattern": LENGTH, "examples": ["90s", "2h1s", "1095d"] });
    /// An instant; what TOML has as a date counts as a text.
    Instant = json_schema!({ "type": "string", "pattern": INSTANT, "examples": ["+2h", "2030-03-01T08:00:00Z"] });
    /// The end of an outage.
    End = json_schema!({ "anyOf": [{ "const": "open" }, { "type": "string", "pattern": INSTANT }] });
    /// The step at which a call fails.
    StepNumber = json_schema!({ "type": "integer", "minimum": 1, "maximum": 3 });
    /// A CVR number that is nobody's.
    CvrNumber = json_schema!({ "type": "string", "pattern": "^9[0-9]{7}$" });
    /// What the file calls something.
    Name = json_schema!({ "type": "string", "pattern": NAME });
    /// An environment.
    EnvironmentName = one_of(Environment::ALL.map(Environment::name));
    /// A slot.
    SlotName = one_of(Slot::ALL.map(Slot::name));
    /// A kind of client.
    ProfileName = one_of(ClientProfile::ALL.map(ClientProfile::name));
    /// A way in which a client finds its certificate.
    FindByName = one_of(FindBy::ALL.map(FindBy::name));
    /// Whom a client trusts in TLS.
    TruststoreName = one_of(Truststore::ALL.map(Truststore::name));
    /// A file that is uploaded.
    FileName = one_of(UploadedFile::ALL.map(UploadedFile::name));
    /// A reason of a revocation.
    ReasonName = one_of(sim_mitid::register::REASONS.map(pki::RevocationReason::name));
    /// A cause of an outage.
    CauseName = one_of(check::causes());
    /// Who is to blame.
    RoleName = one_of(Role::ALL.map(Role::name));
    /// Which profile a call of SMDB follows.
    BindingName = one_of(Binding::ALL.map(Binding::name));
    /// What SMDB looks at.
    HolderCheckName = one_of(rules::HOLDER_CHECKS.map(|(name, _)| name));
    /// How the STS finds a system user.
    LookupName = one_of(rules::LOOKUPS.map(|(name, _)| name));
    /// How the STS lays a refusal out.
    FaultShapeName = one_of(FaultShape::ALL.map(FaultShape::name));
    /// When the issuer of a certificate is looked at.
    IssuerCheckName = one_of(rules::ISSUER_CHECKS.map(|(name, _)| name));
    /// What is done about a certificate that is taken.
    VerdictName = one_of(rules::VERDICTS.map(|(name, _)| name));
}

fn one_of(names: impl IntoIterator<Item = &'static str>) -> Schema {
    json_schema!({ "type": "string", "enum": names.into_iter().collect::<Vec<_>>() })
}
