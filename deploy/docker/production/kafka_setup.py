"""Stores the users of Kafka with their rights, and creates the topics: idempotent, so run it again after a change.

Passwords are KAFKA_PASSWORD_<USER> in the environment; rights are in kafka-users.json, which follows from the code. Logs in with
the administrator's certificate.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from pathlib import Path

from runtime.kafka.login import KafkaLogin
from runtime.kafka.topics import ensure_topics
from runtime.kafka.users import Rule, ensure_users

CERTIFICATES = Path(os.environ.get("CERTIFICATES", "/certificates"))
USERS = Path(__file__).with_name("kafka-users.json")
SETUP = "setup"
"""The user that creates topics."""


def passwords(users: list[str]) -> dict[str, str]:
    """The password of each user; raises KeyError for one that has none."""
    return {user: os.environ[f"KAFKA_PASSWORD_{user.upper()}"] for user in users}


async def main() -> None:
    """Users first, then the topics."""
    rights: dict[str, list[dict[str, str]]] = json.loads(USERS.read_text(encoding="utf-8"))
    rules = [Rule(user=user, **rule) for user, granted in rights.items() for rule in granted]
    ca = CERTIFICATES / "trust/ca.crt"
    context = ssl.create_default_context(cafile=str(ca))
    context.load_cert_chain(CERTIFICATES / "kafka-setup/kafka-setup.pem")
    stored = passwords([*rights])
    await ensure_users(os.environ["KAFKA_ADMIN"], context, stored, rules)
    print(f"{len(stored)} users and {len(rules)} rules are stored")
    login = KafkaLogin(ca, SETUP, stored[SETUP])
    await ensure_topics(os.environ["ANCHORAGE_KAFKA"], login=login)
    print("all topics are there")


if __name__ == "__main__":
    asyncio.run(main())
