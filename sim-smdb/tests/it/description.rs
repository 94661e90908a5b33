//! The description of the service: tools of others read it, and every message is as it says.

use oio_idws::Binding;
use sim_smdb::{
    contract::{Operation, Status, Submission, write_code_lists},
    description::{wsdl, xsd},
    rule::Rule,
    schema::{RetiredForm, SchemaVersion},
};
use stage::{
    engines::{Scratch, python},
    start,
};

use crate::{
    operations::body,
    world::{World, assertion, open_course, submission, whole_course},
};

const ADDRESS: &str = "https://localhost:8443/SmdbService.svc";

/// zeep makes a client of the description of each version, and with it a submission that SMDB takes.
#[test]
fn zeep_makes_a_client_of_the_description() {
    let Some(mut python) = python("zeep_makes_a_client_of_the_description") else { return };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "zeep");
    let submission = r#"{
        "Klientreference": "sag-1", "Version": 1, "Myndighed": "90000001",
        "Forloeb": {
            "Cpr": "6101800049", "Kommune": "901", "Lovgrundlag": "SEL101",
            "AnmodningDato": "2030-02-20"
        }
    }"#
    .replace('\n', "");
    let body = scratch.file("body.xml");
    for version in SchemaVersion::ALL {
        let file =
            scratch.write(&format!("{version}.wsdl"), wsdl(*version, Binding::OioIdws, ADDRESS));
        let made = python.ask(&["client", &file, "IndberetForloeb", &submission, &body]);
        let mut actions: Vec<_> =
            Operation::ALL.iter().map(|it| format!("{it}={}", it.action(*version))).collect();
        actions.sort();
        assert_eq!(made, Ok(format!("{ADDRESS} {}", actions.join(" "))));
    }
    let receipt = World::new().submit_body(scratch.read("body.xml")).receipt();
    assert_eq!(receipt.status, Status::Accepted);
}

/// What a client of ours writes, and what SMDB answers, is valid by the schema; and what is not of the
/// contract is not.
#[test]
fn every_message_is_as_the_schema_says() {
    let Some(mut python) = python("every_message_is_as_the_schema_says") else { return };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "schema");
    let schema = scratch.write("types.xsd", xsd(SchemaVersion::LATEST));
    let mut check = |name: &str, message: &str| {
        let file = scratch.write(&format!("{name}.xml"), message);
        python.ask(&["valid", &schema, &file])
    };
    let mut world = World::new();
    let whole = Submission { course: whole_course(), ..submission("sag-1") };
    let receipt = world.submit(&assertion(), &whole, start()).receipt();
    for operation in Operation::ALL {
        let asked = body(*operation, &receipt.id);
        assert_eq!(check(operation.name(), &asked), Ok(String::new()), "{operation}");
        let answer = world.clone().ask(*operation, asked, start()).text();
        assert_eq!(check("answer", &answer), Ok(String::new()), "{operation}: {answer}");
    }
    assert_eq!(check("codes", &write_code_lists(SchemaVersion::LATEST)), Ok(String::new()));
    let open = |reference| Submission { course: open_course(), ..submission(reference) };
    world.submit(&assertion(), &open("sag-2"), start()).receipt();
    let refused = world.submit(&assertion(), &open("sag-3"), start());
    assert_eq!(refused.declared().rule, Rule::OpenCourseHere);
    assert_eq!(check("fault", &refused.text()), Ok(String::new()));

    let asked = body(Operation::Report, &receipt.id);
    for (from, to) in [
        ("<Version>1<", "<Version>one<"),
        ("<Kommune>901</Kommune>", ""),
        ("</Forloeb>", "<KvalHep/></Forloeb>"),
        ("<Myndighed>90000001<", "<Myndighed>1<"),
    ] {
        assert!(asked.contains(from), "{from}");
        check("wrong", &asked.replace(from, to)).expect_err(to);
    }
}

/// What other tools make of the same values: JAXB writes a zone behind a day, and a printer of XML its own
/// white space.
#[test]
fn whatever_is_valid_by_the_schema_is_understood() {
    const TEST: &str = "whatever_is_valid_by_the_schema_is_understood";
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), TEST);
    let schema = scratch.write("types.xsd", xsd(SchemaVersion::LATEST));
    let mut python = python(TEST);
    let plain = Submission { course: whole_course(), ..submission("sag-1") };
    let written = plain.write(SchemaVersion::LATEST);
    let day = format!("<AnmodningDato>{}<", plain.course.details.requested_on);
    let mut check = |from: &str, to: &str, is_valid: bool| {
        assert!(written.contains(from), "{from}");
        let variant = written.replacen(from, to, 1);
        // libxml2 forgets that the white space of a `date` is collapsed.
        let engine = python.as_mut().filter(|_| !(is_valid && from == day && to.contains('\n')));
        if let Some(python) = engine {
            let file = scratch.write("variant.xml", &variant);
            assert_eq!(python.ask(&["valid", &schema, &file]).is_ok(), is_valid, "{to}");
        }
        let mut world = World::new();
        let reply = world.submit_body(variant);
        assert_eq!(reply.name() == "answered", is_valid, "{to}: {}", reply.name());
        if is_valid {
            let authority = &plain.authority;
            let record = world.smdb.ledger().find(authority, &plain.reference).unwrap();
            assert_eq!(record.latest().1.course, plain.course, "{to}");
        }
    };
    let dated = |around: fn(&str) -> String| {
        let (start, value) = day.trim_end_matches('<').split_once('>').unwrap();
        format!("{start}>{}<", around(value))
    };
    for around in [
        |it: &str| format!("{it}+01:00"),
        |it: &str| format!("{it}Z"),
        |it: &str| format!("{it}-14:00"),
        |it: &str| format!("\n  {it}\t"),
    ] {
        check(&day, &dated(around), true);
    }
    for around in [
        |it: &str| format!("{it}+15:00"),
        |it: &str| format!("{it}+14:01"),
        |it: &str| format!("{it}+1:00"),
        |it: &str| format!("{it}+01"),
        |it: &str| format!("{it}T00:00:00"),
        |it: &str| format!("1{it}"),
        |it: &str| format!("-{it}"),
        |it: &str| format!("{it} +01:00"),
    ] {
        check(&day, &dated(around), false);
    }
    check("<Version>1<", "<Version> 1\n<", true);
    check("<Version>1<", "<Version>001<", true);
    check("<Version>1<", "<Version>1 0<", false);
    check("<Hovedstof>true<", "<Hovedstof> 1 <", true);
    check("<Hovedstof>true<", "<Hovedstof>yes<", false);
    // A text is what it is, with its white space.
    check("<Myndighed>90000001<", "<Myndighed> 90000001<", false);
}

/// Under Liberty's binding the port is one of SOAP 1.1, and everything else is as it was.
#[test]
fn zeep_makes_a_client_of_the_description_in_soap_1_1() {
    const TEST: &str = "zeep_makes_a_client_of_the_description_in_soap_1_1";
    let Some(mut python) = python(TEST) else { return };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), TEST);
    let [present, liberty] =
        Binding::ALL.map(|binding| wsdl(SchemaVersion::LATEST, binding, ADDRESS));
    assert!(present.contains("/wsdl/soap12/") && !present.contains("/wsdl/soap/"), "{present}");
    assert!(liberty.contains("/wsdl/soap/") && !liberty.contains("soap12"), "{liberty}");
    assert!(!liberty.contains("soapActionRequired"), "it is SOAP 1.2's");
    let arguments = r#"{"Myndighed": "90000001", "Id": "1"}"#;
    let mut made = [present, liberty].map(|description| {
        let file = scratch.write("smdb.wsdl", description);
        let body = scratch.file("body.xml");
        python.ask(&["client", &file, "HentForloeb", arguments, &body]).unwrap()
    });
    assert!(made[0].contains("/HentForloeb"), "{made:?}");
    made.sort();
    assert_eq!(made[0], made[1]);
}

#[test]
fn each_version_describes_the_forms_that_it_still_has() {
    for version in SchemaVersion::ALL {
        let schema = xsd(*version);
        for form in RetiredForm::ALL {
            let name = format!("name=\"{}\"", form.element());
            assert_eq!(schema.contains(&name), version.has(form), "{version}: {name}");
        }
        // `{8}` is part of a pattern; what is filled in has a name.
        let is_left = |name: &str| schema.contains(&format!("{{{name}}}"));
        assert!(!["namespace", "forms", "page_size_max"].into_iter().any(is_left), "{version}");
    }
}

#[test]
fn an_address_cannot_break_the_description() {
    let text = wsdl(SchemaVersion::LATEST, Binding::OioIdws, "https://a.invalid/\"/><x y=\"&");
    assert!(text.contains("location=\"https://a.invalid/&quot;/>&lt;x y=&quot;&amp;\""), "{text}");
}
