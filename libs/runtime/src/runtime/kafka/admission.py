"""Says in one sentence why Kafka does not let a process in.

aiokafka's own error names the address alone: the reason is looked for with one more connection.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import (
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from runtime.kafka.login import KafkaLogin

LOOK_SECONDS = 3.0
"""Limit of the connection that looks for a reason."""
X509_EXPIRED, X509_WRONG_NAME = 10, 62
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_HOSTNAME_MISMATCH."""


class NotAdmitted(KafkaError):  # type: ignore[misc]
    """Kafka refuses this process: its TLS, its login or its rights. The text is one sentence for the operator."""

    retriable = False

    def __str__(self) -> str:
        """The text alone; aiokafka's errors begin with their class."""
        return str(self.args[0])


@asynccontextmanager
async def explaining(bootstrap: str, login: KafkaLogin) -> AsyncIterator[None]:
    """Raises NotAdmitted instead of an error that hides it; other errors pass through."""
    try:
        yield
    except NotAdmitted:
        raise
    except (KafkaError, OSError) as error:
        reason = await why_refused(bootstrap, login)
        if reason is None:
            raise
        raise NotAdmitted(reason) from error


async def why_refused(bootstrap: str, login: KafkaLogin) -> str | None:
    """Why no connection can be made, or None when it can, or when the reason is neither TLS nor the login."""
    address = bootstrap.split(",", maxsplit=1)[0].strip()
    try:
        async with asyncio.timeout(LOOK_SECONDS), _connection(address, login) as connection:
            await connection.send(MetadataRequest([]))
    except ssl.SSLError as error:
        return _of_tls(error, address, login)
    except SaslAuthenticationFailed:
        return (
            f"Kafka at {address} refuses the user {login.username}: it does not exist or its password is wrong "
            "(ANCHORAGE_KAFKA_USERNAME, ANCHORAGE_KAFKA_PASSWORD)"
        )
    except UnsupportedSaslMechanismError:
        return f"Kafka at {address} does not offer SCRAM-SHA-512, with which ANCHORAGE_KAFKA_USERNAME logs in"
    except (TimeoutError, ConnectionRefusedError):
        return None  # a broker that is away, or busy
    except (KafkaError, OSError):
        return await _of_a_closed_connection(address, login)
    return None


async def check_rights(bootstrap: str, login: KafkaLogin, topics: Sequence[str]) -> None:
    """Raises NotAdmitted when the user may not see one of these topics, and KafkaError or OSError without a broker."""
    if not login.username:
        return
    address = bootstrap.split(",", maxsplit=1)[0].strip()
    async with asyncio.timeout(LOOK_SECONDS), _connection(address, login) as connection:
        answer = await connection.send(MetadataRequest([*topics], allow_auto_topic_creation=False))
    refused = sorted(
        topic for code, topic, *_ in answer.topics if code == TopicAuthorizationFailedError.errno
    )
    if refused:
        raise NotAdmitted(f"the Kafka user {login.username} has no right to read {', '.join(refused)}")


def write_refused(login: KafkaLogin, error: TopicAuthorizationFailedError) -> NotAdmitted:
    """The error for records that the user may not write; aiokafka's names the topics alone."""
    [topics] = error.args
    named = topics if isinstance(topics, str) else ", ".join(sorted(topics))
    return NotAdmitted(f"the Kafka user {login.username} has no right to write to {named}")


@asynccontextmanager
async def _connection(address: str, login: KafkaLogin) -> AsyncIterator[AIOKafkaConnection]:
    host, _, port = address.rpartition(":")
    connection = await create_conn(
        host, int(port), request_timeout_ms=int(LOOK_SECONDS * 1000), **login.options()
    )
    try:
        yield connection
    finally:
        connection.close()


def _of_tls(error: ssl.SSLError, address: str, login: KafkaLogin) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"Kafka at {address} and this process agree on no TLS, or {login.ca} (ANCHORAGE_KAFKA_CA) is no CA: "
            f"{error.reason or 'the connection was closed'}"
        )
    if error.verify_code == X509_WRONG_NAME:
        return (
            f"the certificate of Kafka at {address} is for another name; ANCHORAGE_KAFKA must use that name"
        )
    if error.verify_code == X509_EXPIRED:
        return f"the certificate of Kafka at {address} has expired"
    return f"the certificate of Kafka at {address} is not signed by the CA in {login.ca} (ANCHORAGE_KAFKA_CA)"


async def _of_a_closed_connection(address: str, login: KafkaLogin) -> str | None:
    speaks_tls = await _speaks_tls(address)
    if login.ca is None and speaks_tls:
        return f"Kafka at {address} speaks TLS: set ANCHORAGE_KAFKA_CA to the PEM file of its CA"
    if login.ca is not None and speaks_tls and not login.username:
        return (
            f"Kafka at {address} closes connections without a login: set ANCHORAGE_KAFKA_USERNAME and "
            "ANCHORAGE_KAFKA_PASSWORD"
        )
    return None


async def _speaks_tls(address: str) -> bool:
    """Whether a TLS handshake succeeds. Trusts any certificate: nothing is sent over the connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True
