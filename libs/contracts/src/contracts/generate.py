"""`python -m contracts.generate`: writes AsyncAPI 3.0, JSON Schemas and the event table from the models.

`--check` writes nothing and fails if the committed files differ. A change that would break a reader of a published event is
refused: it needs a new `schema_version`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from contracts.asyncapi import document
from contracts.compatibility import breaking_changes
from contracts.event import Event
from contracts.registry import all_events

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path("schemas")
ASYNCAPI = Path("asyncapi.json")
TABLE = Path("EVENTS.md")


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's value."""
    schema = event.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{event.type_name()}.json",
        **schema,
    }


def files() -> dict[Path, str]:
    """The text of every generated file."""
    generated = {SCHEMAS / f"{event.type_name()}.json": _json(schema_of(event)) for event in all_events()}
    return generated | {ASYNCAPI: _json(document()), TABLE: _table()}


def broken_readers(root: Path) -> list[str]:
    """Changes of the models that would break readers of the schemas committed under `root`."""
    wrong = []
    current = {SCHEMAS / f"{event.type_name()}.json": schema_of(event) for event in all_events()}
    for path in sorted((root / SCHEMAS).glob("*.json")):
        new = current.get(path.relative_to(root))
        if new is None:
            wrong.append(f"{path.stem}: the event was removed")
        else:
            wrong += [
                f"{path.stem}: {change}"
                for change in breaking_changes(json.loads(path.read_text(encoding="utf-8")), new)
            ]
    return wrong


def drift(root: Path) -> list[str]:
    """The committed files that differ from the models."""
    return [
        str(path)
        for path, text in files().items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def _table() -> str:
    rows = [
        f"| {event.__name__} | `{event.topic.name}` | `{event.key_field()}` | {event.topic.producer} "
        f"| {_first_line(event)} | [schema](schemas/{event.type_name()}.json) |"
        for event in all_events()
    ]
    head = "# Events\n\nGenerated from the models by `make contracts`.\n\n"
    return (
        head
        + "| event | topic | key | producer | meaning | |\n|---|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _first_line(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0].replace("|", "\\|")


def main() -> int:
    """Writes or checks the files; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    arguments = parser.parse_args()
    if wrong := broken_readers(ROOT):
        print(
            "These changes would break readers; publish a new version of the event instead:",
            *wrong,
            sep="\n  ",
        )
        return 1
    if arguments.check:
        differing = drift(ROOT)
        if differing:
            print("These files differ from the models; run `make contracts`:", *differing, sep="\n  ")
        return 1 if differing else 0
    for path, text in files().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    print(f"{len(files())} files written under {ROOT.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
