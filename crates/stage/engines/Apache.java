// The Apache engines behind lines: a command and its arguments (separated by tabs) on standard
// input, one answer on standard output. WSS4J 1.6 signs and verifies SOAP messages, Santuario 2.1
// makes canonical forms and encrypts. It is the engine inside the CXF clients of NemLog-in, though
// neither CXF nor one of those clients.
//
//     java -cp wss4j.jar:xmlsec.jar:commons-logging.jar:commons-codec.jar:slf4j-api.jar:slf4j-nop.jar Apache.java
//
// An answer is `ok` with what was found, or `no` with the engine's reason.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import javax.crypto.KeyGenerator;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.WSSecurityException;
import org.apache.ws.security.components.crypto.Crypto;
import org.apache.ws.security.components.crypto.CryptoFactory;
import org.apache.ws.security.components.crypto.CryptoType;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.token.SecurityTokenReference;
import org.apache.xml.security.algorithms.SignatureAlgorithm;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.encryption.EncryptedData;
import org.apache.xml.security.encryption.EncryptedKey;
import org.apache.xml.security.encryption.XMLCipher;
import org.apache.xml.security.keys.KeyInfo;
import org.apache.xml.security.signature.Reference;
import org.apache.xml.security.signature.SignedInfo;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.utils.SignerOutputStream;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

public final class Apache {
    private static final String SIGNATURES = "http://www.w3.org/2001/04/xmldsig-more#rsa-";
    private static final String SAML_ID =
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";
    private static final String SAML_20 =
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";

    public static void main(String[] arguments) throws Exception {
        // The libraries log to standard output: keep it for answers.
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        System.setProperty("org.apache.commons.logging.Log", "org.apache.commons.logging.impl.NoOpLog");
        WSSConfig.init();
        BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split("\t", -1);
            String answer;
            try {
                answer = "ok\t" + answer(words);
            } catch (Exception refusal) {
                answer = "no\t" + reasons(refusal);
            }
            answers.println(answer.replace('\n', ' ').replace('\r', ' '));
        }
    }

    private static String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "sign-request":
                return signRequest(words[1], words[2], words[3], words[4], words[5], words[6]);
            case "sign-token":
                return signToken(words[1], words[2], words[3], words[4], words[5], words[6], words[7]);
            case "verify":
                return verify(words[1], words[2]);
            case "verify-call":
                return verifyCall(words[1], words[2]);
            case "canonicalize":
                return canonicalize(words[1]);
            case "encrypt":
                return encrypt(words[1], words[2], words[3], words[4]);
            case "decrypt":
                return decrypt(words[1], words[2], words[3]);
            case "key-store":
                return keyStore(words[1], words[2]);
            case "versions":
                return "wss4j " + WSSecurityEngine.class.getPackage().getImplementationVersion()
                    + ", xmlsec " + Canonicalizer.class.getPackage().getImplementationVersion()
                    + ", java " + System.getProperty("java.version");
            default:
                throw new IllegalArgumentException("unknown command " + words[0]);
        }
    }

    /**
     * What WSS4J finds by the properties of a key store: its alias, whose certificate that is, and,
     * with the password `-` for a store without keys, whether the key opens.
     */
    private static String keyStore(String properties, String password) throws Exception {
        Properties read = new Properties();
        try (FileReader reader = new FileReader(properties, StandardCharsets.UTF_8)) {
            read.load(reader);
        }
        Crypto crypto = CryptoFactory.getInstance(read);
        String alias = crypto.getDefaultX509Identifier();
        CryptoType type = new CryptoType(CryptoType.TYPE.ALIAS);
        type.setAlias(alias);
        X509Certificate certificate = crypto.getX509Certificates(type)[0];
        String key = password.equals("-") ? "-" : crypto.getPrivateKey(alias, password).getAlgorithm();
        byte[] thumbprint = MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded());
        return alias + "\t" + HexFormat.of().withUpperCase().formatHex(thumbprint) + "\t" + key;
    }

    /**
     * Signs a request in the shape that CXF sends: in the security header the certificate, the
     * timestamp and the signature; signed are all three, every other header, and the body; prefix
     * lists everywhere, as the Basic Security Profile wants them.
     */
    private static String signRequest(
        String key, String certificate, String in, String out, String hash, String created
    ) throws Exception {
        Document document = parse(in);
        WSSConfig config = config(created);
        WSSecHeader header = new WSSecHeader();
        header.insertSecurityHeader(document);
        WSSecTimestamp timestamp = new WSSecTimestamp(config);
        timestamp.setTimeToLive(300);
        timestamp.build(document, header);
        WSSecSignature signature = signature(config, hash);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.prepare(document, crypto(key, certificate), header);
        signature.prependBSTElementToHeader(header);
        List<WSEncryptionPart> parts = new ArrayList<>();
        parts.add(new WSEncryptionPart(timestamp.getId()));
        parts.addAll(headersAndBody(document, header));
        parts.add(new WSEncryptionPart(signature.getBSTTokenId()));
        signature.computeSignature(signature.addReferencesToSign(parts, header), false, null);
        write(document, out);
        return "";
    }

    /**
     * Signs a call that carries a token in `saml2:EncryptedAssertion`, which stands in the security
     * header already. The token is signed through a SecurityTokenReference with STR-Transform, and
     * a second such reference is the KeyInfo, as OIO IDWS wants it (`key-info` = `token`); with
     * `certificate` the KeyInfo points to a BinarySecurityToken instead.
     */
    private static String signToken(
        String key, String certificate, String in, String out, String hash, String created,
        String keyInfo
    ) throws Exception {
        Document document = parse(in);
        WSSConfig config = config(created);
        WSSecHeader header = new WSSecHeader();
        header.insertSecurityHeader(document);
        Element security = header.getSecurityHeader();
        Element token = (Element) document.getElementsByTagNameNS(
            WSConstants.SAML2_NS, "EncryptedAssertion").item(0);
        Element data = (Element) token.getElementsByTagNameNS(
            WSConstants.ENC_NS, "EncryptedData").item(0);
        String id = data.getAttributeNS(WSConstants.WSU_NS, "Id");
        SecurityTokenReference reference = new SecurityTokenReference(document);
        reference.addTokenType(SAML_20);
        reference.setKeyIdentifier(SAML_ID, id);
        reference.setID("STR-token");
        security.appendChild(token);
        security.appendChild(reference.getElement());
        WSSecTimestamp timestamp = new WSSecTimestamp(config);
        timestamp.setTimeToLive(300);
        timestamp.build(document, header);
        WSSecSignature signature = signature(config, hash);
        if (keyInfo.equals("token")) {
            signature.setKeyIdentifierType(WSConstants.CUSTOM_KEY_IDENTIFIER);
            signature.setCustomTokenValueType(SAML_ID);
            signature.setCustomTokenId(id);
        } else {
            signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        }
        signature.prepare(document, crypto(key, certificate), header);
        List<WSEncryptionPart> parts = new ArrayList<>();
        parts.add(new WSEncryptionPart(timestamp.getId()));
        WSEncryptionPart str = new WSEncryptionPart("STRTransform", "", "Element");
        str.setId("STR-token");
        str.setElement(reference.getElement());
        parts.add(str);
        parts.addAll(headersAndBody(document, header));
        if (!keyInfo.equals("token")) {
            signature.prependBSTElementToHeader(header);
            parts.add(new WSEncryptionPart(signature.getBSTTokenId()));
        }
        signature.computeSignature(signature.addReferencesToSign(parts, header), false, null);
        write(document, out);
        return "";
    }

    /**
     * Verifies a message, which must be signed by the certificate given: without KeyInfo it is the
     * crypto's default alias. Answers with what was signed, in order.
     */
    private static String verify(String in, String certificate) throws Exception {
        Document document = parse(in);
        WSSConfig config = WSSConfig.getNewInstance();
        // The engine judges timestamps by the machine's clock, and these messages have times of
        // their own: the signature over the timestamp is what is asked.
        config.setTimeStampStrict(false);
        config.setTimeStampTTL(Integer.MAX_VALUE);
        config.setTimeStampFutureTTL(Integer.MAX_VALUE);
        // As the clients set it: a reference whose one transform is enveloped-signature breaks the
        // Basic Security Profile.
        config.setWsiBSPCompliant(false);
        // The token stays encrypted: this library has no OpenSAML beside it to read it with.
        config.setProcessor(
            WSSecurityEngine.ENCRYPTED_ASSERTION,
            (org.apache.ws.security.processor.Processor) null);
        // It would judge the certificate by the machine's clock too, and these have lives of their own:
        // which certificate it is is what is asked.
        X509Certificate signer = certificate(certificate);
        config.setValidator(WSSecurityEngine.SIGNATURE, (credential, data) -> {
            X509Certificate[] found = credential.getCertificates();
            if (found == null || !found[0].equals(signer)) {
                throw new WSSecurityException("it is signed by another certificate");
            }
            return credential;
        });
        WSSecurityEngine engine = new WSSecurityEngine();
        engine.setWssConfig(config);
        List<WSSecurityEngineResult> results =
            engine.processSecurityHeader(document, null, null, crypto(null, certificate));
        if (results == null) {
            throw new IllegalStateException("no security header");
        }
        List<String> signed = new ArrayList<>();
        for (WSSecurityEngineResult result : results) {
            if ((Integer) result.get(WSSecurityEngineResult.TAG_ACTION) == WSConstants.SIGN) {
                for (Object reference : (List<?>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS)) {
                    signed.add(((WSDataRef) reference).getName().getLocalPart());
                }
            }
        }
        if (signed.isEmpty()) {
            throw new IllegalStateException("nothing was signed");
        }
        return String.join(" ", signed);
    }

    /**
     * Verifies a call of the .NET client by Santuario alone, as WSS4J cannot: STR-Transform stands for
     * the EncryptedAssertion here, and WSS4J takes the EncryptedData. Answers with what was signed, in
     * order.
     */
    private static String verifyCall(String in, String certificate) throws Exception {
        Document document = parse(in);
        NodeList all = document.getElementsByTagName("*");
        for (int index = 0; index < all.getLength(); index++) {
            Element element = (Element) all.item(index);
            if (element.hasAttributeNS(WSConstants.WSU_NS, "Id")) {
                element.setIdAttributeNS(WSConstants.WSU_NS, "Id", true);
            }
        }
        Element place =
            (Element) document.getElementsByTagNameNS(WSConstants.SIG_NS, "Signature").item(0);
        XMLSignature signature = new XMLSignature(place, "");
        SignedInfo signedInfo = signature.getSignedInfo();
        SignatureAlgorithm algorithm = signedInfo.getSignatureAlgorithm();
        algorithm.initVerify(certificate(certificate).getPublicKey());
        signedInfo.signInOctetStream(new SignerOutputStream(algorithm));
        if (!algorithm.verify(signature.getSignatureValue())) {
            throw new IllegalStateException("the signature does not hold");
        }
        List<String> signed = new ArrayList<>();
        for (int index = 0; index < signedInfo.getLength(); index++) {
            Reference reference = signedInfo.item(index);
            Element transform = (Element) reference.getElement()
                .getElementsByTagNameNS(WSConstants.SIG_NS, "Transform").item(0);
            boolean holds;
            if (transform.getAttribute("Algorithm").endsWith("#STR-Transform")) {
                Node target = document
                    .getElementsByTagNameNS(WSConstants.SAML2_NS, "EncryptedAssertion").item(0);
                byte[] form = Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS)
                    .canonicalizeSubtree(target);
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(form);
                holds = MessageDigest.isEqual(digest, reference.getDigestValue());
                signed.add(target.getLocalName());
            } else {
                holds = reference.verify();
                String id = reference.getURI().substring(1);
                signed.add(document.getElementById(id).getLocalName());
            }
            if (!holds) {
                throw new IllegalStateException(reference.getURI() + " is not as it was signed");
            }
        }
        return String.join(" ", signed);
    }

    /**
     * Canonical forms in bulk. The folder holds `cases`, a line each: number, `inclusive` or
     * `exclusive`, the place of the apex among the elements of the document, prefixes. `N.xml` is
     * read and `N.apache` written.
     */
    private static String canonicalize(String folder) throws Exception {
        int count = 0;
        for (String line : Files.readAllLines(Path.of(folder, "cases"))) {
            String[] words = line.split("\t", -1);
            Document document = parse(folder + "/" + words[0] + ".xml");
            Node apex = document.getElementsByTagName("*").item(Integer.parseInt(words[2]));
            byte[] form;
            if (words[1].equals("inclusive")) {
                form = Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_OMIT_COMMENTS)
                    .canonicalizeSubtree(apex);
            } else {
                form = Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS)
                    .canonicalizeSubtree(apex, words[3]);
            }
            Files.write(Path.of(folder, words[0] + ".apache"), form);
            count++;
        }
        return Integer.toString(count);
    }

    /** Encrypts the root element to a certificate, as an `xenc:EncryptedData` in its place. */
    private static String encrypt(String certificate, String in, String out, String algorithm)
        throws Exception {
        Document document = parse(in);
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(256);
        var content = generator.generateKey();
        XMLCipher wrap = XMLCipher.getInstance(XMLCipher.RSA_OAEP, null, XMLCipher.SHA1);
        wrap.init(XMLCipher.WRAP_MODE, certificate(certificate).getPublicKey());
        EncryptedKey wrapped = wrap.encryptKey(document, content);
        XMLCipher cipher = XMLCipher.getInstance(algorithm);
        cipher.init(XMLCipher.ENCRYPT_MODE, content);
        EncryptedData data = cipher.getEncryptedData();
        KeyInfo keyInfo = new KeyInfo(document);
        keyInfo.add(wrapped);
        data.setKeyInfo(keyInfo);
        cipher.doFinal(document, document.getDocumentElement());
        write(document, out);
        return "";
    }

    /** Decrypts the one `xenc:EncryptedData` of a document and writes what stood there. */
    private static String decrypt(String key, String in, String out) throws Exception {
        Document document = parse(in);
        NodeList found = document.getElementsByTagNameNS(WSConstants.ENC_NS, "EncryptedData");
        XMLCipher cipher = XMLCipher.getInstance();
        cipher.init(XMLCipher.DECRYPT_MODE, null);
        cipher.setKEK(privateKey(key));
        Files.write(Path.of(out), cipher.decryptToByteArray((Element) found.item(0)));
        return "";
    }

    private static List<WSEncryptionPart> headersAndBody(Document document, WSSecHeader header) {
        List<WSEncryptionPart> parts = new ArrayList<>();
        Element envelope = document.getDocumentElement();
        Node security = header.getSecurityHeader();
        for (Node child = security.getParentNode().getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element && child != security) {
                parts.add(part((Element) child));
            }
        }
        parts.add(part((Element) envelope.getElementsByTagNameNS(envelope.getNamespaceURI(), "Body").item(0)));
        return parts;
    }

    private static WSEncryptionPart part(Element element) {
        WSEncryptionPart part =
            new WSEncryptionPart(element.getLocalName(), element.getNamespaceURI(), "Element");
        part.setElement(element);
        return part;
    }

    private static WSSecSignature signature(WSSConfig config, String hash) {
        WSSecSignature signature = new WSSecSignature(config);
        signature.setUserInfo("holder", "");
        signature.setSignatureAlgorithm(SIGNATURES + hash);
        signature.setDigestAlgo(digest(hash));
        return signature;
    }

    private static String digest(String hash) {
        return hash.equals("sha384")
            ? "http://www.w3.org/2001/04/xmldsig-more#sha384"
            : "http://www.w3.org/2001/04/xmlenc#" + hash;
    }

    private static WSSConfig config(String now) {
        Date date = Date.from(Instant.parse(now));
        WSSConfig config = WSSConfig.getNewInstance();
        config.setCurrentTime(() -> date);
        return config;
    }

    private static Merlin crypto(String key, String certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        X509Certificate holder = certificate(certificate);
        if (key == null) {
            store.setCertificateEntry("holder", holder);
        } else {
            store.setKeyEntry(
                "holder", privateKey(key), new char[0], new X509Certificate[] {holder});
        }
        Merlin crypto = new Merlin();
        crypto.setKeyStore(store);
        crypto.setDefaultX509Identifier("holder");
        return crypto;
    }

    private static X509Certificate certificate(String path) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(path))));
    }

    /** A key in PKCS#8, DER. */
    private static PrivateKey privateKey(String path) throws Exception {
        return KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(path))));
    }

    private static Document parse(String path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(Path.of(path))));
    }

    private static void write(Document document, String path) throws Exception {
        var transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        try (var out = Files.newOutputStream(Path.of(path))) {
            transformer.transform(new DOMSource(document), new StreamResult(out));
        }
    }

    private static String reasons(Throwable refusal) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            text.append(text.length() == 0 ? "" : ": ").append(cause.getMessage());
        }
        return text.toString();
    }
}
