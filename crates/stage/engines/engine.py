"""The Python engines behind lines: a command and its arguments (separated by tabs) on standard
input, one answer on standard output. signxml signs and verifies, lxml (libxml2) makes canonical
forms and knows schemas, zeep makes clients of descriptions, cryptography (OpenSSL) knows certificates. An answer is `ok` with what was found, or `no` with the engine's reason.
"""

import base64
import json
import sys
from datetime import datetime
from importlib.metadata import version

import signxml
import zeep
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml import CanonicalizationMethod, SignatureConfiguration, SignatureReference
from signxml import SignatureConstructionMethod as Construction
from signxml import XMLSigner, XMLVerifier

DS = "http://www.w3.org/2000/09/xmldsig#"
PARSER = etree.XMLParser(resolve_entities=False, remove_blank_text=False, strip_cdata=False)
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
# `pss-sha256` and the like: RSASSA-PSS, salt as long as the digest.
METHODS = {
    name: signxml.SignatureMethod[f"RSA_{name.upper()}"] for name in ("sha256", "sha384", "sha512")
} | {
    f"pss-{name}": signxml.SignatureMethod[f"{name.upper()}_RSA_MGF1"]
    for name in ("sha256", "sha384", "sha512")
}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, element):
    with open(path, "wb") as file:
        file.write(etree.tostring(element, encoding="utf-8", xml_declaration=False))


def signer(construction, method):
    return XMLSigner(
        method=construction,
        signature_algorithm=METHODS[method],
        digest_algorithm=signxml.DigestAlgorithm[method.removeprefix("pss-").upper()],
        c14n_algorithm=EXCLUSIVE,
    )


def sign_enveloped(key, certificate, source, target, method):
    """Signs the root by its ID, in place of `<ds:Signature Id="placeholder"/>`."""
    root = etree.fromstring(read(source), PARSER)
    signed = signer(Construction.enveloped, method).sign(
        root,
        key=read(key),
        cert=read(certificate).decode(),
        reference_uri="#" + root.get("ID"),
        id_attribute="ID",
    )
    write(target, signed)
    return ""


def sign_soap(key, source, target, method, *references):
    """Signs parts of a SOAP message by their ids and puts the signature in place of
    `<ds:Signature Id="placeholder"/>`. A reference is an id, or an id, `:` and prefixes."""
    root = etree.fromstring(read(source), PARSER)
    wanted = []
    for reference in references:
        name, _, prefixes = reference.partition(":")
        wanted.append(
            SignatureReference(
                URI="#" + name,
                c14n_method=EXCLUSIVE,
                inclusive_ns_prefixes=prefixes.split() or None,
            )
        )
    placeholder = root.find(f".//{{{DS}}}Signature[@Id='placeholder']")
    reference = placeholder.find(f"{{{DS}}}KeyInfo")
    signature = signer(Construction.detached, method).sign(
        root, key=read(key), reference_uri=wanted, key_info=reference
    )
    placeholder.getparent().replace(placeholder, signature)
    write(target, root)
    return ""


def verify(source, certificate, now, references):
    """Verifies the one signature of a document, by a certificate and not by its KeyInfo; answers
    with what was signed, in order. A reference that ends without an octet stream is taken in
    inclusive canonical form 1.0 (XML Signature, 4.4.3.2)."""
    found = XMLVerifier().verify(
        read(source),
        x509_cert=read(certificate).decode(),
        # The schema demands a declaration of InclusiveNamespaces that it does not bring.
        validate_schema=False,
        expect_config=SignatureConfiguration(
            location=".//",
            expect_references=int(references),
            verification_time=datetime.fromisoformat(now),
            default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
        ),
    )
    found = found if isinstance(found, list) else [found]
    return " ".join(etree.QName(each.signed_xml).localname for each in found)


def canonicalize(folder):
    """Canonical forms in bulk, as in Apache.java; `N.xml` is read and `N.lxml` written. lxml sees
    no `xml:` attribute above an apex, so an inclusive form is made of roots alone; and it drops
    `#default` from a list of prefixes, for which libxml2 itself also takes the empty prefix."""
    count = 0
    with open(f"{folder}/cases", encoding="utf-8") as cases:
        for line in cases:
            name, mode, apex, prefixes = line.rstrip("\n").split("\t")
            document = etree.fromstring(read(f"{folder}/{name}.xml"), PARSER)
            element = list(document.iter("*"))[int(apex)]
            if mode == "inclusive" and element is not document:
                continue
            # lxml loses track of the declarations written when it canonicalises an element in its
            # place; serialised and read again, with what is declared above it, it does not.
            alone = etree.tostring(element, encoding="utf-8", with_tail=False)
            alone = etree.fromstring(alone, PARSER)
            form = etree.tostring(
                alone.getroottree(),
                method="c14n",
                exclusive=mode == "exclusive",
                with_comments=False,
                inclusive_ns_prefixes=[
                    "" if prefix == "#default" else prefix for prefix in prefixes.split()
                ]
                or None,
            )
            with open(f"{folder}/{name}.lxml", "wb") as file:
                file.write(form)
            count += 1
    return str(count)


def valid(schema, source):
    """Whether the first element of the schema's namespace in a document is as the schema says."""
    schema = etree.parse(schema)
    namespace = schema.getroot().get("targetNamespace")
    element = next(etree.fromstring(read(source), PARSER).iter(f"{{{namespace}}}*"))
    alone = etree.fromstring(etree.tostring(element, with_tail=False), PARSER)
    etree.XMLSchema(schema).assertValid(alone)
    return ""


def client(description, operation, arguments, target, authority=None):
    """Makes a client of a description, which is a file, or an address of a server whose certificate this
    authority vouches for, and with it the body of a call; answers with the address and each operation
    with its action."""
    transport = zeep.Transport()
    if authority:
        # What the machine's environment says of authorities would come before this one.
        transport.session.trust_env = False
        transport.session.verify = authority
    made = zeep.Client(description, transport=transport)
    [service] = made.wsdl.services.values()
    [port] = service.ports.values()
    message = made.create_message(made.service, operation, **json.loads(arguments))
    write(target, message.find("{*}Body")[0])
    actions = (f"{it.name}={it.soapaction}" for it in port.binding._operations.values())
    return " ".join([port.binding_options["address"], *sorted(actions)])


def access_token(source, service, holder):
    """Verifies a JWT with RS256, by the key of the service's certificate, and that it is bound to the
    holder's certificate (RFC 8705); answers with who it is for."""

    def decoded(part):
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    header, claims, signature = read(source).decode("ascii").split(".")
    if json.loads(decoded(header))["alg"] != "RS256":
        raise ValueError("another algorithm")
    key = x509.load_pem_x509_certificate(read(service)).public_key()
    signed = f"{header}.{claims}".encode()
    key.verify(decoded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(decoded(claims))
    holder = x509.load_pem_x509_certificate(read(holder)).fingerprint(hashes.SHA256())
    if decoded(claims["cnf"]["x5t#S256"]) != holder:
        raise ValueError("another certificate")
    return f"{claims['sub']} {claims['exp'] - claims['iat']}"


def versions():
    libxml = ".".join(map(str, etree.LIBXML_VERSION))
    return f"signxml {version('signxml')}, zeep {version('zeep')}, lxml {version('lxml')}, libxml2 {libxml}"


COMMANDS = {
    "sign-enveloped": sign_enveloped,
    "sign-soap": sign_soap,
    "verify": verify,
    "canonicalize": canonicalize,
    "valid": valid,
    "client": client,
    "access-token": access_token,
    "versions": versions,
}

for command in sys.stdin:
    name, *arguments = command.rstrip("\n").split("\t")
    try:
        answer = "ok\t" + COMMANDS[name](*arguments)
    except Exception as refusal:  # an engine's refusal is an answer
        answer = f"no\t{type(refusal).__name__}: {refusal}"
    print(answer.replace("\n", " "), flush=True)
