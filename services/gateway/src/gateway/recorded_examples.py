"""Examples of requests and answers, one file for each call in `examples/`. `make examples` records them from a running platform."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

FOLDER = files("gateway") / "examples"


@dataclass(frozen=True, slots=True)
class Body:
    """Content with its type: a JSON value, text, or None for bytes, which are not shown."""

    media: str
    content: Any


@dataclass(frozen=True, slots=True)
class Example:
    """One call that was made. `parameters` are those of its path, query and headers, by name; `answer` is None without a body."""

    status: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    request: Body | None = None
    answer: Body | None = None

    def as_json(self) -> dict[str, Any]:
        """The content of its file."""
        bodies = {"request": self.request, "answer": self.answer}
        shown = {name: [body.media, body.content] for name, body in bodies.items() if body is not None}
        return {"parameters": dict(self.parameters), "status": self.status, **shown}


def example_of(content: Mapping[str, Any]) -> Example:
    """The example in a file's content."""
    bodies = {name: Body(*content[name]) for name in ("request", "answer") if name in content}
    return Example(content["status"], content["parameters"], **bodies)


def recorded_examples() -> dict[str, Example]:
    """The examples by the name of the call."""
    found = (file for file in FOLDER.iterdir() if file.name.endswith(".json"))
    return {
        file.name.removesuffix(".json"): example_of(json.loads(file.read_text("utf-8"))) for file in found
    }


def add_example(operation: dict[str, Any], example: Example) -> None:
    """Show the example in an OpenAPI operation, wherever that has a place for it."""
    for parameter in operation["parameters"]:
        if parameter["name"] in example.parameters:
            kind = parameter["schema"].get("type")
            parameter["example"] = _typed(example.parameters[parameter["name"]], kind)
    _show(operation.get("requestBody", {}), example.request)
    _show(operation["responses"].get(str(example.status), {}), example.answer)


def _typed(text: str, kind: object) -> Any:
    return json.loads(text) if kind in ("integer", "number", "boolean") else text


def _show(place: Mapping[str, Any], body: Body | None) -> None:
    if body is not None and body.content is not None:
        media = place.get("content", {}).get(body.media)
        if media is not None:
            media["example"] = body.content
