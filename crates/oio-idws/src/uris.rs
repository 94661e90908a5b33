//! Every namespace and URI of the messages, once. Those that XML security has too are its own, here
//! under the names of this crate.

pub use xml_security::uris::{
    BASE64_BINARY, DS as DSIG, SAML, SAML_2_TOKEN as SAML_TOKEN_TYPE, SAML_ID, SOAP_1_1 as SOAP11,
    SOAP_1_2 as SOAP12, WSSE, WSSE11, WSU, X509_V3 as X509V3,
};

/// WS-Addressing 1.0.
pub const WSA: &str = "http://www.w3.org/2005/08/addressing";
/// The action of a fault that is of SOAP, and of no contract (WS-Addressing 1.0, SOAP Binding, section 6).
pub const WSA_SOAP_FAULT: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
/// The address that means "on the connection the request came by" (WS-Addressing 1.0, 2.1).
pub const WSA_ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// WS-Trust 1.3.
pub const WST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
/// WS-Trust 1.4, for `ActAs` alone.
pub const WST14: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200802";
/// WS-Policy of December 2002: the namespace in which the STS wants `AppliesTo` (`RULES` 2.3.2).
pub const WSP: &str = "http://schemas.xmlsoap.org/ws/2002/12/policy";
/// WS-Federation 1.2, for the metadata of an STS alone.
pub const FED: &str = "http://docs.oasis-open.org/wsfed/federation/200706";
/// SAML 2.0 metadata.
pub const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The protocol that SAML's own roles speak.
pub const SAML_PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// XML Schema instances: `type` and `nil`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The action of a request for a token, and, as the real STS has it, of the answer too.
pub const ISSUE_ACTION: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
/// The request type *issue*, the only one the STS knows.
pub const ISSUE_REQUEST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
/// The key type *public key*, sent by .NET clients and not used by the STS.
pub const PUBLIC_KEY: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey";

/// The STS as system users know it: the `wsa:To` of their requests, and the issuer of their tokens.
pub const STS_SIGNATURE_CASE: &str = "https://signature.sts.nemlog-in.dk/";
/// The STS as holders of a bootstrap token know it.
pub const STS_BOOTSTRAP_CASE: &str = "https://bootstrap.sts.nemlog-in.dk/";
/// The STS as holders of a local token know it.
pub const STS_LOCAL_CASE: &str = "https://local.sts.nemlog-in.dk/";

/// A name identifier that is an entity id.
pub const NAMEID_ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
/// The subject proves a key.
pub const HOLDER_OF_KEY: &str = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key";
/// Attribute names are plain strings.
pub const ATTRNAME_BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";

/// OIO Basic Privilege Profile 1.0.1, as NemLog-in writes it.
pub const BPP: &str = "http://itst.dk/oiosaml/basic_privilege_profile";
/// OIO Basic Privilege Profile 1.2, which has constraints.
pub const BPP_1_2: &str = "http://digst.dk/oiosaml/basic_privilege_profile";

/// How WSDL 1.1 describes a port in SOAP 1.1.
pub const WSDL_SOAP11: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
/// How WSDL 1.1 describes a port in SOAP 1.2.
pub const WSDL_SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";

/// Liberty's SOAP binding, as the reference clients write it.
pub const LIBERTY_SB: &str = "urn:liberty:sb";
/// Liberty's SOAP binding (ID-WSF 2.0), as KOMBIT's client writes it.
pub const LIBERTY_SB_2006: &str = "urn:liberty:sb:2006-08";
/// The namespace of the attribute by which a header of Liberty's names its profile.
pub const LIBERTY_PROFILE: &str = "urn:liberty:sb:profile";
/// The profile of Liberty's SOAP binding that the agency chose: the Liberty Basic SOAP Binding.
pub const LIBERTY_BASIC: &str = "urn:liberty:sb:profile:basic";

/// The id that NemLog-in gives an encrypted token; both reference services have it built in.
pub const ENCRYPTED_ASSERTION_ID: &str = "encryptedassertion";
