"""Topics and users for Strimzi (`kafka.strimzi.io/v1`), and the same users' rights for Compose."""

from __future__ import annotations

from collections.abc import Sequence

from anchorage_kubernetes.names import CLUSTER, PART_OF, Manifest, object_name
from anchorage_kubernetes.parts import Part
from contracts.topics import TOPICS, Topic
from runtime.kafka.topics import topic_config

REPLICAS = 3
MIN_IN_SYNC = 2
LABELS = {**PART_OF, "strimzi.io/cluster": CLUSTER}


def topics() -> list[Manifest]:
    """Every topic with its dead letters."""
    return [_topic(topic) for t in TOPICS for topic in (t, t.dead_letters)]


def _topic(topic: Topic) -> Manifest:
    config = {**topic_config(topic), "min.insync.replicas": str(MIN_IN_SYNC)}
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name, "labels": LABELS},
        "spec": {"partitions": topic.partitions, "replicas": REPLICAS, "config": config},
    }


def users(parts: Sequence[Part]) -> list[Manifest]:
    """A user for each service that may read and write its own topics, and one that measures lag for KEDA."""
    return [*(_user(part) for part in parts), _lag_reader()]


def user_name(service: str) -> str:
    """The Kafka user of a service; Strimzi puts its password into a Secret of this name."""
    return f"kafka-{object_name(service)}"


def _user(part: Part) -> Manifest:
    return _kafka_user(user_name(part.name), _rules(part))


def _rules(part: Part) -> list[Manifest]:
    """What a service may do: nothing but what its code does."""
    groups = [_rule("group", f"{part.name}.", ["Read", "Describe"], pattern="prefix")] if part.groups else []
    reads = [_rule("topic", topic.name, ["Read", "Describe"]) for topic in part.reads]
    writes = [_rule("topic", topic.name, ["Write", "Describe"]) for topic in part.writes]
    return [*groups, *reads, *writes]


def rights(parts: Sequence[Part]) -> dict[str, list[dict[str, str]]]:
    """The rights of each user for `compose.production.yml`, one operation in each.

    `operator` is for the commands of `anchorage`, `setup` creates the topics.
    """
    operator = [
        _rule("topic", "*", ["Read", "Write", "Describe", "DescribeConfigs"]),
        _rule("group", "*", ["Read", "Describe"]),
    ]
    setup = [_rule("topic", "*", ["Create", "Describe", "DescribeConfigs"])]
    users = {part.name: _rules(part) for part in parts} | {"operator": operator, "setup": setup}
    return {user: [right for rule in rules for right in _single(rule)] for user, rules in users.items()}


def _single(rule: Manifest) -> list[dict[str, str]]:
    resource = rule["resource"]
    named = {"resource": resource["type"], "name": resource["name"], "pattern": resource["patternType"]}
    return [{**named, "operation": operation} for operation in rule["operations"]]


def _lag_reader() -> Manifest:
    rules = [
        _rule("topic", "*", ["Describe", "DescribeConfigs"]),
        _rule("group", "*", ["Describe"]),
    ]
    return _kafka_user("kafka-lag-reader", rules)


def _kafka_user(name: str, rules: list[Manifest]) -> Manifest:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": rules},
        },
    }


def _rule(kind: str, name: str, operations: list[str], *, pattern: str = "literal") -> Manifest:
    resource = {"type": kind, "name": name, "patternType": pattern}
    return {"resource": resource, "operations": operations}


CA_FILE = "/kafka-ca/ca.crt"


def clients(parts: Sequence[Part]) -> list[Manifest]:
    """Patches: each service logs in with its own user, and trusts the CA of the cluster."""
    return [_client(part.name) for part in parts]


def _client(service: str) -> Manifest:
    name = object_name(service)
    password = {"secretKeyRef": {"name": user_name(service), "key": "password"}}
    container = {
        "name": name,
        "env": [
            {"name": "ANCHORAGE_KAFKA_CA", "value": CA_FILE},
            {"name": "ANCHORAGE_KAFKA_USERNAME", "value": user_name(service)},
            {"name": "ANCHORAGE_KAFKA_PASSWORD", "valueFrom": password},
        ],
        "volumeMounts": [{"name": "kafka-ca", "mountPath": CA_FILE.rsplit("/", 1)[0], "readOnly": True}],
    }
    items = [{"key": "ca.crt", "path": "ca.crt"}]
    ca = {"name": "kafka-ca", "secret": {"secretName": f"{CLUSTER}-cluster-ca-cert", "items": items}}
    spec = {"template": {"spec": {"containers": [container], "volumes": [ca]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
