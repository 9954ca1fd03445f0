"""Writes the manifests that follow from the code, and Kafka's users for Compose: `python -m anchorage_kubernetes.generate`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import yaml

from anchorage_kubernetes import kafka, mongodb, network, scaling, workloads
from anchorage_kubernetes.names import PART_OF, Manifest
from anchorage_kubernetes.parts import ROOT, Part, read_parts

FOLDER = ROOT / "deploy/kubernetes"
COMPOSE_USERS = ROOT / "deploy/docker/production/kafka-users.json"
SCRIPTS = ("topics.py", "keys.py", "demo.py", "mongodb/users.js")
"""Scripts of `deploy/docker` that the demo's containers run."""
HEADER = "# Written by `python -m anchorage_kubernetes.generate`; do not edit.\n"


def manifests(parts: Sequence[Part]) -> dict[str, str]:
    """The text of each file by its path under `deploy/kubernetes`."""
    files: dict[str, list[Manifest]] = {
        "base/services.yaml": [m for part in parts for m in workloads.workload(part, parts)],
        "base/network.yaml": [
            *network.closed(),
            *(network.of_service(part, parts) for part in parts),
            *network.of_stores(parts),
        ],
        "components/kafka/topics.yaml": kafka.topics(),
        "components/kafka/users.yaml": kafka.users(parts),
        "components/kafka/clients.yaml": kafka.clients(parts),
        "components/mongodb/replica-set.yaml": [mongodb.replica_set(parts)],
        "components/mongodb/clients.yaml": mongodb.clients(parts),
        "components/autoscaling/scalers.yaml": scaling.scalers(parts),
        "overlays/demo/scripts.yaml": [_scripts()],
    }
    return {path: HEADER + _yaml(objects) for path, objects in files.items()}


def compose_users(parts: Sequence[Part]) -> str:
    """The text of COMPOSE_USERS: a line for each right."""
    users = [
        f"{json.dumps(user)}: [\n" + ",\n".join(f"  {json.dumps(right)}" for right in rights) + "\n]"
        for user, rights in kafka.rights(parts).items()
    ]
    return "{\n" + ",\n".join(users) + "\n}\n"


def _scripts() -> Manifest:
    files = [ROOT / "deploy/docker" / script for script in SCRIPTS]
    data = {file.name: file.read_text(encoding="utf-8") for file in files}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "scripts", "labels": PART_OF},
        "data": data,
    }


class _Plain(yaml.SafeDumper):
    """Writes out what occurs twice, instead of pointing to it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(objects: Sequence[Manifest]) -> str:
    text: str = yaml.dump_all(objects, Dumper=_Plain, sort_keys=False, width=120)
    return text


def main() -> None:
    """Write all files."""
    parts = asyncio.run(read_parts())
    for path, text in manifests(parts).items():
        Path(FOLDER / path).write_text(text, encoding="utf-8")
    COMPOSE_USERS.write_text(compose_users(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
