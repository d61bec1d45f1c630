//! The platform's verifier and, beside it, the certificates of ca_file themselves: a mail bridge on
//! this computer makes its own one, which no chain leads to (CA:TRUE, signed by itself). Nothing
//! but that very certificate is accepted here that the platform's verifier refuses.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::dial::names_loopback;

/// The names of this computer; a bridge puts one of them into its certificate, and either may be
/// configured.
const THIS_COMPUTER: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

#[derive(Debug)]
pub(super) struct Pinned {
    platform: Verifier,
    certificates: Vec<CertificateDer<'static>>,
}

impl Pinned {
    pub fn new(platform: Verifier, certificates: Vec<CertificateDer<'static>>) -> Pinned {
        Pinned { platform, certificates }
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged =
            self.platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match judged {
            Err(_) if self.certificates.contains(end_entity) => {
                is_current(end_entity, now)?;
                is_for(end_entity, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.platform.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.platform.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.platform.supported_verify_schemes()
    }
}

fn is_current(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let validity = parsed.validity();
    if now < validity.not_before.timestamp() {
        return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
    }
    if now > validity.not_after.timestamp() {
        return Err(Error::InvalidCertificate(CertificateError::Expired));
    }
    Ok(())
}

/// Whether a certificate names the host, or both are this computer by any of its names.
fn is_for(certificate: &CertificateDer<'_>, host: &ServerName<'_>) -> Result<(), Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    let names = |name: &ServerName<'_>| verify_server_name(&parsed, name);
    names(host).or_else(|refused| {
        let own = THIS_COMPUTER.iter().filter_map(|name| ServerName::try_from(*name).ok());
        match names_loopback(&host.to_str()) && own.into_iter().any(|name| names(&name).is_ok()) {
            true => Ok(()),
            false => Err(refused),
        }
    })
}
