"""A real broker with TLS, SCRAM users and an authorizer, set up as `compose.production.yml` does it."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka.errors import KafkaError

from anchorage_local.kafka import NODE_ID, Kafka
from anchorage_local.ports import HOST, accepts, free_port
from runtime.kafka.login import KafkaLogin
from runtime.kafka.users import Rule, ensure_users
from support.eventually import eventually

CERTIFICATES = Path(__file__).parents[2] / "deploy/docker/production/certificates.py"
UP_WITHIN = 60


def certificates(folder: Path, *options: str) -> Path:
    """The folder, filled by the script of the production profile."""
    subprocess.run([sys.executable, str(CERTIFICATES), *options, str(folder)], check=True)
    return folder


@dataclass(frozen=True)
class SecureBroker:
    """`bootstrap` takes TLS with a login, `administration` a certificate of its CA."""

    bootstrap: str
    administration: str
    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "trust/ca.crt"

    def login(self, user: str, password: str | None = None) -> KafkaLogin:
        return KafkaLogin(self.ca, user, password or f"{user}-password")

    async def store(self, users: Iterable[str], rules: Iterable[Rule]) -> None:
        context = ssl.create_default_context(cafile=str(self.ca))
        context.load_cert_chain(self.folder / "kafka-setup/kafka-setup.pem")
        passwords = {user: f"{user}-password" for user in users}
        await ensure_users(self.administration, context, passwords, rules)


@asynccontextmanager
async def secure_broker(folder: Path, programs: Path) -> AsyncIterator[SecureBroker]:
    """Runs as long as inside."""
    made = certificates(folder / "certificates")
    clients, brokers, controllers = free_port(), free_port(), free_port()
    changes = {
        "listeners": f"CLIENTS://{HOST}:{clients},BROKERS://{HOST}:{brokers},CONTROLLER://{HOST}:{controllers}",
        "advertised.listeners": f"CLIENTS://{HOST}:{clients},BROKERS://{HOST}:{brokers}",
        "controller.quorum.voters": f"{NODE_ID}@{HOST}:{controllers}",
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL",
        "inter.broker.listener.name": "BROKERS",
        "listener.name.clients.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.clients.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "listener.name.controller.ssl.client.auth": "required",
        "listener.name.brokers.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(made / "kafka/kafka.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(made / "trust/ca.crt"),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:CN=kafka;User:CN=kafka-setup",
    }
    kafka = Kafka(
        folder / "kafka", clients, cache=programs, log=folder / "kafka.log", say=lambda _: None,
        changes=changes, ready=lambda: accepts(clients),
    )  # fmt: skip
    process = await asyncio.to_thread(kafka.process)
    process.launch()
    try:
        await eventually(
            lambda: asyncio.to_thread(process.is_ready), within=UP_WITHIN, what="the broker to listen"
        )
        broker = SecureBroker(f"{HOST}:{clients}", f"{HOST}:{brokers}", made)
        await eventually(lambda: _takes_users(broker), within=UP_WITHIN, what="the broker to store users")
        yield broker
    finally:
        process.kill_now()
        process.forget()


async def _takes_users(broker: SecureBroker) -> bool:
    try:
        await broker.store(["setup"], [])
    except (KafkaError, OSError):
        return False
    return True
