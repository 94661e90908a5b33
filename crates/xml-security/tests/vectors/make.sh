#!/bin/sh
# Makes the vectors anew, in the folder of this script: keys and certificates for the moment, the
# templates signed by other engines, and their canonical forms. The keys are thrown away; what
# stays is public. README.md says what each file is.
#
#     make.sh [python]      an interpreter with the packages of .ci/requirements.txt
set -eu
here=$(cd "$(dirname "$0")" && pwd)
engines=$here/../../../stage/engines
python=${1:-${SKIFT_PYTHON:-python3}}
jars=/usr/share/java
classes=$jars/wss4j.jar:$jars/xmlsec.jar:$jars/commons-logging.jar:$jars/commons-codec.jar
classes=$classes:$jars/slf4j-api.jar:$jars/slf4j-nop.jar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out signer.pem -sha256 -days 3653 \
    -subj "/C=DK/O=Vectors of skift/CN=One who signed and threw the key away" 2>/dev/null
openssl pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.pk8
certificate=$(openssl x509 -in signer.pem -outform DER | base64 -w0)

more=http://www.w3.org/2001/04/xmldsig-more
enc=http://www.w3.org/2001/04/xmlenc

# fill TEMPLATE HASH: a template with this certificate and these algorithms.
fill() {
    sed -e "s|@CERTIFICATE@|$certificate|g" -e "s|@SIGNATURE@|$more#rsa-$2|g" \
        -e "s|@DIGEST@|$enc#$2|g" "$here/templates/$1.xml"
}

soap=http://schemas.xmlsoap.org/soap/envelope/
wsa=http://www.w3.org/2005/08/addressing
wss=http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity

# xmlsec TEMPLATE HASH VECTOR: fills the template in and lets xmlsec1 sign it.
xmlsec() {
    fill "$1" "$2" >template.xml
    xmlsec1 --sign --privkey-pem key.pem --enabled-key-data rsa --output "$3" \
        --id-attr:ID urn:oasis:names:tc:SAML:2.0:assertion:Assertion \
        --id-attr:Id $soap:Body --id-attr:Id $wsa:To --id-attr:Id $wsa:Action \
        --id-attr:Id $wsa:MessageID --id-attr:Id $wsa:RelatesTo \
        --id-attr:Id $wss-utility-1.0.xsd:Timestamp \
        --id-attr:Id $wss-secext-1.0.xsd:BinarySecurityToken template.xml
}
xmlsec request-prefixes sha256 request-xmlsec1-sha256.xml
xmlsec request-prefixes sha512 request-xmlsec1-sha512.xml
xmlsec request-plain sha256 request-xmlsec1-plain.xml
xmlsec reply sha256 reply-xmlsec1.xml
xmlsec assertion-xmlsec1 sha256 assertion-xmlsec1-sha256.xml
xmlsec assertion-xmlsec1 sha512 assertion-xmlsec1-sha512.xml

# say ENGINE: passes commands to an engine and stops at the first that it refuses.
say() {
    tr '|' '\t' >commands
    "$@" <commands >answers
    if grep -q '^no' answers; then cat answers >&2; exit 1; fi
}
for template in request-signxml assertion-signxml request-wss4j token-default token-prefixed; do
    fill $template sha256 >$template.xml
done
cp "$here"/canonical/*.xml .
: >cases
number=0
for file in 1 2 3 4 5 6 7 8; do
    elements=$("$python" -c "
import sys
from lxml import etree
print(len(list(etree.parse(sys.argv[1]).iter('*'))))" "$here/canonical/$file.xml")
    apex=0
    while [ $apex -lt "$elements" ]; do
        for mode in "inclusive|" "exclusive|" "exclusive|p idle" "exclusive|#default b"; do
            number=$((number + 1))
            cp "$here/canonical/$file.xml" "case-$number.xml"
            echo "case-$number|${mode%%|*}|$apex|${mode#*|}|$file" >>cases
        done
        apex=$((apex + 1))
    done
done
cp cases numbered
tr '|' '\t' <numbered | cut -f1-4 >cases

time=2030-03-01T08:00:00Z
say "$python" "$engines/engine.py" <<END
sign-soap|key.pem|request-signxml.xml|request-signxml-sha256.xml|sha256|timestamp:wsse S|body:idle|to|message-id|action|certificate
sign-soap|key.pem|request-signxml.xml|request-signxml-sha512.xml|sha512|timestamp:wsse S|body:idle|to|message-id|action|certificate
sign-enveloped|key.pem|signer.pem|assertion-signxml.xml|assertion-signxml-sha256.xml|sha256
sign-enveloped|key.pem|signer.pem|assertion-signxml.xml|assertion-signxml-sha512.xml|sha512
sign-enveloped|key.pem|signer.pem|assertion-signxml.xml|assertion-signxml-pss-sha256.xml|pss-sha256
canonicalize|.
END
say java -cp "$classes" "$engines/Apache.java" <<END
sign-request|key.pk8|signer.pem|request-wss4j.xml|request-wss4j-sha256.xml|sha256|$time
sign-token|key.pk8|signer.pem|token-default.xml|token-wss4j-default.xml|sha256|$time|token
sign-token|key.pk8|signer.pem|token-prefixed.xml|token-wss4j-prefixed.xml|sha512|$time|certificate
canonicalize|.
END

# xmlsec1 makes canonical forms on the way to the digests of a signature: a reference for each case,
# to its file and there to its element.
{
    echo '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
    echo '<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    echo "<SignatureMethod Algorithm=\"$more#hmac-sha256\"/>"
    while IFS='|' read -r case mode apex prefixes file; do
        filter=http://www.w3.org/2002/06/xmldsig-filter2
        method=http://www.w3.org/TR/2001/REC-xml-c14n-20010315
        list=
        if [ "$mode" = exclusive ]; then
            method=http://www.w3.org/2001/10/xml-exc-c14n#
            list="<InclusiveNamespaces xmlns=\"$method\" PrefixList=\"$prefixes\"/>"
        fi
        echo "<Reference URI=\"$case.xml\"><Transforms><Transform Algorithm=\"$filter\">"
        echo "<XPath xmlns=\"$filter\" Filter=\"intersect\">/descendant::*[$((apex + 1))]</XPath></Transform>"
        echo "<Transform Algorithm=\"$method\">$list</Transform></Transforms>"
        echo "<DigestMethod Algorithm=\"$enc#sha256\"/><DigestValue/></Reference>"
    done <numbered
    echo '</SignedInfo><SignatureValue/></Signature>'
} >references.xml
echo 'any secret' >secret
xmlsec1 --sign --hmackey secret --store-references references.xml >stored
"$python" - <<'END'
import re
forms = re.findall(
    b"== PreDigest data - start buffer:\n(.*?)\n== PreDigest data - end buffer",
    open("stored", "rb").read(), re.S)
for form, case in zip(forms, open("numbered"), strict=True):
    open(case.split("|")[0] + ".xmlsec1", "wb").write(form)
END

# A canonical form is kept where the engines agree. One difference is settled: of an `xml:` attribute
# on several ancestors the nearest counts (Canonical XML 1.0, 2.4), and Santuario takes the farthest.
: >forms
while IFS='|' read -r case mode apex prefixes file; do
    for other in lxml apache; do
        if [ "$other $mode" = "apache inclusive" ] && grep -q 'xml:lang.*xml:lang' "$case.xml"; then
            continue
        fi
        if [ -f "$case.$other" ] && ! cmp -s "$case.xmlsec1" "$case.$other"; then
            echo "xmlsec1 and $other differ on $file.xml, $mode, element $apex, prefixes \"$prefixes\":" >&2
            diff "$case.xmlsec1" "$case.$other" >&2 || true
            continue 2
        fi
    done
    printf '%s\t%s\t%s\t%s\t%s\n' "$file" "$mode" "$apex" "$prefixes" "$(base64 -w0 "$case.xmlsec1")" >>forms
done <numbered

cp forms "$here/canonical/forms"
cp signer.pem "$here"
for vector in request-xmlsec1-* request-signxml-* request-wss4j-* reply-xmlsec1.xml \
    assertion-xmlsec1-* assertion-signxml-* token-wss4j-*; do
    cp "$vector" "$here"
done
