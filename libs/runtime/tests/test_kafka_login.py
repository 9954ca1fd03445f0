"""How a process logs in to Kafka."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from faststream.kafka.security import parse_security
from pydantic import ValidationError

from runtime.kafka.login import NO_LOGIN, KafkaLogin
from runtime.settings import ServiceSettings


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's CA")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "ca.crt"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return file


def test_without_a_ca_clients_speak_plainly() -> None:
    assert NO_LOGIN.options() == {}
    assert NO_LOGIN.security() is None


def test_a_ca_turns_on_tls_that_checks_the_broker(ca: Path) -> None:
    options = KafkaLogin(ca).options()
    assert options["security_protocol"] == "SSL"
    assert options["ssl_context"].verify_mode == ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname


def test_producers_and_consumers_log_in_alike(ca: Path) -> None:
    login = KafkaLogin(ca, "kafka-checkout", "secret")
    consumers, producers = parse_security(login.security()), login.options()
    assert producers["security_protocol"] == "SASL_SSL"
    assert producers["sasl_mechanism"] == "SCRAM-SHA-512"
    assert {**consumers, "ssl_context": None} == {**producers, "ssl_context": None}


@pytest.mark.parametrize("half", [{"kafka_username": "checkout"}, {"kafka_password": "secret"}])
def test_half_a_login_stops_the_start(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="set both the Kafka user and its password"):
        ServiceSettings.model_validate(half)


def test_a_password_is_never_sent_without_tls() -> None:
    with pytest.raises(ValidationError, match="a Kafka user needs a CA"):
        ServiceSettings.model_validate({"kafka_username": "checkout", "kafka_password": "secret"})


def test_a_password_is_in_no_log(ca: Path) -> None:
    settings = ServiceSettings(kafka_ca=ca, kafka_username="checkout", kafka_password="hidden-secret")
    assert "hidden-secret" not in repr(settings)
    assert "hidden-secret" not in repr(settings.kafka_login)
