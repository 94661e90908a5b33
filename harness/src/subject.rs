//! The subject of a certificate as a client reads that looks for a name in it, reckoned from what a
//! scenario says and from nothing that is drawn.

use parties::Cvr;

/// In place of a digit of the UUID, which nobody knows before the certificate is issued. No name has it:
/// names are plain text.
const DRAWN: char = '\0';

/// The values of a subject as one text, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    text: String,
}

impl Subject {
    /// What an authority makes of these.
    pub(crate) fn new(common_name: &str, organisation: &str, cvr: &Cvr) -> Self {
        let digits = |count| DRAWN.to_string().repeat(count);
        let uuid =
            format!("{}-{}-4{}-{}-{}", digits(8), digits(4), digits(3), digits(4), digits(12));
        let (common_name, organisation) = (quoted(common_name), quoted(organisation));
        let text = format!("{common_name}, UI:DK-O:G:{uuid}, {organisation}, NTRDK-{cvr}, DK");
        Self { text: text.to_lowercase() }
    }

    /// Whether a client that looks for `sought` finds it, whatever the UUID is.
    pub(crate) fn contains(&self, sought: &str) -> bool {
        self.text.contains(&sought.to_lowercase())
    }

    /// Whether it hangs on the UUID if a client that looks for `sought` finds it.
    pub(crate) fn may_contain(&self, sought: &str) -> bool {
        let sought: Vec<char> = sought.to_lowercase().chars().collect();
        let text: Vec<char> = self.text.chars().collect();
        let may_be = |(there, sought): (&char, &char)| {
            there == sought || *there == DRAWN && sought.is_ascii_hexdigit()
        };
        let here = |part: &[char]| part.iter().zip(&sought).all(may_be);
        !self.contains(&sought.iter().collect::<String>()) && text.windows(sought.len()).any(here)
    }
}

/// A value as .NET writes it: in quotation marks where a reader would take it for something else.
fn quoted(value: &str) -> String {
    if value.contains([',', '+', '=', '"', '<', '>', '#', ';']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(common_name: &str) -> Subject {
        let cvr = "90000001".parse().expect("it is a CVR number");
        Subject::new(common_name, "Testkommunen, IT", &cvr)
    }

    #[test]
    fn a_name_is_found_in_every_value_and_across_them() {
        let subject = subject("Fagsystem");
        for sought in
            ["fagsystem", "SYSTEM", "kommune", "dk", "ntrdk-9", "system, ui:dk-o", "\", ntrdk"]
        {
            assert!(subject.contains(sought), "{sought}");
            assert!(!subject.may_contain(sought), "{sought}");
        }
        for sought in ["CN=", "organisation", "nabosystem", "x"] {
            assert!(!subject.contains(sought) && !subject.may_contain(sought), "{sought}");
        }
    }

    #[test]
    fn digits_are_found_as_they_are_drawn() {
        let subject = subject("Fagsystem");
        for sought in ["7", "beef", "c-7", "-4b", "g:0", "b, \"t"] {
            assert!(!subject.contains(sought), "{sought}");
            assert!(subject.may_contain(sought), "{sought}");
        }
        // Too long, a dash out of place, and a version that no UUID of ours has.
        for sought in ["0123456789abc", "a-b-c", "-5bcd-5bcd-5bcd-"] {
            assert!(!subject.may_contain(sought), "{sought}");
        }
    }

    #[test]
    fn a_name_with_quotation_marks_is_not_in_its_own_subject() {
        assert!(!subject("the \"new\" one").contains("the \"new\" one"));
        assert!(subject("Fag, system").contains("fag, system"));
    }
}
