"""The MongoDB replica set with a user for each service, for MongoDB's community operator."""

from __future__ import annotations

from collections.abc import Sequence

from anchorage_kubernetes.names import CLUSTER, PART_OF, Manifest, object_name
from anchorage_kubernetes.parts import Part

NAME = f"{CLUSTER}-mongodb"
CA_FILE = "/mongodb-ca/ca.crt"
VERSION = "6.0.27"


def connection_secret(service: str) -> str:
    """The Secret that the operator writes for a user, with the whole URI under CONNECTION_KEY."""
    return f"mongodb-{object_name(service)}-connection"


CONNECTION_KEY = "connectionString.standard"


def replica_set(parts: Sequence[Part]) -> Manifest:
    """Three members with TLS; each service reads and writes its own database, the operator's commands read all."""
    owners = [_user(p.name, p.name, [{"name": "readWrite", "db": p.name}]) for p in parts if p.has_database]
    reader = _user("operator", "admin", [{"name": "readAnyDatabase", "db": "admin"}])
    labels = {**PART_OF, "app.kubernetes.io/component": "mongodb"}
    return {
        "apiVersion": "mongodbcommunity.mongodb.com/v1",
        "kind": "MongoDBCommunity",
        "metadata": {"name": NAME, "labels": PART_OF},
        "spec": {
            "members": 3,
            "type": "ReplicaSet",
            "version": VERSION,
            "security": {
                "authentication": {"modes": ["SCRAM-SHA-256"]},
                "tls": {
                    "enabled": True,
                    "certificateKeySecretRef": {"name": "mongodb-tls"},
                    "caCertificateSecretRef": {"name": "mongodb-tls"},
                },
            },
            # No service reads old snapshots, and mongod then needs less memory.
            "additionalMongodConfig": {"setParameter.minSnapshotHistoryWindowInSeconds": 0},
            "additionalConnectionStringConfig": {"tlsCAFile": CA_FILE},
            "users": [*owners, reader],
            "statefulSet": {"spec": {"template": {"metadata": {"labels": labels}}}},
        },
    }


def _user(name: str, database: str, roles: list[Manifest]) -> Manifest:
    return {
        "name": name,
        "db": database,
        "passwordSecretRef": {"name": f"mongodb-{object_name(name)}-password"},
        "roles": roles,
        "scramCredentialsSecretName": f"mongodb-{object_name(name)}",
        "connectionStringSecretName": connection_secret(name),
    }


def clients(parts: Sequence[Part]) -> list[Manifest]:
    """Patches: each service takes its URI from the operator's Secret, and trusts the CA of the replica set."""
    return [_client(part) for part in parts if part.has_database]


def _client(part: Part) -> Manifest:
    name = object_name(part.name)
    reference = {"name": connection_secret(part.name), "key": CONNECTION_KEY}
    container = {
        "name": name,
        "env": [{"name": "ANCHORAGE_MONGODB_URI", "valueFrom": {"secretKeyRef": reference}}],
        "volumeMounts": [{"name": "mongodb-ca", "mountPath": CA_FILE.rsplit("/", 1)[0], "readOnly": True}],
    }
    items = [{"key": "ca.crt", "path": "ca.crt"}]
    ca = {"name": "mongodb-ca", "secret": {"secretName": "mongodb-tls", "items": items}}
    spec = {"template": {"spec": {"containers": [container], "volumes": [ca]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
