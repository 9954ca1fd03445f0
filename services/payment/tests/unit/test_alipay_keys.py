"""Keys in every format that Alipay's tools produce; SHA-256 and nothing else."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from payment.adapters.alipay.keys import SigningKey, VerifyingKeys

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _private(encoding: Encoding, form: PrivateFormat) -> bytes:
    return KEY.private_bytes(encoding, form, NoEncryption())


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
@pytest.mark.parametrize("bare", [False, True])
def test_a_private_key_is_read_as_pkcs1_and_pkcs8_in_pem_and_bare_base64(form, bare):
    pem = _private(Encoding.PEM, form)
    text = base64.b64encode(_private(Encoding.DER, form)) + b"\n" if bare else pem
    assert VerifyingKeys([PUBLIC]).verify("付款 & 100%".encode(), SigningKey(text).sign("付款 & 100%"))


def test_a_public_key_is_read_in_pem_and_bare_base64():
    bare = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    signature = SigningKey(_private(Encoding.PEM, PrivateFormat.PKCS8)).sign("x")
    assert VerifyingKeys([bare]).verify(b"x", signature)


def test_two_public_keys_are_valid_while_one_replaces_the_other():
    new = OTHER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = VerifyingKeys([PUBLIC, new])
    for key in (KEY, OTHER):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        assert keys.verify(b"x", SigningKey(pem).sign("x"))
    assert not VerifyingKeys([new]).verify(
        b"x", SigningKey(_private(Encoding.PEM, PrivateFormat.PKCS8)).sign("x")
    )


@pytest.mark.parametrize("weak", [hashes.SHA1(), hashes.SHA512()])  # noqa: S303 - the test is that it is refused
def test_another_hash_than_sha256_is_refused(weak):
    signature = base64.b64encode(KEY.sign(b"x", padding.PKCS1v15(), weak)).decode()
    assert not VerifyingKeys([PUBLIC]).verify(b"x", signature)


@pytest.mark.parametrize(
    "text", [b"", b"AAAA", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_malformed_key_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the text is the library's
        SigningKey(text)
    with pytest.raises(ValueError):  # noqa: PT011
        VerifyingKeys([text])
    with pytest.raises(ValueError, match="at least one"):
        VerifyingKeys([])


def test_an_elliptic_key_is_refused():
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(ValueError, match="not an RSA"):
        SigningKey(pem)
