"""Reads parts of documents, also those that a later version of the service wrote during an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

T = TypeVar("T")


def read_as(kind: type[T], document: Mapping[str, Any], /, **converted: Any) -> T:
    """A dataclass from the fields of the document that it knows; the others are ignored. `converted` replaces values.

    Raises TypeError when a field without a default is missing.
    """
    names = [field.name for field in fields(cast(Any, kind))]
    return kind(**{name: document[name] for name in names if name in document} | converted)
