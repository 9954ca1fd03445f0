"""What a manifest needs to know about each service, read from the service itself.

A service is a folder of `services/`. Its settings say which variables it takes and which services it calls, its subscriptions
which groups it has, the topics which events it publishes. So a new service is in the manifests without an entry anywhere.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic.fields import FieldInfo

from contracts.event import Event
from contracts.topics import EVERY_SERVICE, TOPICS, Topic
from runtime.service import Service

ROOT = Path(__file__).resolve().parents[4]
PLACEHOLDER = "x" * 40
"""Stands for a secret while a service is assembled; long enough for each of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One service. `groups` are its consumer groups with their topics; `follows` are topics that it reads without a group."""

    name: str
    settings: Mapping[str, FieldInfo]
    has_database: bool
    groups: Mapping[str, tuple[Topic, ...]]
    follows: tuple[Topic, ...]
    calls_strangers: bool
    """Whether it calls addresses that its users give."""

    @property
    def reads(self) -> tuple[Topic, ...]:
        """The topics that it reads, each once."""
        topics = [*self.follows, *(topic for group in self.groups.values() for topic in group)]
        return tuple({topic.name: topic for topic in topics}.values())

    @property
    def writes(self) -> tuple[Topic, ...]:
        """The topics that it publishes to, with the dead letters of those that it reads."""
        own = [topic for topic in TOPICS if topic.producer in (self.name, EVERY_SERVICE)]
        return (*own, *(topic.dead_letters for topic in self.reads))

    def calls(self, parts: Sequence[Part]) -> list[str]:
        """The services whose address is one of its settings."""
        return [p.name for p in parts if f"{p.name}_url" in self.settings and p.name != self.name]


async def read_parts() -> list[Part]:
    """All services by name. Assembles each; connects to neither Kafka nor MongoDB."""
    folders = sorted(file.parent.name for file in (ROOT / "services").glob("*/pyproject.toml"))
    with TemporaryDirectory() as folder:
        return [await _read(name, Path(folder)) for name in folders]


async def _read(name: str, folder: Path) -> Part:
    settings: Any = import_module(f"{name}.settings").Settings
    fields: dict[str, FieldInfo] = settings.model_fields
    required = {field: PLACEHOLDER for field, info in fields.items() if info.is_required()}
    if "alipay_merchants" in required:
        required["alipay_merchants"] = str(_merchants_file(folder))
    service: Service = import_module(f"{name}.app").build_app(settings(**required, port=0))
    subscriptions = await service.subscriptions()
    events: tuple[type[Event], ...] = ()
    if find_spec(f"{name}.subscribers") is not None:
        events = getattr(import_module(f"{name}.subscribers"), "EVENTS", ())
    project = tomllib.loads((ROOT / "services" / name / "pyproject.toml").read_text(encoding="utf-8"))
    return Part(
        name,
        fields,
        has_database=service.has_database,
        groups={f"{name}.{s.name}": s.topics for s in subscriptions},
        follows=() if subscriptions else tuple({e.topic.name: e.topic for e in events}.values()),
        calls_strangers=any(d.startswith("anchorage-egress") for d in project["project"]["dependencies"]),
    )


def _merchants_file(folder: Path) -> Path:
    """A merchant with a key of its own: payment reads both when it is assembled."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "app.pem").write_bytes(private)
    (folder / "alipay.pem").write_bytes(public)
    entry = {
        "merchant": "default",
        "app_id": "2021000000000000",
        "seller_id": "2088000000000000",
        "gateway_url": "https://alipay.invalid/gateway.do",
        "app_private_key_file": "app.pem",
        "alipay_public_key_files": ["alipay.pem"],
    }
    file = folder / "merchants.json"
    file.write_text(json.dumps([entry]), encoding="utf-8")
    return file
