//! The texts of a kit: what stands where in the configurations of the reference clients.
//!
//! Their keys are those of the dossiers of `OIOIDWS.Net` and of CXF; neither runs here.

use std::{fmt::Write as _, path::Path};

use oio_idws::{Binding, uris::STS_SIGNATURE_CASE};
use pki::Certificate;
use sim_smdb::rest::{API_PATH, TOKEN_PATH};
use wsc::rest::beside;
use xml_security::uris::RSA_SHA256;

use super::{Kit, STS_ALIAS, TRUST_STORE_PASSWORD};

/// Where the files are that the texts name.
pub(super) struct Places<'a> {
    pub(super) key_store: &'a Path,
    pub(super) password_file: &'a Path,
    pub(super) trust_store: &'a Path,
    pub(super) oces: &'a Path,
    pub(super) tls: &'a Path,
}

/// The environment of a client's process, in the words of a shell.
pub(super) fn environment(kit: &Kit<'_>, places: &Places<'_>) -> String {
    let mut text = format!(
        "# Where the simulated {} is, for a shell: set -a; . ./client.env; set +a\n",
        kit.environment
    );
    let paths = [
        ("KEY_STORE", places.key_store),
        ("KEY_STORE_PASSWORD_FILE", places.password_file),
        ("TRUST_STORE", places.trust_store),
        ("OCES_ANCHORS", places.oces),
        ("TLS_ANCHORS", places.tls),
    ];
    let paths = paths.map(|(name, path)| (name, path.to_string_lossy().into_owned()));
    let texts = [
        ("STS_ADDRESS", kit.sts_address),
        ("STS_ENTITY_ID", STS_SIGNATURE_CASE),
        ("SMDB_ADDRESS", kit.smdb_address),
        ("SMDB_ENTITY_ID", kit.smdb_entity_id.as_str()),
        ("SMDB_BINDING", kit.binding.name()),
        ("TRUST_STORE_PASSWORD", TRUST_STORE_PASSWORD),
    ];
    let texts = texts.map(|(name, text)| (name, text.to_owned()));
    let by_rest = [("SMDB_REST_ADDRESS", API_PATH), ("SMDB_ACCESS_TOKEN_ADDRESS", TOKEN_PATH)];
    let by_rest = by_rest.map(|(name, path)| (name, beside(kit.smdb_address, path)));
    for (name, value) in texts.into_iter().chain(by_rest).chain(paths) {
        let _ = writeln!(text, "{name}={}", quoted(&value));
    }
    text
}

/// In single quotes, as every shell reads it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The key store of the system user, for WSS4J's `Merlin`. CXF names the file in
/// `ws-security.signature.properties`. These keys are those that WSS4J 1.6 and 2 both read.
pub(super) fn key_store_properties(kit: &Kit<'_>, places: &Places<'_>, password: &str) -> String {
    let mut text = "# What the client signs with: ws-security.signature.properties\n".to_owned();
    merlin(&mut text, places.key_store, password, kit.system_user);
    let _ = write!(
        text,
        "{MERLIN}.keystore.private.password={password}\n\
         {MERLIN}.truststore.type=pkcs12\n\
         {MERLIN}.truststore.file={}\n\
         {MERLIN}.truststore.password={TRUST_STORE_PASSWORD}\n",
        escaped(&places.trust_store.to_string_lossy())
    );
    text
}

/// Whom the client trusts. The answer of the STS names no certificate, and so WSS4J takes that of this
/// alias.
pub(super) fn trust_store_properties(places: &Places<'_>) -> String {
    let mut text =
        "# What the STS signs its answer with: ws-security.encryption.properties\n".to_owned();
    merlin(&mut text, places.trust_store, TRUST_STORE_PASSWORD, STS_ALIAS);
    text
}

const MERLIN: &str = "org.apache.ws.security.crypto.merlin";

fn merlin(text: &mut String, file: &Path, password: &str, alias: &str) {
    let _ = write!(
        text,
        "org.apache.ws.security.crypto.provider=org.apache.ws.security.components.crypto.Merlin\n\
         {MERLIN}.keystore.type=pkcs12\n\
         {MERLIN}.keystore.file={}\n\
         {MERLIN}.keystore.password={password}\n\
         {MERLIN}.keystore.alias={alias}\n",
        escaped(&file.to_string_lossy())
    );
}

/// A value of a properties file: a backslash begins an escape there, also in the path of a file.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\")
}

/// The entries of a client's `cxf.xml` that name what is ours.
pub(super) fn cxf(kit: &Kit<'_>) -> String {
    let signs = format!(
        r#"<entry key="ws-security.signature.username" value="{}" />
{{indent}}<entry key="ws-security.signature.properties" value="client.properties" />"#,
        in_xml(kit.system_user)
    );
    let signs = |indent: usize| signs.replace("{indent}", &" ".repeat(indent));
    format!(
        r#"<!-- What names the simulated {environment} in a client of CXF: put each entry where yours has it. Not
     run here. The callback handler is yours: asked for the password of {user}, it gives what is in the
     file `password`. The address of the STS, {sts}, stands in its WSDL. -->
<beans xmlns="http://www.springframework.org/schema/beans" xmlns:jaxws="http://cxf.apache.org/jaxws">
  <jaxws:client address="{smdb}" createdFromAPI="true">
    <jaxws:properties>
      <entry key="ws-security.sts.applies-to" value="{entity_id}" />
      {signs_call}
      <entry key="ws-security.callback-handler" value="your.CallbackHandler" />
      <entry key="ws-security.asymmetric.signature.algorithm" value="{RSA_SHA256}" />
      <entry key="ws-security.is-bsp-compliant" value="false" />
      <entry key="ws-security.sts.client">
        <bean class="your.StsClient">
          <property name="properties">
            <map>
              {signs_request}
              <entry key="ws-security.encryption.username" value="{STS_ALIAS}" />
              <entry key="ws-security.encryption.properties" value="sts.properties" />
            </map>
          </property>
        </bean>
      </entry>
    </jaxws:properties>
  </jaxws:client>
</beans>
"#,
        environment = kit.environment,
        user = kit.system_user,
        sts = in_xml(kit.sts_address),
        smdb = in_xml(kit.smdb_address),
        entity_id = in_xml(kit.smdb_entity_id.as_str()),
        signs_call = signs(6),
        signs_request = signs(14),
    )
}

/// The elements of a client's `App.config` that name what is ours.
pub(super) fn app_config(kit: &Kit<'_>) -> String {
    let store = r#"storeLocation="CurrentUser" storeName="My" x509FindType="FindByThumbprint""#;
    let name = kit.smdb.subject().common_name().unwrap_or_default();
    format!(
        r#"<!-- What names the simulated {environment} in a client of Digst.OioIdws.Wsc: put each element
     where yours has it. Not run here. Import {user}.p12, sts.cer and smdb.cer into My of the
     current user, oces.pem and tls.pem into the trusted root authorities; thumbprints change with
     each renewal.
     {profile} -->
<configuration>
  <oioIdwsWcfConfiguration stsEndpointAddress="{sts}" wspEndpointID="{entity_id}"
                           tokenLifeTimeInMinutes="480" debugMode="false"
                           cacheClockSkewInSeconds="60">
    <clientCertificate {store}
                       findValue="{client}" />
    <stsCertificate {store}
                    findValue="{signer}" />
  </oioIdwsWcfConfiguration>
  <system.serviceModel>
    <behaviors>
      <endpointBehaviors>
        <behavior name="SoapBehaviorConfiguration">
          <clientCredentials>
            <serviceCertificate>
              <scopedCertificates>
                <add targetUri="{smdb}" {store}
                     findValue="{service}" />
              </scopedCertificates>
            </serviceCertificate>
          </clientCredentials>
        </behavior>
      </endpointBehaviors>
    </behaviors>
    <client>
      <endpoint address="{smdb}" behaviorConfiguration="SoapBehaviorConfiguration">
        <identity>
          <dns value="{name}" />
        </identity>
      </endpoint>
    </client>
  </system.serviceModel>
</configuration>
"#,
        profile = profile(kit.binding),
        environment = kit.environment,
        user = kit.system_user,
        sts = in_xml(kit.sts_address),
        smdb = in_xml(kit.smdb_address),
        entity_id = in_xml(kit.smdb_entity_id.as_str()),
        client = kit.credential.certificate.thumbprint(),
        signer = kit.sts.thumbprint(),
        service = kit.smdb.thumbprint(),
        name = in_xml(name),
    )
}

/// What a client must speak with SMDB, and which one does.
const fn profile(binding: Binding) -> &'static str {
    match binding {
        Binding::OioIdws => {
            "SMDB speaks OIO IDWS SOAP 1.1, in SOAP 1.2: Digst.OioIdws.Wsc from 3.0.0 on does."
        }
        Binding::Lbsb => {
            "SMDB speaks the Liberty Basic SOAP Binding, in SOAP 1.1, with a signed sbf:Framework in each \
             message: Digst.OioIdws.Wsc up to 2.0.0 does. The elements here are those of 3.0.2, and may have \
             other names there."
        }
    }
}

/// In an attribute between double quotes.
fn in_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// What each file is for.
pub(super) fn what_is_here(kit: &Kit<'_>) -> String {
    let Kit { environment, system_user, credential, sts, smdb, .. } = kit;
    let (key_store, certificate) = (format!("{system_user}.p12"), format!("{system_user}.cer"));
    let until =
        |what: &str, it: &Certificate| format!("{what}; refused from {}", it.first_refused());
    let own = until("the certificate alone, to be registered", &credential.certificate);
    let sts = until("what the STS signs with", sts);
    let smdb = until("what SMDB signs with, and tokens are encrypted for", smdb);
    let trust = format!("all of these for Java; its password is `{TRUST_STORE_PASSWORD}`");
    let files: [(&str, &str); 12] = [
        (&key_store, "key and certificate of the system user; its password is in `password`"),
        (&certificate, &own),
        ("sts.cer", &sts),
        ("smdb.cer", &smdb),
        ("oces.pem", "the authorities of these certificates: root, then issuing"),
        ("tls.pem", "the authority of the servers' TLS certificates (curl --cacert tls.pem)"),
        ("trust.p12", &trust),
        ("client.env", "addresses and files, for a shell"),
        ("App.config", "the same for Digst.OioIdws.Wsc (.NET Framework); not run here"),
        ("client.properties", "the key store and the trust store, for CXF and WSS4J"),
        ("sts.properties", "the trust store, for CXF and WSS4J"),
        ("cxf.xml", "the entries of a client of CXF; not run here"),
    ];
    let mut text = format!(
        "A client of the simulated {environment}: the system user `{system_user}`. {}\n\n",
        profile(kit.binding)
    );
    for (file, what) in files {
        let _ = writeln!(text, "{file:<18}  {what}");
    }
    text
}
