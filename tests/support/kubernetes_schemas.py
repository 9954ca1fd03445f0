"""Checks manifests against the schemas of Kubernetes, KEDA, MongoDB's operator and (a small one of ours) Strimzi."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry as _Registry
from referencing.jsonschema import DRAFT202012

KUBERNETES = "1.33"
Registry = _Registry[Any]
Schemas = dict[tuple[str, str], Any]
STRIMZI = Path(__file__).parents[2] / "deploy/kubernetes/tests/strimzi-v1.yaml"


def custom_schemas(folder: Path) -> Schemas:
    """The schema of each custom kind by (apiVersion, kind); unknown fields are errors."""
    found = {
        ("kafka.strimzi.io/v1", kind): closed(
            {"properties": {"spec": spec}, "x-kubernetes-preserve-unknown-fields": True}
        )
        for kind, spec in yaml.safe_load(STRIMZI.read_text(encoding="utf-8")).items()
    }
    for file in (folder / "crds").glob("*.yaml"):
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]
        for version in spec["versions"]:
            key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            schema = dict(version["schema"]["openAPIV3Schema"])
            schema["properties"] = {**schema["properties"], "metadata": {}}
            found[key] = closed(schema)
    return found


def closed(schema: Any) -> Any:
    """The schema, refusing fields that it does not name, as an API server with strict field validation does."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and not is_open:
        result["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        result = {"type": ["integer", "string"]}
    return result


def faults(manifest: dict[str, Any], folder: Path, custom: Schemas) -> list[str]:
    """What is wrong with one manifest, in words; empty when nothing is."""
    schema = custom.get((manifest["apiVersion"], manifest["kind"]))
    if schema is None:
        schema, registry = _own_schema(folder, manifest["apiVersion"], manifest["kind"])
    else:
        registry = Registry()
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    found = Draft202012Validator(schema, registry=registry).iter_errors(manifest)
    return [f"{name}: {error.json_path}: {error.message}" for error in found]


@cache
def _own_schema(folder: Path, version: str, kind: str) -> tuple[Any, Registry]:
    """The schema of one of Kubernetes' own kinds, with the definitions that it refers to. Raises FileNotFoundError."""
    group, _, number = version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.split(".")[0], number)))
    schemas = folder / "python/kubernetes_validate/kubernetes-json-schema" / f"v{KUBERNETES}.0-local-strict"
    return json.loads((schemas / f"{name}.json").read_text(encoding="utf-8")), _definitions(schemas)


@cache
def _definitions(schemas: Path) -> Registry:
    file = schemas / "_definitions.json"
    resource = DRAFT202012.create_resource(json.loads(file.read_text(encoding="utf-8")))
    return Registry().with_resources([(file.name, resource), (file.as_uri(), resource)])
