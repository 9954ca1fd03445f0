"""Deployments with what belongs to each: Service, ServiceAccount, PodDisruptionBudget."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic.fields import FieldInfo

from anchorage_kubernetes.names import METRICS_PORT, PORT, Manifest, metadata, object_name, selector
from anchorage_kubernetes.parts import Part

USER = 10001
"""The image's user."""
IMAGE = "anchorage"
TERMINATION_SECONDS = 15
"""A service takes eight seconds to stop (`ANCHORAGE_GRACEFUL_TIMEOUT`), after the endpoints had time to forget it."""
REFUSE_LATE_SECONDS = 4

MEMORY = {"search": "1Gi", "catalog": "1Gi"}
"""Memory limits other than the usual 512Mi: both hold pages or an index."""

FOLDERS: dict[str, tuple[str, Manifest]] = {
    "media_dir": ("/media", {"persistentVolumeClaim": {"claimName": "media"}}),
    "uploads": ("/uploads", {"persistentVolumeClaim": {"claimName": "uploads"}}),
    "search_dir": ("/var/lib/search", {"emptyDir": {"sizeLimit": "10Gi"}}),
    "feeds_dir": ("/var/lib/feeds", {"emptyDir": {"sizeLimit": "10Gi"}}),
    "alipay_merchants": ("/merchants/merchants.json", {"secret": {"secretName": "alipay-merchants"}}),
}
"""Settings that are files or folders: the path in the container, and the volume that holds it."""

PLACED_ELSEWHERE = {
    "host",
    "port",
    "kafka",
    "kafka_username",
    "kafka_ca",
    "trace_dir",
    "public_url",
    "opensearch_url",
}
"""The image or the ConfigMap `anchorage` sets them, or the default is right."""


class UnplacedSetting(Exception):
    """A setting has no default and none of the rules says where its value comes from."""


def is_secret(field: str) -> bool:
    """Whether a setting's value is in the service's Secret."""
    return field.endswith("_secret") or field in ("mongodb_uri", "ops_client_id")


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"ANCHORAGE_{field.upper()}"


def secret_fields(part: Part) -> list[str]:
    """The settings of this service that are secrets."""
    return [f for f in part.settings if is_secret(f) and (f != "mongodb_uri" or part.has_database)]


def _environment(part: Part, parts: Sequence[Part]) -> list[Manifest]:
    services = {f"{p.name}_url": p.name for p in parts}
    variables: list[Manifest] = []
    for field, info in part.settings.items():
        if is_secret(field):
            if field in secret_fields(part):
                reference = {"name": object_name(part.name), "key": variable(field)}
                variables.append({"name": variable(field), "valueFrom": {"secretKeyRef": reference}})
        elif field in services:
            url = f"http://{object_name(services[field])}:{PORT}"
            variables.append({"name": variable(field), "value": url})
        elif field in FOLDERS:
            variables.append({"name": variable(field), "value": FOLDERS[field][0]})
        else:
            _check_default(part.name, field, info)
    return variables


def _check_default(service: str, field: str, info: FieldInfo) -> None:
    if field not in PLACED_ELSEWHERE and info.is_required():
        raise UnplacedSetting(
            f"{service}: {variable(field)} has no default. Give it one, end its name in `_secret`, or add it to FOLDERS"
        )


def _volumes(part: Part) -> tuple[list[Manifest], list[Manifest]]:
    """The volumes of a pod and their mounts."""
    volumes: list[Manifest] = [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]
    mounts: list[Manifest] = [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108
    for field in part.settings:
        if field in FOLDERS:
            path, source = FOLDERS[field]
            name = object_name(field)
            volumes.append({"name": name, **source})
            is_file = "secret" in source
            mount = {"name": name, "mountPath": path.rsplit("/", 1)[0] if is_file else path}
            mounts.append(mount | ({"readOnly": True} if is_file or field == "media_dir" else {}))
    return volumes, mounts


def _probe(path: str, **timing: int) -> Manifest:
    return {"httpGet": {"path": path, "port": "http"}, "timeoutSeconds": 5, **timing}


def _container(part: Part, parts: Sequence[Part], mounts: list[Manifest]) -> Manifest:
    memory = MEMORY.get(part.name, "512Mi")
    return {
        "name": object_name(part.name),
        "image": IMAGE,
        "command": ["python3", "-m", part.name],
        "envFrom": [{"configMapRef": {"name": "anchorage"}}],
        "env": _environment(part, parts),
        "ports": [
            {"name": "http", "containerPort": PORT},
            {"name": "metrics", "containerPort": METRICS_PORT},
        ],
        # The first start reads everything: an index is built from all streams. Only then do the others begin.
        "startupProbe": _probe("/readyz", periodSeconds=3, failureThreshold=200),
        "readinessProbe": _probe("/readyz", periodSeconds=3, failureThreshold=2),
        "livenessProbe": _probe("/livez", periodSeconds=10, failureThreshold=3),
        # Endpoints learn late that a pod ends: it goes on answering for this long.
        "lifecycle": {"preStop": {"sleep": {"seconds": REFUSE_LATE_SECONDS}}},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": memory}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _pod(part: Part, parts: Sequence[Part]) -> Manifest:
    volumes, mounts = _volumes(part)
    spread = {
        "maxSkew": 1,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(part.name)},
    }
    return {
        "serviceAccountName": object_name(part.name),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": TERMINATION_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {"topologyKey": "topology.kubernetes.io/zone", **spread},
            {"topologyKey": "kubernetes.io/hostname", **spread},
        ],
        "containers": [_container(part, parts, mounts)],
        "volumes": volumes,
    }


def workload(part: Part, parts: Sequence[Part]) -> list[Manifest]:
    """The objects of one service. Raises UnplacedSetting."""
    labels = metadata(part.name)["labels"]
    match = {"matchLabels": selector(part.name)}
    deployment = {
        "selector": match,
        "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        # A release that never becomes ready stops here; the old pods go on.
        "progressDeadlineSeconds": 900,
        "template": {"metadata": {"labels": labels}, "spec": _pod(part, parts)},
    }
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(part.name)}
    return [
        {**account, "automountServiceAccountToken": False},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(part.name), "spec": deployment},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(part.name),
            "spec": {
                "selector": selector(part.name),
                "ports": [{"name": "http", "port": PORT, "targetPort": "http"}],
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata(part.name),
            "spec": {"maxUnavailable": 1, "selector": match},
        },
    ]
