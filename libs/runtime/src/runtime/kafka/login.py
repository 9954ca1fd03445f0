"""How a process reaches a broker that asks for TLS and a user."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faststream.security import BaseSecurity, SASLScram512


@dataclass(frozen=True, slots=True)
class KafkaLogin:
    """TLS when a CA is given, and SCRAM-SHA-512 when a user is; a user needs a CA.

    `ca` is a PEM file; using the login raises OSError when it cannot be read, and ValueError when it holds no certificate.
    """

    ca: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for half of a login."""
        if bool(self.username) != bool(self.password):
            raise ValueError("set both the Kafka user and its password, or neither")
        if self.username and self.ca is None:
            raise ValueError("a Kafka user needs a CA: without TLS its password could be read on the way")

    def options(self) -> dict[str, Any]:
        """Keyword arguments of aiokafka's clients."""
        if self.ca is None:
            return {}
        encrypted = {"security_protocol": "SSL", "ssl_context": self._context(self.ca)}
        if not self.username:
            return encrypted
        return {
            **encrypted,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    def security(self) -> BaseSecurity | None:
        """The same for FastStream."""
        if self.ca is None:
            return None
        context = self._context(self.ca)
        if not self.username:
            return BaseSecurity(ssl_context=context, use_ssl=True)
        return SASLScram512(self.username, self.password, ssl_context=context, use_ssl=True)

    @staticmethod
    def _context(ca: Path) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(ca))
        except ssl.SSLError as error:
            raise ValueError(f"{ca} is not a PEM file with the certificate of the brokers' CA") from error


NO_LOGIN = KafkaLogin()
