"""Kafka: login, TLS, topics as the contracts say, and the settings of the brokers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from anchorage_cli.doctor.check import Check, ok, warning, wrong
from anchorage_cli.doctor.network import check_certificate
from anchorage_cli.installation import Installation
from contracts.topics import TOPICS, Topic
from runtime.errors import redacted
from runtime.kafka.topics import topic_config

KEPT_OFFSETS_MINUTES = 43_200
"""30 days: a group that was stopped for longer starts again from the oldest record."""
CREATE = "create the topics as `Go live` says, step 1"


async def check_kafka(where: Installation) -> list[Check]:
    """All checks; only the first if Kafka cannot be reached."""
    checks = []
    if where.login.ca is not None:
        host, _, port = where.kafka.split(",")[0].rpartition(":")
        context = where.broker["ssl_context"]
        checks.append(await check_certificate("Kafka", host, int(port or 9093), context))
    else:
        checks.append(
            warning("Kafka: TLS", "none", "fit for one private network only; ANCHORAGE_KAFKA_CA turns it on")
        )
    admin = AIOKafkaAdminClient(**where.broker)
    try:
        await admin.start()
    except (KafkaError, OSError) as error:
        return [
            *checks,
            wrong(
                "Kafka: login", f"{where.kafka}: {redacted(error)}", "check address, CA, user and password"
            ),
        ]
    try:
        as_whom = where.login.username or "nobody"
        checks.append(ok("Kafka: login", f"{where.kafka} answers, logged in as {as_whom}"))
        return [*checks, *await _topics(admin, where.prefix), *await _brokers(admin)]
    except (KafkaError, OSError) as error:
        return [
            *checks,
            wrong("Kafka: topics", redacted(error), "may the user describe topics and their configuration?"),
        ]
    finally:
        await admin.close()


async def _topics(admin: AIOKafkaAdminClient, prefix: str) -> Iterator[Check]:
    expected = {prefix + topic.name: topic for t in TOPICS for topic in (t, t.dead_letters)}
    described = {found["topic"]: found["partitions"] for found in await admin.describe_topics(list(expected))}
    there = {name: topic for name, topic in expected.items() if described.get(name)}
    configs = await _configs(admin, ConfigResourceType.TOPIC, list(there))
    return _compared(expected, described, configs)


def _compared(
    expected: Mapping[str, Topic],
    described: Mapping[str, list[Any]],
    configs: Mapping[str, Mapping[str, str]],
) -> Iterator[Check]:
    bad = False
    for name, topic in expected.items():
        partitions = described.get(name) or []
        if not partitions:
            bad = True
            yield wrong(f"Kafka: topic {name}", "missing", CREATE)
            continue
        if len(partitions) != topic.partitions:
            bad = True
            yield wrong(
                f"Kafka: topic {name}", f"{len(partitions)} partitions, not {topic.partitions}",
                "the number can never change: move the records to a new topic",
            )  # fmt: skip
        for key, value in topic_config(topic).items():
            found = configs.get(name, {}).get(key)
            if found != value:
                bad = True
                yield wrong(
                    f"Kafka: topic {name}", f"{key} is {found}, not {value}", f"set it: {key}={value}"
                )
    if not bad:
        yield ok("Kafka: topics", f"{len(expected)} topics with their partitions and retention")
    copies = min(
        (len(partition["replicas"]) for found in described.values() for partition in found), default=0
    )
    if copies < 3:
        yield warning(
            "Kafka: replicas", f"{copies} for some topics", "on a cluster use 3, and min.insync.replicas=2"
        )
    else:
        yield ok("Kafka: replicas", f"{copies} or more")


async def _brokers(admin: AIOKafkaAdminClient) -> Iterator[Check]:
    cluster = await admin.describe_cluster()
    names = [str(broker["node_id"]) for broker in cluster["brokers"]]
    return _settings(await _configs(admin, ConfigResourceType.BROKER, names[:1]))


def _settings(configs: Mapping[str, Mapping[str, str]]) -> Iterator[Check]:
    for found in configs.values():
        if found.get("auto.create.topics.enable") == "true":
            yield warning(
                "Kafka: automatic topics",
                "on",
                "auto.create.topics.enable=false, or a typing error makes a topic",
            )
        minutes = int(found.get("offsets.retention.minutes", "0"))
        if minutes < KEPT_OFFSETS_MINUTES:
            yield warning(
                "Kafka: offsets", f"kept for {minutes // 1440} days",
                f"offsets.retention.minutes={KEPT_OFFSETS_MINUTES}, or a group that was stopped for so long starts over",
            )  # fmt: skip
        else:
            yield ok("Kafka: offsets", f"kept for {minutes // 1440} days")


async def _configs(
    admin: AIOKafkaAdminClient, kind: ConfigResourceType, names: list[str]
) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    answers = await admin.describe_configs([ConfigResource(kind, name) for name in names])
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
