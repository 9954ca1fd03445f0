"""The manifests follow from the code, render, and are what the schemas of their kinds accept."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from anchorage_kubernetes.generate import COMPOSE_USERS, FOLDER, compose_users, manifests
from anchorage_kubernetes.parts import ROOT, Part, read_parts
from anchorage_kubernetes.workloads import secret_fields
from support import kubernetes_schemas as schemas

OVERLAYS = ("demo", "production", "large")
SCHEMAS = "ANCHORAGE_KUBERNETES_SCHEMAS"
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl renders the overlays")


@pytest.fixture(scope="module")
async def parts() -> list[Part]:
    return await read_parts()


def _rendered(overlay: str) -> list[dict[str, Any]]:
    command = ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def _named(found: Sequence[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {manifest["metadata"]["name"]: manifest for manifest in found if manifest["kind"] == kind}


def _pod_specs(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    kinds = ("Deployment", "StatefulSet", "Job")
    return {m["metadata"]["name"]: m["spec"]["template"]["spec"] for m in found if m["kind"] in kinds}


def test_the_written_manifests_are_those_that_follow_from_the_code(parts: list[Part]) -> None:
    different = [
        path
        for path, text in manifests(parts).items()
        if Path(FOLDER / path).read_text(encoding="utf-8") != text
    ]
    assert not different, f"run `python -m anchorage_kubernetes.generate`: {different}"


def test_the_users_of_kafka_in_compose_are_those_that_follow_from_the_code(parts: list[Part]) -> None:
    written = COMPOSE_USERS.read_text(encoding="utf-8")
    assert written == compose_users(parts), "run `python -m anchorage_kubernetes.generate`"


def test_every_service_of_the_repository_is_deployed(parts: list[Part]) -> None:
    folders = {file.parent.name for file in (ROOT / "services").glob("*/pyproject.toml")}
    assert {part.name for part in parts} == folders


def test_a_user_of_kafka_writes_only_topics_that_its_service_publishes(parts: list[Part]) -> None:
    users = [m for m in yaml.safe_load_all(manifests(parts)["components/kafka/users.yaml"]) if m]
    writers: dict[str, set[str]] = {}
    for user in users:
        for rule in user["spec"]["authorization"]["acls"]:
            if "Write" in rule["operations"]:
                writers.setdefault(rule["resource"]["name"], set()).add(user["metadata"]["name"])
    assert writers["orders"] == {"kafka-checkout"}
    assert writers["payments"] == {"kafka-payment"}
    readers = {f"kafka-{part.name}" for part in parts if "orders" in {topic.name for topic in part.reads}}
    assert writers["orders.dlq"] == readers


def test_the_network_lets_only_callers_in(parts: list[Part]) -> None:
    policies = _named(
        [m for m in yaml.safe_load_all(manifests(parts)["base/network.yaml"]) if m], "NetworkPolicy"
    )
    callers = policies["checkout"]["spec"]["ingress"][0]["from"]
    assert callers == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}]
    names = {
        p["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for p in policies["identity"]["spec"]["ingress"][0]["from"]
    }
    assert names == {part.name for part in parts if part.name != "identity"}


def test_secrets_are_references_only(parts: list[Part]) -> None:
    for part in parts:
        for field in secret_fields(part):
            assert f"ANCHORAGE_{field.upper()}" in manifests(parts)["base/services.yaml"]
    text = "".join(manifests(parts).values())
    assert "kind: Secret\n" not in text


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_run_without_rights(overlay: str) -> None:
    for name, spec in _pod_specs(_rendered(overlay)).items():
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True or name in ("kafka", "mongodb"), name
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name


@needs_kubectl
@pytest.mark.parametrize("overlay", ["production", "large"])
def test_each_service_has_one_autoscaler_a_budget_and_a_login_of_its_own(
    overlay: str, parts: list[Part]
) -> None:
    found = _rendered(overlay)
    names = {part.name for part in parts}
    scaled = {**_named(found, "HorizontalPodAutoscaler"), **_named(found, "ScaledObject")}
    assert set(scaled) == names == set(_named(found, "PodDisruptionBudget"))
    for name, spec in _pod_specs(found).items():
        variables = {v["name"]: v for v in spec["containers"][0]["env"]}
        assert variables["ANCHORAGE_KAFKA_PASSWORD"]["valueFrom"]["secretKeyRef"]["name"] == f"kafka-{name}"
        if "ANCHORAGE_MONGODB_URI" in variables:
            reference = variables["ANCHORAGE_MONGODB_URI"]["valueFrom"]["secretKeyRef"]
            assert reference == {"name": f"mongodb-{name}-connection", "key": "connectionString.standard"}


@needs_kubectl
def test_browsers_come_by_the_address_that_the_ingress_serves() -> None:
    found = _rendered("production")
    (ingress,) = _named(found, "Ingress").values()
    (config,) = [m for m in found if m["kind"] == "ConfigMap" and "ANCHORAGE_PUBLIC_URL" in m["data"]]
    host = ingress["spec"]["rules"][0]["host"]
    assert config["data"]["ANCHORAGE_PUBLIC_URL"] == f"https://{host}"
    assert ingress["spec"]["tls"][0]["hosts"] == [host]


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_schemas_of_all_kinds_accept_the_overlay(overlay: str) -> None:
    folder = _schemas()
    custom = schemas.custom_schemas(folder)
    assert [fault for m in _rendered(overlay) for fault in schemas.faults(m, folder, custom)] == []


@needs_kubectl
@pytest.mark.parametrize("kind", ["Deployment", "ScaledObject", "MongoDBCommunity", "KafkaTopic"])
def test_the_schemas_refuse_an_unknown_field(kind: str) -> None:
    folder = _schemas()
    manifest = next(m for m in _rendered("production") if m["kind"] == kind)
    manifest["spec"]["unheardOf"] = 1
    assert schemas.faults(manifest, folder, schemas.custom_schemas(folder)) != []


def _schemas() -> Path:
    folder = Path(os.environ.get(SCHEMAS, ROOT / ".data/kubernetes")).resolve()
    if not (folder / "crds").is_dir():
        pytest.skip("`make test-kubernetes` fetches the schemas")
    return folder
