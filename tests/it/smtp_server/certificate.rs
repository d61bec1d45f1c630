//! Certificates of a CA made for one test, good and bad.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Certificate;

/// What the server shows, and the CA that a client is to trust.
pub fn certify(certificate: Certificate) -> (Arc<ServerConfig>, Vec<u8>) {
    let (ca, ca_pem) = authority();
    let names: &[&str] = match certificate {
        Certificate::WrongHost | Certificate::BridgeElsewhere => &["mail.elsewhere.test"],
        Certificate::BridgeForAddressOnly => &["127.0.0.1"],
        _ => &["localhost", "127.0.0.1"],
    };
    let mut params =
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    match certificate {
        Certificate::Expired | Certificate::BridgeExpired => params.not_after = date_time_ymd(2020, 1, 1),
        Certificate::NotYetValid | Certificate::BridgeNotYetValid => {
            params.not_before = date_time_ymd(2999, 1, 1);
        }
        _ => {}
    }
    let is_bridge = matches!(
        certificate,
        Certificate::Bridge
            | Certificate::BridgeForAddressOnly
            | Certificate::BridgeExpired
            | Certificate::BridgeNotYetValid
            | Certificate::BridgeElsewhere
    );
    if is_bridge || matches!(certificate, Certificate::TheCaItself) {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    let shown = match certificate {
        Certificate::UnknownCa | Certificate::LeafItself => params.signed_by(&key, &authority().0).unwrap(),
        _ if is_bridge || matches!(certificate, Certificate::TheCaItself) => {
            params.self_signed(&key).unwrap()
        }
        _ => params.signed_by(&key, &ca).unwrap(),
    };
    let trusted = match certificate {
        Certificate::LeafItself => shown.pem(),
        _ if is_bridge => shown.pem(),
        _ => ca_pem,
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.der().clone()], key)
        .unwrap();
    (Arc::new(config), trusted.into_bytes())
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Test CA");
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}
