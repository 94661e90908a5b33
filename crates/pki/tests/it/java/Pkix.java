// Asks Java's own PKIX validator about certificates at instants, one question a line.
//
//   java Pkix.java root.cer issuing.cer < questions
//
// A question is: seconds since 1970, the path of a certificate, then the paths of revocation
// lists, or nothing to leave revocation out. The answer is `VALID`, or the reason it was refused.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;

public class Pkix {
    private static CertificateFactory factory;

    public static void main(String[] arguments) throws Exception {
        factory = CertificateFactory.getInstance("X.509");
        X509Certificate root = certificate(arguments[0]);
        X509Certificate issuing = certificate(arguments[1]);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] question = line.split(" ");
            List<CRL> lists = new ArrayList<>();
            for (int i = 2; i < question.length; i++) {
                lists.add(factory.generateCRL(new FileInputStream(question[i])));
            }
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setDate(new Date(Long.parseLong(question[0]) * 1000));
            parameters.setRevocationEnabled(!lists.isEmpty());
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            System.out.println(answer(List.of(certificate(question[1]), issuing), parameters));
        }
    }

    private static String answer(List<X509Certificate> path, PKIXParameters parameters)
            throws Exception {
        try {
            CertPathValidator.getInstance("PKIX")
                    .validate(factory.generateCertPath(path), parameters);
            return "VALID";
        } catch (CertPathValidatorException refusal) {
            return refusal.getReason().toString();
        }
    }

    private static X509Certificate certificate(String path) throws Exception {
        return (X509Certificate) factory.generateCertificate(new FileInputStream(path));
    }
}
