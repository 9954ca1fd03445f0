"""Names, labels and ports that several manifests share."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

PART_OF = {"app.kubernetes.io/part-of": "anchorage"}
PORT, METRICS_PORT = 8080, 9464
"""Of a service, as the image sets them."""
KAFKA_PORT, KAFKA_TLS_PORT, MONGODB_PORT, OPENSEARCH_PORT, OTLP_PORT = 9092, 9093, 27017, 9200, 4318
NAMESPACE = "anchorage"
CLUSTER = "anchorage"
"""The name of the Strimzi Kafka cluster and of the MongoDB replica set."""


def object_name(service: str) -> str:
    """The name of a service's objects: Kubernetes allows no underscores."""
    return service.replace("_", "-")


def selector(service: str) -> dict[str, str]:
    """The label that a service's pods are selected by."""
    return {"app.kubernetes.io/name": object_name(service)}


def metadata(service: str, name: str | None = None) -> Manifest:
    """Metadata of an object of this service, which has the service's name unless another is given."""
    return {"name": name or object_name(service), "labels": {**selector(service), **PART_OF}}
