"""NetworkPolicies: nobody may speak but those whose settings name each other."""

from __future__ import annotations

from collections.abc import Sequence

from anchorage_kubernetes.names import (
    KAFKA_PORT,
    KAFKA_TLS_PORT,
    METRICS_PORT,
    MONGODB_PORT,
    OPENSEARCH_PORT,
    OTLP_PORT,
    PART_OF,
    PORT,
    Manifest,
    metadata,
    selector,
)
from anchorage_kubernetes.parts import Part

FRONT = "gateway"
INGRESS_NAMESPACE, MONITORING_NAMESPACE = "ingress-nginx", "monitoring"
KAFKA, MONGODB = (
    {"app.kubernetes.io/component": "kafka"},
    {"app.kubernetes.io/component": "mongodb"},
)
CALLS_OUT = {"alipay_merchants", "content_check_url"}
"""Settings that are addresses outside the cluster. Owners' pictures in a bucket are reached by `uploads`."""
NO_PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]


def _policy(name: str, pods: dict[str, str], **rules: list[Manifest]) -> Manifest:
    types = [kind.capitalize() for kind in rules]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "labels": PART_OF},
        "spec": {"podSelector": {"matchLabels": pods}, "policyTypes": types, **rules},
    }


def _ports(*numbers: int, protocol: str = "TCP") -> list[Manifest]:
    return [{"port": number, "protocol": protocol} for number in numbers]


def _pods(labels: dict[str, str]) -> Manifest:
    return {"podSelector": {"matchLabels": labels}}


def _namespace(name: str) -> Manifest:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def closed() -> list[Manifest]:
    """Nothing comes in or goes out by itself; everybody may ask for names and send traces."""
    dns = {"to": [{"namespaceSelector": {}}], "ports": [*_ports(53, protocol="UDP"), *_ports(53)]}
    traces = {"to": [_namespace(MONITORING_NAMESPACE)], "ports": _ports(OTLP_PORT)}
    return [
        _policy("default-deny", PART_OF, ingress=[], egress=[]),
        _policy("names-and-traces", PART_OF, egress=[dns, traces]),
    ]


def of_service(part: Part, parts: Sequence[Part]) -> Manifest:
    """Who may call this service, and whom it may call."""
    callers: list[Manifest] = [_pods(selector(p.name)) for p in parts if part.name in p.calls(parts)]
    if part.name == FRONT:
        callers.append(_namespace(INGRESS_NAMESPACE))
    egress: list[Manifest] = [{"to": [_pods(KAFKA)], "ports": _ports(KAFKA_PORT, KAFKA_TLS_PORT)}]
    if part.has_database:
        egress.append({"to": [_pods(MONGODB)], "ports": _ports(MONGODB_PORT)})
    egress += [{"to": [_pods(selector(name))], "ports": _ports(PORT)} for name in part.calls(parts)]
    if "opensearch_url" in part.settings:
        opensearch = {"app.kubernetes.io/component": "opensearch"}
        egress.append({"to": [_pods(opensearch)], "ports": _ports(OPENSEARCH_PORT)})
    if part.calls_strangers or {*CALLS_OUT, "uploads"} & {*part.settings}:
        outside = {"ipBlock": {"cidr": "0.0.0.0/0", "except": NO_PRIVATE}}
        egress.append({"to": [outside], "ports": _ports(443, 80) if part.calls_strangers else _ports(443)})
    ingress = [
        {"from": callers, "ports": _ports(PORT)},
        {"from": [_namespace(MONITORING_NAMESPACE)], "ports": _ports(METRICS_PORT)},
    ]
    ingress = [rule for rule in ingress if rule["from"]]  # an empty list would let everybody in
    return _policy(metadata(part.name)["name"], selector(part.name), ingress=ingress, egress=egress)


def of_stores(parts: Sequence[Part]) -> list[Manifest]:
    """Kafka and MongoDB hear their clients and their own members."""
    databases = [_pods(selector(p.name)) for p in parts if p.has_database]
    clients = [_pods(selector(p.name)) for p in parts]
    operator = _pods({"app.kubernetes.io/name": "operator"})
    return [
        _policy(
            "kafka-clients",
            KAFKA,
            ingress=[
                {
                    "from": [*clients, operator, _namespace("keda")],
                    "ports": _ports(KAFKA_PORT, KAFKA_TLS_PORT),
                }
            ],
        ),
        _policy(
            "mongodb-clients",
            MONGODB,
            ingress=[{"from": [*databases, operator, _pods(MONGODB)], "ports": _ports(MONGODB_PORT)}],
        ),
        _policy(
            "operator",
            {"app.kubernetes.io/name": "operator"},
            egress=[
                {"to": [_pods(KAFKA)], "ports": _ports(KAFKA_PORT, KAFKA_TLS_PORT)},
                {"to": [_pods(MONGODB)], "ports": _ports(MONGODB_PORT)},
                {"to": [_pods(selector(FRONT))], "ports": _ports(PORT)},
            ],
        ),
    ]
