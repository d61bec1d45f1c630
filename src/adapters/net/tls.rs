//! What a TLS handshake needs and what its failures mean. No certificate is ever accepted that the
//! platform's verifier does not accept, but the very one that ca_file names.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection};
use rustls_platform_verifier::Verifier;

use super::pinned::Pinned;
use super::{CertificateProblem, NetError, Speaks};
use crate::domain::text::printable;

/// A handshake that is ready to start, for one host. Reading the system's roots takes some
/// milliseconds, so it is made only when connecting.
pub(super) fn prepare(host: &str, extra_ca_pem: Option<&[u8]>) -> Result<ClientConnection, NetError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare)
        .map_err(|_| NetError::Config(format!("{} is not a host name", printable(host))))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match extra_ca_pem {
        Some(pem) => {
            let roots = extra_roots(pem)?;
            let platform =
                Verifier::new_with_extra_roots(roots.clone(), Arc::clone(&provider)).map_err(|e| {
                    NetError::Config(format!("ca_file holds a certificate that cannot be read: {e}"))
                })?;
            Arc::new(Pinned::new(platform, roots))
        }
        None => Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|e| {
            NetError::Config(format!("no trusted roots: {e}; install ca-certificates or name a ca_file"))
        })?),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failure)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), name).map_err(failure)
}

/// The certificates of a PEM file. A file without any is a mistake of its owner, not an empty list.
fn extra_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NetError> {
    if pem.trim_ascii().is_empty() {
        return Err(NetError::Config("ca_file is empty".into()));
    }
    let roots: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|e| NetError::Config(format!("ca_file is not PEM: {e}")))?;
    if roots.is_empty() {
        return Err(NetError::Config(
            "ca_file holds no certificate (looked for \"-----BEGIN CERTIFICATE-----\")".into(),
        ));
    }
    Ok(roots)
}

pub(super) fn failure(error: rustls::Error) -> NetError {
    match error {
        rustls::Error::InvalidCertificate(why) => NetError::Certificate(certificate_problem(&why)),
        rustls::Error::InvalidMessage(_) => NetError::WrongMode(Speaks::Clear),
        rustls::Error::AlertReceived(alert) => {
            NetError::Network(format!("the server ended the TLS handshake: {alert:?}"))
        }
        other => NetError::Network(format!("TLS failed: {other}")),
    }
}

fn certificate_problem(why: &CertificateError) -> CertificateProblem {
    match why {
        CertificateError::NotValidForName => CertificateProblem::WrongHost(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            CertificateProblem::WrongHost(presented.iter().map(|name| bare(name)).collect())
        }
        // A signature is bad where a CA was made anew under its old name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            CertificateProblem::UnknownAuthority
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateProblem::NotYetValid
        }
        // webpki's own error comes inside `Other`, and only its text can be seen from here.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => CertificateProblem::CaUsedAsEndEntity,
        other => CertificateProblem::Other(other.to_string()),
    }
}

/// `DnsName("mail.example.org")`, as the verifier writes it, → `mail.example.org`.
fn bare(presented: &str) -> String {
    let inner = presented.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.map_or(presented, |inner| inner.trim_matches('"')).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(pem: &[u8]) -> String {
        match prepare("mail.example.org", Some(pem)) {
            Err(NetError::Config(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_ca_file_without_a_usable_certificate_says_what_is_wrong_with_it() {
        assert_eq!(refused(b" \n"), "ca_file is empty");
        assert!(refused(b"hello\n").starts_with("ca_file holds no certificate"));
        let cut = b"-----BEGIN CERTIFICATE-----\nAAAA\n";
        assert!(refused(cut).starts_with("ca_file is not PEM"), "{}", refused(cut));
        let garbage = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(refused(garbage).starts_with("ca_file holds a certificate that cannot be read"));
    }

    #[test]
    fn the_names_of_another_hosts_certificate_are_told_as_they_are_written() {
        for (presented, told) in [
            ("DnsName(\"mail.example.org\")", "mail.example.org"),
            ("IpAddress(10.0.0.1)", "10.0.0.1"),
            ("mail.example.org", "mail.example.org"),
        ] {
            assert_eq!(bare(presented), told);
        }
    }

    #[test]
    fn what_is_no_host_name_is_refused_before_connecting() {
        assert!(matches!(prepare("not a host", None), Err(NetError::Config(_))));
    }
}
