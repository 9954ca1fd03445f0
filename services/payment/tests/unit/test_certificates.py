"""Certificates as Alipay's are: their serial numbers, and which of them are trusted."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from payment.adapters.alipay.certificates import (
    AlipayCertificates,
    AppCertificate,
    Roots,
    Untrusted,
    serial_number,
)
from payment.adapters.alipay.keys import SigningKey

NOW = datetime(2026, 11, 29, tzinfo=UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
P256, SM2 = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a811ccf5501822d")
ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def name(common: str) -> x509.Name:
    """Named from the country on, as Alipay's certificates are."""
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Ant, Inc."),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
        ]
    )


def certificate(
    subject: str, key: Key, issuer: str, issuer_key: Key, number: int = 7, days: int = 365
) -> x509.Certificate:
    """Without any mark of who may issue: Alipay's own issuer has none."""
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(issuer_key, hashes.SHA256())
    )


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def pem_of(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(der) + b"\n-----END CERTIFICATE-----\n"


ROOT_KEY, MIDDLE_KEY, ALIPAY_KEY, APP_KEY = (new_key() for _ in range(4))
ROOT = certificate("root", ROOT_KEY, "root", ROOT_KEY, 1)
MIDDLE = certificate("middle", MIDDLE_KEY, "root", ROOT_KEY, 2)
ALIPAY = certificate("alipay", ALIPAY_KEY, "middle", MIDDLE_KEY, 2**90)
APP = certificate("app", APP_KEY, "middle", MIDDLE_KEY, 4)
OWN = SigningKey(
    APP_KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
).public_pem()


def trusted(*alipay: x509.Certificate) -> AlipayCertificates:
    return AlipayCertificates.read([pem(*alipay)], Roots.read(pem(ROOT)), OWN)


def test_a_serial_number_is_the_md5_of_the_issuer_from_its_last_part_and_the_decimal_number() -> None:
    text = rf"CN=middle,O=Ant\, Inc.,C=CN{2**90}"
    assert serial_number(ALIPAY) == hashlib.md5(text.encode()).hexdigest()  # noqa: S324


def test_the_roots_number_joins_those_with_rsa_signatures_and_leaves_out_the_others() -> None:
    ec_key = ec.generate_private_key(ec.SECP256R1())
    elliptic = certificate("ec", ec_key, "ec", ec_key, 5)
    der = elliptic.public_bytes(serialization.Encoding.DER)
    chinese = der.replace(P256, SM2)
    no_der = der.replace(ECDSA_SHA256, ECDSA_SHA256[:-1] + b"\xff")[:-3]
    other = certificate("other", MIDDLE_KEY, "other", MIDDLE_KEY, 6)
    file = pem(ROOT) + pem_of(chinese) + pem_of(no_der) + pem(elliptic, other)
    assert Roots.read(file).sn == f"{serial_number(ROOT)}_{serial_number(other)}"


def test_a_root_file_without_rsa_or_with_a_damaged_rsa_root_is_refused() -> None:
    ec_key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="no root certificate"):
        Roots.read(pem(certificate("ec", ec_key, "ec", ec_key)))
    with pytest.raises(ValueError, match="pars"):
        Roots.read(pem(MIDDLE) + pem_of(ROOT.public_bytes(serialization.Encoding.DER)[:-3]))


def test_what_alipay_signed_is_verified_with_the_certificate_that_is_named() -> None:
    keys = trusted(ALIPAY, MIDDLE)
    signing = SigningKey(
        ALIPAY_KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    sign = signing.sign("text")
    assert keys.verify(b"text", sign, serial_number(ALIPAY))
    assert keys.verify(b"text", sign)
    assert not keys.verify(b"text", sign, serial_number(APP))
    assert not keys.verify(b"another text", sign, serial_number(ALIPAY))


def test_settings_are_refused_when_certificates_are_mixed_up() -> None:
    with pytest.raises(Untrusted, match="no chain"):
        trusted(ALIPAY)
    with pytest.raises(Untrusted, match="of the app"):
        trusted(APP, MIDDLE)
    with pytest.raises(ValueError, match="private key"):
        AppCertificate.read(pem(ALIPAY), OWN)
    assert AppCertificate.read(pem(APP, MIDDLE), OWN).sn == serial_number(APP)


def test_a_fetched_certificate_is_trusted_when_it_leads_to_the_root_and_is_valid() -> None:
    new = certificate("alipay", new_key(), "middle", MIDDLE_KEY, 9)
    keys = trusted(ALIPAY, MIDDLE)
    assert not keys.knows(serial_number(new))
    keys.accept(serial_number(new), pem(new), NOW)  # its issuer is known from the settings
    assert keys.knows(serial_number(new))


def test_a_fetched_certificate_that_is_not_alipays_is_refused() -> None:
    keys = trusted(ALIPAY, MIDDLE)
    stranger = new_key()
    forged_root = certificate("root", stranger, "root", stranger, 1)
    cases = {
        "no chain": (certificate("alipay", stranger, "root", stranger, 11), forged_root),
        "not valid now": (certificate("alipay", new_key(), "middle", MIDDLE_KEY, 12, days=-1),),
        "of the app": (certificate("alipay", APP_KEY, "middle", MIDDLE_KEY, 13),),
    }
    for why, chain in cases.items():
        with pytest.raises(Untrusted, match=why):
            keys.accept(serial_number(chain[0]), pem(*chain), NOW)
    with pytest.raises(Untrusted, match="another serial number"):
        keys.accept(serial_number(ALIPAY), pem(MIDDLE), NOW)


def test_another_app_of_alipays_cannot_issue_a_certificate() -> None:
    other_app = certificate("other app", stranger := new_key(), "middle", MIDDLE_KEY, 14)
    issued = certificate("alipay", new_key(), "other app", stranger, 15)
    with pytest.raises(Untrusted, match="no chain"):
        trusted(ALIPAY, MIDDLE).accept(serial_number(issued), pem(issued, other_app, MIDDLE), NOW)
