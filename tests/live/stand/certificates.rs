//! A CA of the stand's own, the certificate of its servers, and some that must not be trusted.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// What is wrong with a certificate; also the name of its files.
pub const FAULTS: [&str; 3] = ["elsewhere", "expired", "stranger"];

/// `ca.pem`, `stranger-ca.pem`, and `NAME.pem` with `NAME.key` for `server` and each fault.
pub fn write(folder: &Path) {
    let (ca, ca_pem) = authority("thanks test CA");
    let (stranger, stranger_pem) = authority("a stranger's CA");
    fs::write(folder.join("ca.pem"), ca_pem).unwrap();
    fs::write(folder.join("stranger-ca.pem"), stranger_pem).unwrap();
    for name in ["server"].into_iter().chain(FAULTS) {
        let names: &[&str] = match name {
            "elsewhere" => &["mail.elsewhere.test"],
            _ => &["localhost", "mail.thanks.test", "127.0.0.1", "::1"],
        };
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        if name == "expired" {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let issuer = if name == "stranger" { &stranger } else { &ca };
        let certificate = params.signed_by(&key, issuer).unwrap();
        fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
}

fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}
