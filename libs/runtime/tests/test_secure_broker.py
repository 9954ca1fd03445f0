"""TLS, logins and rights on a real broker: the right ones work, and each wrong one is named in one sentence."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from runtime_support.notebook import Notebook
from runtime_support.notes import fresh_topic, noted_on
from runtime_support.stream import Stream

from contracts.topics import Topic
from runtime.clock import system_clock
from runtime.consuming.consumer import Consumers
from runtime.consuming.subscription import Delivery, Subscription
from runtime.errors import needs_operator, redacted
from runtime.kafka.admission import NotAdmitted
from runtime.kafka.login import NO_LOGIN, KafkaLogin
from runtime.kafka.publisher import Publisher
from runtime.kafka.topics import ensure_topics
from runtime.kafka.users import Rule
from runtime.mongo.client import connect, database
from runtime.settings import ServiceSettings
from support.eventually import Eventually
from support.secure_broker import SecureBroker, certificates, secure_broker

USER = "notebook"
OPEN, CLOSED = fresh_topic(), fresh_topic()
USERS = (USER, "setup")


def rule(user: str, resource: str, name: str, operation: str, pattern: str = "literal") -> Rule:
    return Rule(user, resource, name, pattern, operation)


RULES = [
    *(rule("setup", "topic", "*", operation) for operation in ("Create", "Describe", "DescribeConfigs")),
    *(rule(USER, "topic", OPEN.name, operation) for operation in ("Read", "Write", "Describe")),
    rule(USER, "topic", OPEN.dead_letters.name, "Write"),
    rule(USER, "group", f"{USER}.", "Read", "prefix"),
]


@pytest_asyncio.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> AsyncIterator[SecureBroker]:
    async with secure_broker(tmp_path_factory.mktemp("secure"), programs) as running:
        await running.store(USERS, RULES)
        await ensure_topics(running.bootstrap, topics=[OPEN, CLOSED], login=running.login("setup"))
        yield running


def settings(broker: SecureBroker, login: KafkaLogin) -> ServiceSettings:
    return ServiceSettings(
        kafka=broker.bootstrap,
        kafka_ca=login.ca,
        kafka_username=login.username,
        kafka_password=login.password,
    )


def consumers(broker: SecureBroker, login: KafkaLogin, topic: Topic, handle: Any) -> Consumers:
    subscription = Subscription("notes", (noted_on(topic),), handle, 10)
    publisher = Publisher(broker.bootstrap, login)
    return Consumers(USER, settings(broker, login), [subscription], publisher, system_clock)


@dataclass
class Attempt:
    """One of our clients, on its way to the broker."""

    name: str
    make: Callable[[SecureBroker, KafkaLogin, Topic], Awaitable[None]]


async def _produce(broker: SecureBroker, login: KafkaLogin, topic: Topic) -> None:
    publisher = Publisher(broker.bootstrap, login)
    stream = _stream(broker, topic, publisher)
    try:
        await publisher.publish([stream.record(stream.note("text"))])
    finally:
        await publisher.stop()


async def _consume(broker: SecureBroker, login: KafkaLogin, topic: Topic) -> None:
    async def handle(_: Any) -> None:
        return None

    joining = consumers(broker, login, topic, handle)
    try:
        await joining.start()
    finally:
        await joining.stop()


async def _administer(broker: SecureBroker, login: KafkaLogin, topic: Topic) -> None:
    await ensure_topics(broker.bootstrap, topics=[topic], login=login)


def _stream(broker: SecureBroker, topic: Topic, publisher: Publisher) -> Stream:
    from support.eventually import eventually

    return Stream(broker.bootstrap, "", topic, publisher, eventually, noted_on(topic), USER)


CLIENTS = [Attempt("producer", _produce), Attempt("consumer", _consume), Attempt("admin", _administer)]
every_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


async def test_relay_producer_and_consumer_work_with_the_right_login(
    broker: SecureBroker, mongodb_uri: str, eventually: Eventually
) -> None:
    login = broker.login(USER)
    publisher = Publisher(broker.bootstrap, login)
    stream = _stream(broker, OPEN, publisher)
    mongodb = connect(mongodb_uri)
    taken: list[str] = []

    async def take(deliveries: list[Delivery]) -> None:
        taken.extend(delivery.event.text for delivery in deliveries)  # type: ignore[attr-defined]

    name = f"secure{secrets.token_hex(4)}"
    reading = consumers(broker, login, OPEN, take)
    try:
        notebook = Notebook(database(mongodb, name), stream)
        await reading.start()
        async with notebook.relaying():
            await notebook.take("n1", "recorded and relayed")
            await eventually(lambda: "recorded and relayed" in taken, within=30, what="the note to arrive")
        assert await publisher.responds()
    finally:
        await reading.stop()
        await publisher.stop()
        await mongodb.drop_database(name)
        await mongodb.close()


async def _sentence(client: Attempt, broker: SecureBroker, login: KafkaLogin, topic: Topic = OPEN) -> str:
    with pytest.raises(NotAdmitted) as caught:
        await client.make(broker, login, topic)
    assert needs_operator(caught.value)
    assert redacted(caught.value) == f"NotAdmitted: {caught.value}"
    return str(caught.value)


@every_client
@pytest.mark.parametrize("user", [USER, "nobody"])
async def test_a_wrong_password_and_an_unknown_user(client: Attempt, user: str, broker: SecureBroker) -> None:
    said = await _sentence(client, broker, broker.login(user, "wrong"))
    assert said == (
        f"Kafka at {broker.bootstrap} refuses the user {user}: it does not exist or its password is wrong "
        "(ANCHORAGE_KAFKA_USERNAME, ANCHORAGE_KAFKA_PASSWORD)"
    )


@every_client
async def test_no_ca(client: Attempt, broker: SecureBroker) -> None:
    said = await _sentence(client, broker, NO_LOGIN)
    assert said == f"Kafka at {broker.bootstrap} speaks TLS: set ANCHORAGE_KAFKA_CA to the PEM file of its CA"


@every_client
async def test_the_ca_of_others(client: Attempt, broker: SecureBroker, tmp_path: Path) -> None:
    foreign = certificates(tmp_path / "others") / "trust/ca.crt"
    said = await _sentence(client, broker, KafkaLogin(foreign, USER, f"{USER}-password"))
    assert said == (
        f"the certificate of Kafka at {broker.bootstrap} is not signed by the CA in {foreign} (ANCHORAGE_KAFKA_CA)"
    )


@every_client
async def test_no_user(client: Attempt, broker: SecureBroker) -> None:
    said = await _sentence(client, broker, KafkaLogin(broker.ca))
    assert said == (
        f"Kafka at {broker.bootstrap} closes connections without a login: set ANCHORAGE_KAFKA_USERNAME and "
        "ANCHORAGE_KAFKA_PASSWORD"
    )


@pytest.mark.parametrize(("client", "right"), [(CLIENTS[0], "write to"), (CLIENTS[1], "read")])
async def test_a_topic_without_rights(client: Attempt, right: str, broker: SecureBroker) -> None:
    said = await _sentence(client, broker, broker.login(USER), CLOSED)
    assert said == f"the Kafka user {USER} has no right to {right} {CLOSED.name}"


async def test_a_new_password_replaces_the_old_one_and_rules_that_are_not_wanted_go(
    broker: SecureBroker,
) -> None:
    extra = rule(USER, "topic", CLOSED.name, "Write")
    await broker.store(USERS, [*RULES, extra])
    await _produce(broker, broker.login(USER), CLOSED)
    await broker.store(USERS, RULES)
    await _sentence(CLIENTS[0], broker, broker.login(USER), CLOSED)
