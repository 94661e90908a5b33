//! The rules of the services that a scenario may change: a *what if* beside what is known of the
//! real ones.

use clock::Span;
use oio_idws::{Binding, fault::FaultShape};
use sim_smdb::{HolderCheck, rest};
use sim_sts::{
    Lookup,
    administration::{IssuerCheck, Verdict},
};

use super::{
    check::{one_of, parsed, wrong},
    file::{self, File, Word},
    mistake::{Found, Wrong},
};

/// The longest time that a rule may name. Longer than any certificate's life, so that *never within
/// this run* can be said.
const SPAN_MAX: Span = Span::from_days(5 * 365);

/// The rules of every service, in both environments; the default is what is known of the real ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Those of MitID Erhverv.
    pub mitid: sim_mitid::Policy,
    /// Those of NemLog-in Administration.
    pub administration: sim_sts::administration::Policy,
    /// Those of each STS.
    pub sts: sim_sts::Policy,
    /// Those of each SMDB.
    pub smdb: sim_smdb::Policy,
}

/// Reads the tables `[mitid]`, `[nemlogin]` and `[smdb]`.
pub(super) fn rules(file: &File) -> Result<Rules, Found> {
    let mut rules = Rules::default();
    if let Some(said) = &file.mitid {
        set(&mut rules.mitid.certificates_begin_after, said.certificates_begin_after.as_ref())?;
    }
    if let Some(said) = &file.nemlogin {
        nemlogin(&mut rules, said)?;
    }
    if let Some(said) = &file.smdb {
        let smdb = &mut rules.smdb;
        set(&mut smdb.revocation_lag, said.revocation_lag.as_ref())?;
        if let Some(word) = &said.access_token_lifetime {
            smdb.access_token_lifetime = access_token_lifetime(word)?;
        }
        if let Some(word) = &said.binding {
            smdb.binding = one_of("binding", word, Binding::ALL, Binding::name)?;
        }
        if let Some(word) = &said.holder_certificate {
            smdb.holder_certificate = named("holder check", word, HOLDER_CHECKS)?;
        }
    }
    Ok(rules)
}

fn nemlogin(rules: &mut Rules, said: &file::NemloginRules) -> Result<(), Found> {
    let (administration, sts) = (&mut rules.administration, &mut rules.sts);
    sts.swap.overlap = said.overlap.unwrap_or(sts.swap.overlap);
    sts.swap.rolling_on_revocation =
        said.rolling_on_revocation.unwrap_or(sts.swap.rolling_on_revocation);
    set(&mut sts.swap.look_interval, said.look_interval.as_ref())?;
    set(&mut sts.activation_delay, said.activation_delay.as_ref())?;
    set(&mut sts.revocation_lag, said.revocation_lag.as_ref())?;
    set(&mut sts.token_lifetime, said.token_lifetime.as_ref())?;
    if let Some(word) = &said.token_lifetime {
        token_lifetime(sts.token_lifetime, word)?;
    }
    if let Some(word) = &said.finds_by {
        sts.lookup = named("way to find a system user", word, LOOKUPS)?;
    }
    if let Some(word) = &said.fault_shape {
        sts.fault_shape = one_of("fault shape", word, FaultShape::ALL, FaultShape::name)?;
    }
    if let Some(word) = &said.issuer_check {
        administration.issuer_check = named("issuer check", word, ISSUER_CHECKS)?;
    }
    if let Some(word) = &said.taken_certificate {
        administration.taken = named("verdict", word, VERDICTS)?;
    }
    Ok(())
}

/// A token lives. Whether SMDB gives an access token for one that lives for a second and a part of another
/// would hang on when in a second it was asked for.
fn token_lifetime(span: Span, word: &Word) -> Result<(), Found> {
    if span == Span::ZERO {
        return Err(wrong(word, Wrong::NotPositive { key: "token-lifetime", span }));
    }
    if span.millis() % 1_000 != 0 {
        return Err(wrong(word, Wrong::LifetimeParts { span }));
    }
    Ok(())
}

/// What SMDB would give no access token for is not said to be its rule.
fn access_token_lifetime(word: &Word) -> Result<Span, Found> {
    let (least, most) = (rest::LIFETIME_MIN, rest::LIFETIME_MAX);
    let span: Span = parsed(word)?;
    if (least..=most).contains(&span) {
        return Ok(span);
    }
    Err(wrong(word, Wrong::AccessTokenLifetime { span, least, most }))
}

pub(super) const HOLDER_CHECKS: [(&str, HolderCheck); 3] = [
    ("ignored", HolderCheck::Ignored),
    ("validity", HolderCheck::Validity),
    ("validity-and-revocation", HolderCheck::ValidityAndRevocation),
];

pub(super) const LOOKUPS: [(&str, Lookup); 2] =
    [("certificate", Lookup::Certificate), ("subject", Lookup::Subject)];

pub(super) const ISSUER_CHECKS: [(&str, IssuerCheck); 3] = [
    ("never", IssuerCheck::Never),
    ("at-upload", IssuerCheck::AtUpload),
    ("at-provisioning", IssuerCheck::AtProvisioning),
];

pub(super) const VERDICTS: [(&str, Verdict); 2] =
    [("refuse", Verdict::Refuse), ("accept", Verdict::Accept)];

fn named<T: Copy, const N: usize>(
    kind: &'static str,
    word: &Word,
    all: [(&'static str, T); N],
) -> Result<T, Found> {
    Ok(one_of(kind, word, all, |(name, _)| name)?.1)
}

/// Takes what the file says, if it says something.
fn set(rule: &mut Span, said: Option<&Word>) -> Result<(), Found> {
    let Some(word) = said else { return Ok(()) };
    let span: Span = parsed(word)?;
    if span < Span::ZERO || span > SPAN_MAX {
        return Err(wrong(word, Wrong::RuleSpan { span, limit: SPAN_MAX }));
    }
    *rule = span;
    Ok(())
}
