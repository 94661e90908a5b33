// A client of the simulated services on Apache WSS4J 1.6, as short as one can be: it asks the token
// service for a token, checks the answer, calls SMDB with the token, and checks that answer too. All it
// knows is the kit that `skift serve` wrote. WSS4J is the engine of CXF; CXF itself is not here.
//
//     java -cp JARS CallSmdb.java KIT MESSAGES
//     java -cp JARS CallSmdb.java KIT MESSAGES CERTIFICATE ANSWER...
//
// The second form only checks answers that were kept, by a certificate of the kit. KIT is a folder such as .skift/kit/integration-test. MESSAGES is a folder for the four messages and
// for token.xml, the token that SMDB takes by REST. docs/POINT-YOUR-CLIENT.md names the jars.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Crypto;
import org.apache.ws.security.components.crypto.CryptoFactory;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.token.SecurityTokenReference;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public final class CallSmdb {
    private static final String WSA = "http://www.w3.org/2005/08/addressing";
    private static final String TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    private static final String SAML_PROFILE = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1";
    private static final String SMDB = "urn:sim:smdb:2025-07";

    private final Path kit;
    private final Path messages;
    private final HttpClient https;
    private final Crypto own;
    private final Crypto trusted;

    public static void main(String[] arguments) throws Exception {
        WSSConfig.init();
        CallSmdb client = new CallSmdb(Path.of(arguments[0]), Path.of(arguments[1]));
        if (arguments.length > 2) {
            client.check(arguments);
            return;
        }
        Element token = client.askForToken();
        System.out.print(client.call(token, "Ping"));
    }

    private CallSmdb(Path kit, Path messages) throws Exception {
        this.kit = kit;
        this.messages = messages;
        own = CryptoFactory.getInstance(properties("client.properties"));
        trusted = CryptoFactory.getInstance(properties("sts.properties"));
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("tls", certificate("tls.pem"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(authorities);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        https = HttpClient.newBuilder().sslContext(tls).build();
    }

    /** Asks for a token for SMDB: signed are the headers, the timestamp, the certificate and the body. */
    private Element askForToken() throws Exception {
        String audience = setting("SMDB_ENTITY_ID");
        Document request = envelope(
            WSConstants.URI_SOAP11_ENV, TRUST + "/RST/Issue", setting("STS_ENTITY_ID"),
            "<wst:RequestSecurityToken xmlns:wst='" + TRUST + "' Context='" + UUID.randomUUID() + "'>"
                + "<wst:RequestType>" + TRUST + "/Issue</wst:RequestType>"
                + "<wsp:AppliesTo xmlns:wsp='http://schemas.xmlsoap.org/ws/2002/12/policy'>"
                + "<wsa:EndpointReference xmlns:wsa='" + WSA + "'><wsa:Address>" + audience + "</wsa:Address>"
                + "</wsa:EndpointReference></wsp:AppliesTo>"
                + "<wst:TokenType>" + SAML_PROFILE + "#SAMLV2.0</wst:TokenType>"
                + "</wst:RequestSecurityToken>");
        WSSecHeader security = new WSSecHeader();
        security.insertSecurityHeader(request);
        WSSecTimestamp timestamp = timestamp(request, security);
        WSSecSignature signature = signature();
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.prepare(request, own, security);
        signature.prependBSTElementToHeader(security);
        List<WSEncryptionPart> parts = parts(request, security);
        parts.add(new WSEncryptionPart(timestamp.getId()));
        parts.add(new WSEncryptionPart(signature.getBSTTokenId()));
        signature.computeSignature(signature.addReferencesToSign(parts, security), false, null);
        Document answer = post("STS_ADDRESS", "text/xml; charset=utf-8", request, "request.xml", "answer.xml");
        Element body = signedBody(answer, certificate("sts.cer"));
        Element token = (Element) body.getElementsByTagNameNS(WSConstants.SAML2_NS, "EncryptedAssertion").item(0);
        Files.write(messages.resolve("token.xml"), octets(token));
        return token;
    }

    /**
     * Calls an operation that takes nothing. The token is encrypted for SMDB, and so nobody here can read
     * it: what it stands for in the signature is its EncryptedData, by STR-Transform, and another reference
     * to it says whose key signs.
     */
    private String call(Element token, String operation) throws Exception {
        Document call = envelope(
            WSConstants.URI_SOAP12_ENV, SMDB + "/SmdbService/" + operation, setting("SMDB_ADDRESS"),
            "<" + operation + " xmlns='" + SMDB + "'/>");
        WSSecHeader security = new WSSecHeader();
        security.insertSecurityHeader(call);
        Element own = (Element) call.importNode(token, true);
        Element data = (Element) own.getElementsByTagNameNS(WSConstants.ENC_NS, "EncryptedData").item(0);
        String id = data.getAttributeNS(WSConstants.WSU_NS, "Id");
        SecurityTokenReference reference = new SecurityTokenReference(call);
        reference.addTokenType(SAML_PROFILE + "#SAMLV2.0");
        reference.setKeyIdentifier(SAML_PROFILE + "#SAMLID", id);
        reference.setID("token-reference");
        security.getSecurityHeader().appendChild(own);
        security.getSecurityHeader().appendChild(reference.getElement());
        WSSecTimestamp timestamp = timestamp(call, security);
        WSSecSignature signature = signature();
        signature.setKeyIdentifierType(WSConstants.CUSTOM_KEY_IDENTIFIER);
        signature.setCustomTokenValueType(SAML_PROFILE + "#SAMLID");
        signature.setCustomTokenId(id);
        signature.prepare(call, this.own, security);
        List<WSEncryptionPart> parts = parts(call, security);
        parts.add(new WSEncryptionPart(timestamp.getId()));
        WSEncryptionPart signedToken = new WSEncryptionPart("STRTransform", "", "Element");
        signedToken.setId("token-reference");
        signedToken.setElement(reference.getElement());
        parts.add(signedToken);
        signature.computeSignature(signature.addReferencesToSign(parts, security), false, null);
        Document answer = post("SMDB_ADDRESS", "application/soap+xml; charset=utf-8", call, "call.xml", "receipt.xml");
        return lines(signedBody(answer, certificate("smdb.cer")));
    }

    /** The texts in an element, a line for each. */
    private static String lines(Node within) {
        StringBuilder lines = new StringBuilder();
        for (Node child = within.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child.getNodeType() == Node.TEXT_NODE) {
                lines.append(child.getNodeValue()).append('\n');
            } else {
                lines.append(lines(child));
            }
        }
        return lines.toString();
    }

    /** What is to be said of answers that were kept. */
    private void check(String[] arguments) throws Exception {
        X509Certificate signer = certificate(arguments[2]);
        for (String file : List.of(arguments).subList(3, arguments.length)) {
            try {
                signedBody(parse(Files.readAllBytes(Path.of(file))), signer);
                System.out.println(file + ": signed");
            } catch (Exception refusal) {
                System.out.println(file + ": refused, " + refusal.getMessage());
            }
        }
    }

    private static Document envelope(String soap, String action, String to, String body) throws Exception {
        return parse(("<soap:Envelope xmlns:soap='" + soap + "'><soap:Header>"
            + "<Action xmlns='" + WSA + "'>" + action + "</Action>"
            + "<MessageID xmlns='" + WSA + "'>urn:uuid:" + UUID.randomUUID() + "</MessageID>"
            + "<To xmlns='" + WSA + "'>" + to + "</To>"
            + "</soap:Header><soap:Body>" + body + "</soap:Body></soap:Envelope>").getBytes("UTF-8"));
    }

    private static WSSecTimestamp timestamp(Document message, WSSecHeader security) throws Exception {
        WSSecTimestamp timestamp = new WSSecTimestamp();
        timestamp.setTimeToLive(300);
        timestamp.build(message, security);
        return timestamp;
    }

    private WSSecSignature signature() throws Exception {
        WSSecSignature signature = new WSSecSignature();
        signature.setUserInfo(own.getDefaultX509Identifier(), Files.readString(kit.resolve("password")));
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        signature.setDigestAlgo(WSConstants.SHA256);
        return signature;
    }

    /** What is signed in every message: each header but that of the signature itself, and the body. */
    private static List<WSEncryptionPart> parts(Document message, WSSecHeader security) {
        List<WSEncryptionPart> parts = new ArrayList<>();
        Node header = security.getSecurityHeader().getParentNode();
        for (Node child = header.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child != security.getSecurityHeader()) {
                parts.add(part((Element) child));
            }
        }
        parts.add(part(body(message)));
        return parts;
    }

    private static WSEncryptionPart part(Element element) {
        WSEncryptionPart part = new WSEncryptionPart(element.getLocalName(), element.getNamespaceURI(), "Element");
        part.setElement(element);
        return part;
    }

    private Document post(String address, String type, Document message, String sent, String came)
        throws Exception {
        byte[] body = octets(message.getDocumentElement());
        Files.write(messages.resolve(sent), body);
        HttpRequest request = HttpRequest.newBuilder(URI.create(setting(address)))
            .header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)).build();
        HttpResponse<byte[]> answer = https.send(request, BodyHandlers.ofByteArray());
        Files.write(messages.resolve(came), answer.body());
        if (answer.statusCode() != 200) {
            String trace = answer.headers().firstValue("X-Skift-Trace").orElse("none");
            throw new IllegalStateException(address + " answers " + answer.statusCode() + ", trace " + trace
                + ": " + new String(answer.body(), "UTF-8"));
        }
        return parse(answer.body());
    }

    /**
     * The body of an answer, which this certificate and no other has signed. Nothing else of the answer may
     * be read: what is signed may have been moved aside, and something else put into its place.
     */
    private Element signedBody(Document answer, X509Certificate signer) throws Exception {
        WSSConfig config = WSSConfig.getNewInstance();
        // The token service signs with the one transform that the Basic Security Profile forbids.
        config.setWsiBSPCompliant(false);
        // Nobody but SMDB can open the token.
        config.setProcessor(WSSecurityEngine.ENCRYPTED_ASSERTION, (Class<?>) null);
        WSSecurityEngine engine = new WSSecurityEngine();
        engine.setWssConfig(config);
        Element body = body(answer);
        for (WSSecurityEngineResult found : engine.processSecurityHeader(answer, null, null, trusted)) {
            List<?> parts = (List<?>) found.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
            if (signer.equals(found.get(WSSecurityEngineResult.TAG_X509_CERTIFICATE)) && parts != null
                && parts.stream().anyMatch(it -> ((WSDataRef) it).getProtectedElement() == body)) {
                return body;
            }
        }
        throw new IllegalStateException("the body is not signed by " + signer.getSubjectX500Principal());
    }

    /** The one Body right below the envelope, and none that stands anywhere else. */
    private static Element body(Document message) {
        Element envelope = message.getDocumentElement();
        List<Element> found = new ArrayList<>();
        for (Node child = envelope.getFirstChild(); child != null; child = child.getNextSibling()) {
            if ("Body".equals(child.getLocalName())
                && envelope.getNamespaceURI().equals(child.getNamespaceURI())) {
                found.add((Element) child);
            }
        }
        if (found.size() != 1) {
            throw new IllegalStateException("the envelope has " + found.size() + " bodies");
        }
        return found.get(0);
    }

    private X509Certificate certificate(String file) throws Exception {
        try (FileInputStream in = new FileInputStream(kit.resolve(file).toFile())) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private Properties properties(String file) throws Exception {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(kit.resolve(file))) {
            read.load(reader);
        }
        return read;
    }

    /** A value of client.env, which has them in single quotes. */
    private String setting(String name) throws Exception {
        return properties("client.env").getProperty(name).replaceAll("^'|'$", "");
    }

    private static Document parse(byte[] message) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(message));
    }

    private static byte[] octets(Element element) throws Exception {
        Transformer writer = TransformerFactory.newInstance().newTransformer();
        writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.transform(new DOMSource(element), new StreamResult(out));
        return out.toByteArray();
    }
}
