"""Makes the CA of an installation, and certificates for Kafka, MongoDB and the edge, unless they are there.

    python3 certificates.py [--new-ca] [FOLDER]

A certificate with fewer than 30 days left is replaced, so run it once a month and start Kafka and MongoDB again. With `--new-ca`
everything is made again: stop all containers first. FOLDER is `/certificates` if it is not given; in a container each of its
folders is a volume, which only those mount who need it:

    ca/            the CA's key: this script alone
    trust/         the CA's certificate: everybody
    kafka/         key and certificate of the broker
    kafka-setup/   key and certificate of the broker's administrator
    mongodb/       key and certificate of MongoDB
    edge/          key and certificate of the public address: EDGE_CERTIFICATE (a PEM file with the chain and its key), or one
                   for EDGE_HOST that our CA has signed, until you have a real one
"""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS, DAYS, RENEW_DAYS = 3650, 397, 30
HOST = os.environ.get("EDGE_HOST", "localhost")


@dataclass(frozen=True)
class Holder:
    """Who has a certificate: its folder, its names, and the user of its container."""

    name: str
    names: tuple[str, ...]
    owner: int

    @property
    def file(self) -> str:
        """Path of the PEM file: the key, then the certificate."""
        return f"{self.name}/{self.name}.pem"


HOLDERS = (
    Holder("kafka", ("kafka", "localhost", "127.0.0.1"), 1000),
    Holder("kafka-setup", ("kafka-setup",), 10001),
    Holder("mongodb", ("mongodb", "localhost", "127.0.0.1"), 999),
)
EDGE = Holder("edge", (HOST,), 99)


class Unusable(Exception):
    """A given file cannot be used; the text says why."""


class Authority:
    """The CA of this installation."""

    def __init__(self, key: CertificateIssuerPrivateKeyTypes, certificate: x509.Certificate) -> None:
        self._key = key
        self.certificate = certificate

    @classmethod
    def of(cls, folder: Path, *, new: bool) -> Authority:
        """The one in the folder, made when it is missing or a new one is wanted."""
        file = folder / "ca/ca.pem"
        if file.exists() and not new:
            text = file.read_bytes()
            key = load_pem_private_key(text, None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101
            return cls(key, x509.load_pem_x509_certificate(text))
        made = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anchorage installation")])
        usage = _key_usage(key_cert_sign=True)
        certificate = (
            _builder(name, name, made.public_key(), CA_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(made, hashes.SHA256())
        )
        _write(file, _pem(made, certificate), 0o600, 0)
        _say("ca", "made", certificate)
        return cls(made, certificate)

    def certify(self, holder: Holder) -> bytes:
        """A new key with its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder.name)])
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        issuer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _builder(name, self.certificate.subject, key.public_key(), DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(key_cert_sign=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([_general_name(n) for n in holder.names]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        _say(holder.name, "made", certificate)
        return _pem(key, certificate)

    def still_good(self, file: Path, holder: Holder) -> bool:
        """Whether the certificate is ours, for these names, and has enough days left."""
        if not file.exists():
            return False
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except Exception as error:  # cryptography raises InvalidSignature, ValueError or TypeError
            print(f"{holder.name}: replaced, not signed by this CA ({type(error).__name__})")
            return False
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if [*names] != [_general_name(name) for name in holder.names]:
            return False
        return certificate.not_valid_after_utc - datetime.now(UTC) > timedelta(days=RENEW_DAYS)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, key_cert_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)


def _write(file: Path, text: bytes, mode: int, owner: int) -> None:
    """Replace the file at once; as root, give it to its container's user."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(text)
        os.fchmod(opened.fileno(), mode)
        if os.geteuid() == 0:
            os.fchown(opened.fileno(), owner, owner)
    new.rename(file)


def _say(name: str, what: str, certificate: x509.Certificate) -> None:
    print(f"{name}: {what}, valid until {certificate.not_valid_after_utc:%Y-%m-%d}")


def _own_edge(file: Path) -> bytes:
    """The operator's certificate, once it is clear that the edge can use it."""
    try:
        text = file.read_bytes()
        certificate, *_ = x509.load_pem_x509_certificates(text)
        key = load_pem_private_key(text, None)
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(
            f"{file}: expected a PEM file with a certificate chain and its unencrypted key ({type(error).__name__})"
        ) from error
    forms = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*forms) != certificate.public_key().public_bytes(*forms):
        raise Unusable(f"{file}: the key is not that of the first certificate")
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise Unusable(f"{file}: the certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}")
    _say("edge", "yours", certificate)
    return text


def make(folder: Path, own_edge: Path | None, *, new_ca: bool = False) -> None:
    """Make what is missing or near its end. Raises Unusable."""
    edge = _own_edge(own_edge) if own_edge is not None else None
    authority = Authority.of(folder, new=new_ca)
    _write(folder / "trust/ca.crt", authority.certificate.public_bytes(Encoding.PEM), 0o444, 0)
    for holder in (*HOLDERS, *(() if edge is not None else (EDGE,))):
        if authority.still_good(folder / holder.file, holder):
            print(f"{holder.name}: kept")
        else:
            _write(folder / holder.file, authority.certify(holder), 0o400, holder.owner)
    if edge is not None:
        _write(folder / EDGE.file, edge, 0o400, EDGE.owner)


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all are there, 1 when EDGE_CERTIFICATE cannot be used, 2 for other arguments."""
    new_ca = "--new-ca" in arguments
    rest = [argument for argument in arguments if argument != "--new-ca"]
    if len(rest) > 1 or any(argument.startswith("-") for argument in rest):
        print(__doc__, file=sys.stderr)
        return 2
    own = os.environ.get("EDGE_CERTIFICATE", "")
    try:
        make(Path(rest[0] if rest else "/certificates"), Path(own) if own else None, new_ca=new_ca)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
