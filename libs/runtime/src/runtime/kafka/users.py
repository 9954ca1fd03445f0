"""Users of a broker with their rights: SCRAM-SHA-512 credentials, and rules of its authorizer.

aiokafka has no request for SCRAM credentials, so it stands here, as KIP-554 defines it.
"""

from __future__ import annotations

import hashlib
import secrets
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

SCRAM_SHA_512 = 2
ITERATIONS = 8192
"""At least 4096; our passwords are 256 random bits, so more would cost each login and protect nothing."""
ANY, ALLOW = 1, 3
RESOURCES = {"topic": 2, "group": 3, "cluster": 4}
PATTERNS = {"literal": 3, "prefix": 4}
OPERATIONS = {
    "All": 2,
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Delete": 6,
    "Alter": 7,
    "Describe": 8,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
}


class UsersRefused(KafkaError):  # type: ignore[misc]
    """The broker did not store a user or a rule; the text has its reason."""

    retriable = False

    def __str__(self) -> str:
        """The text alone; aiokafka's errors begin with their class."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """A user may do this with that resource, from any address."""

    user: str
    resource: str
    name: str
    pattern: str
    operation: str

    def numbers(self) -> tuple[int, str, int, str, str, int, int]:
        """The rule as the protocol has it."""
        return (
            RESOURCES[self.resource],
            self.name,
            PATTERNS[self.pattern],
            f"User:{self.user}",
            "*",
            OPERATIONS[self.operation],
            ALLOW,
        )


async def ensure_users(
    bootstrap: str, context: ssl.SSLContext, passwords: Mapping[str, str], rules: Iterable[Rule]
) -> None:
    """Store these users' passwords, and exactly these rules: others are deleted. Idempotent.

    `context` has the certificate of a super user of the broker. Raises UsersRefused, and KafkaError without a broker.
    """
    wanted = {rule.numbers() for rule in rules}
    async with _client(bootstrap, context) as client:
        await _store_passwords(client, passwords)
        present = await _present_rules(client)
        # First what is missing: a service that runs keeps its rights.
        for rule in sorted(wanted - present):
            _check(*(await _send(client, CreateAclsRequest(*rule))).creation_responses)
        for rule in sorted(present - wanted):
            _check(*(await _send(client, DeleteAclsRequest(*rule))).filter_responses)


@asynccontextmanager
async def _client(bootstrap: str, context: ssl.SSLContext) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(bootstrap_servers=bootstrap, security_protocol="SSL", ssl_context=context)
    try:
        await client.bootstrap()
        yield client
    finally:
        await client.close()


async def _send(client: AIOKafkaClient, request: Request[Any]) -> Any:
    return await client.send(client.get_random_node(), request)


def _check(*outcomes: tuple[Any, ...]) -> None:
    for code, message, *_ in outcomes:
        if code:
            raise UsersRefused(f"error {code}: {message}")


async def _present_rules(client: AIOKafkaClient) -> set[tuple[int, str, int, str, str, int, int]]:
    answer = await _send(client, DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY))
    _check((answer.error_code, answer.error_message))
    return {
        (resource, name, pattern, principal, host, operation, permission)
        for resource, name, pattern, rules in answer.resources
        for principal, host, operation, permission in rules
    }


async def _store_passwords(client: AIOKafkaClient, passwords: Mapping[str, str]) -> None:
    answer = await _send(client, _AlterScram(passwords))
    _check(*((code, f"user {user}: {message}") for user, code, message, _ in answer.results))


def _credential(user: str, password: str) -> tuple[Any, ...]:
    salt = secrets.token_bytes(32)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return user, SCRAM_SHA_512, ITERATIONS, salt, salted, {}


class _AlterScramResponse(Response):  # type: ignore[misc]
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterScramStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterScramResponse
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterScram(Request[_AlterScramStruct]):  # type: ignore[misc]
    """AlterUserScramCredentials; the broker passes it on to the controller."""

    API_KEY: ClassVar[int] = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = passwords

    def build(self, request_struct_class: type[_AlterScramStruct]) -> _AlterScramStruct:
        upsertions = [_credential(user, password) for user, password in self._passwords.items()]
        return request_struct_class([], upsertions, {})
