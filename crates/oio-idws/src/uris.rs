//! Every namespace and URI of the messages, once. Those of XML security are in [`xml_security`].

/// SOAP 1.1.
pub const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// SOAP 1.2.
pub const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// WS-Addressing 1.0.
pub const WSA: &str = "http://www.w3.org/2005/08/addressing";
/// The address that means "on the connection the request came by" (WS-Addressing 1.0, 2.1).
pub const WSA_ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// WS-Trust 1.3.
pub const WST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
/// WS-Trust 1.4, for `ActAs` alone.
pub const WST14: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200802";
/// WS-Policy of December 2002: the namespace in which the STS wants `AppliesTo` (`RULES` 2.3.2).
pub const WSP: &str = "http://schemas.xmlsoap.org/ws/2002/12/policy";
/// WS-Security 1.0.
pub const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// WS-Security 1.1.
pub const WSSE11: &str = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
/// WS-Security's utility namespace: ids and timestamps.
pub const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
/// SAML 2.0 assertions.
pub const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// XML Signature.
pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Schema instances: `type` and `nil`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The value type of an X.509 certificate in a `BinarySecurityToken`.
pub const X509V3: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
/// The encoding of a `BinarySecurityToken`.
pub const BASE64_BINARY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
/// The token type of a SAML 2.0 assertion.
pub const SAML_TOKEN_TYPE: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";
/// A reference to a SAML assertion by its id.
pub const SAML_ID: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";

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

/// The id that NemLog-in gives an encrypted token; both reference services have it built in.
pub const ENCRYPTED_ASSERTION_ID: &str = "encryptedassertion";
