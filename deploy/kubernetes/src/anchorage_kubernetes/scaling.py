"""Autoscaling: by CPU where a service only answers calls, by CPU and lag where it consumes.

A Deployment may have one autoscaler, and KEDA makes its own of a ScaledObject, so a consumer's CPU is a trigger of KEDA.
"""

from __future__ import annotations

from collections.abc import Sequence

from anchorage_kubernetes.names import CLUSTER, KAFKA_TLS_PORT, NAMESPACE, Manifest, metadata, object_name
from anchorage_kubernetes.parts import Part
from contracts.topics import BUSY

LEAST, MOST_WITHOUT_GROUP = 2, 20
CPU_PERCENT = 70
LAG = 500
"""Records behind, for each replica, at which one more is started."""
COOLDOWN_SECONDS = 300
"""Each change of the number of replicas moves partitions, so it is not made often."""
AUTHENTICATION = "kafka-lag-reader"


def scaler(part: Part) -> Manifest:
    """The autoscaler of one service."""
    return _by_lag(part) if part.groups else _by_cpu(part)


def _by_cpu(part: Part) -> Manifest:
    target = {"type": "Utilization", "averageUtilization": CPU_PERCENT}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(part.name),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": object_name(part.name)},
            "minReplicas": LEAST,
            "maxReplicas": MOST_WITHOUT_GROUP,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": COOLDOWN_SECONDS}},
        },
    }


def _by_lag(part: Part) -> Manifest:
    down = {"stabilizationWindowSeconds": COOLDOWN_SECONDS}
    cpu = {"type": "cpu", "metricType": "Utilization", "metadata": {"value": str(CPU_PERCENT)}}
    lags = [_lag(group, topic.name) for group, topics in part.groups.items() for topic in topics]
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": metadata(part.name),
        "spec": {
            "scaleTargetRef": {"name": object_name(part.name)},
            "minReplicaCount": LEAST,
            "maxReplicaCount": BUSY,
            "cooldownPeriod": COOLDOWN_SECONDS,
            # While Kafka cannot be asked, the number of replicas stays.
            "fallback": {"failureThreshold": 3, "replicas": LEAST, "behavior": "currentReplicasIfHigher"},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": down}}},
            "triggers": [cpu, *lags],
        },
    }


def _lag(group: str, topic: str) -> Manifest:
    return {
        "type": "kafka",
        "metadata": {
            "bootstrapServers": f"{CLUSTER}-kafka-bootstrap.{NAMESPACE}.svc:{KAFKA_TLS_PORT}",
            "consumerGroup": group,
            "topic": topic,
            "lagThreshold": str(LAG),
            "offsetResetPolicy": "earliest",
            "ensureEvenDistributionOfPartitions": "true",
            "tls": "enable",
            "sasl": "scram_sha512",
        },
        "authenticationRef": {"name": AUTHENTICATION},
    }


def scalers(parts: Sequence[Part]) -> list[Manifest]:
    """The autoscalers of all services, and how KEDA logs in to Kafka."""
    user = {"parameter": "username", "name": AUTHENTICATION, "key": "username"}
    secrets = [
        {"parameter": "password", "name": AUTHENTICATION, "key": "password"},
        {"parameter": "ca", "name": f"{CLUSTER}-cluster-ca-cert", "key": "ca.crt"},
    ]
    username = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": AUTHENTICATION},
        "data": {"username": AUTHENTICATION},
    }
    login = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "TriggerAuthentication",
        "metadata": {"name": AUTHENTICATION},
        "spec": {"configMapTargetRef": [user], "secretTargetRef": secrets},
    }
    return [*map(scaler, parts), username, login]
