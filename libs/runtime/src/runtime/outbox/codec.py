"""How an aggregate becomes a MongoDB document and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from runtime.mongo.client import Document

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Codec(Generic[A]):
    """How an aggregate is stored: `read` takes its document, `write` gives its fields (`_id` and `version` among them).

    `changing` gives only the fields that can change after creation, where that is cheaper; `optional` names the fields that
    may be absent, and are removed from the document when they are.
    """

    read: Callable[[Document], A]
    write: Callable[[A], Document]
    changing: Callable[[A], Document] | None = None
    optional: frozenset[str] = frozenset()
