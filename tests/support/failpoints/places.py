"""Every place where a process can end between an effect and what follows it: the next effect, a commit, a publish, an answer.

A place is an awaited call that writes to MongoDB or Kafka, or that makes another party act; the process ends right after it, when
the effect is durable and nothing else has happened. The list comes from the code, so a new write is a new place.
`python -m support.failpoints.places` writes it to `tests/failpoints/places.txt`, with the story that passes each place.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
LIST = ROOT / "tests" / "failpoints" / "places.txt"
NO_STORY = "?"

SERVICES = {
    name: ROOT / folder / name / "src" / name
    for name, folder in {
        "catalog": "services",
        "checkout": "services",
        "payment": "services",
        "sharecode": "services",
        "webhooks": "services",
        "feeds": "services",
        "identity": "services",
        "alipay_sandbox": "apps",
    }.items()
}
"""Those that write; the gateway and search have no database."""
RUNTIME = ROOT / "libs" / "runtime" / "src" / "runtime"

MONGODB_WRITES = frozenset(
    {
        "bulk_write",
        "delete_many",
        "delete_one",
        "find_one_and_delete",
        "find_one_and_replace",
        "find_one_and_update",
        "insert_many",
        "insert_one",
        "replace_one",
        "update_many",
        "update_one",
        "with_transaction",
    }
)
GRIDFS_WRITES = frozenset({"close", "delete", "write"})
"""Of a file in MongoDB, in the modules that import `gridfs`."""
RUNTIME_WRITES = frozenset(
    {
        "change", "change_many", "change_stored", "insert", "insert_new", "keep_newest", "update_guarded", "write_with",
    }
)  # fmt: skip
"""The stores and bulk writes of `runtime`, as services call them."""
ASKS = frozenset({"again", "call", "commit", "publish", "send", "set_aside", "_retry_while_unavailable"})
"""Something is published, a record is announced again or goes to the dead letters, Alipay is called, a notice is sent."""
EFFECTS = MONGODB_WRITES | RUNTIME_WRITES | ASKS

SPINE = frozenset(
    {
        "runtime.outbox.sender.Sender.send:publish",
        "runtime.consuming.consumer.Consumer._handle_batch:process",
        "runtime.consuming.kafka_client.KafkaClient._commit_handled:commit",
        "runtime.web.boundary._boundary.boundary:_answer",
    }
)
"""What the runtime does for every service: publish its events, handle records, commit, answer. Each service is tried there."""
RUNTIME_PARTS = ("outbox", "consuming", "mongo", "web")
WITHIN_A_STORE = ("runtime.outbox.versioned_store.", "runtime.outbox.actions.", "runtime.mongo.writes.")
"""The same moments as the calls of the services that lead here."""
REST_IN = "checkout"
"""The service that uses nearly every other part of the runtime, which is tried there for all."""
REST_ELSEWHERE = {"runtime.mongo.listing.": "catalog"}
"""The service of the parts that it does not use."""


def all_places() -> list[str]:
    """Every place, `<service>:<module>.<function>:<call>`, sorted."""
    found = []
    for service, source in SERVICES.items():
        found += [f"{service}:{place}" for place in _in_package(source)]
        if service == "alipay_sandbox":  # not built on `runtime.service`
            continue
        found += [
            f"{service}:{place}" for place in _in_runtime() if place in SPINE or service == _tried_in(place)
        ]
    return sorted(found)


def places_in(tree: ast.Module, module: str) -> Iterator[tuple[str, ast.Await]]:
    """The places of one module, without the service's name, and their nodes."""
    effects, seen = EFFECTS | _batchers(tree), Counter[str]()
    if _imports(tree, "gridfs"):
        effects |= GRIDFS_WRITES
    for function, body in _functions(tree, module):
        for node in _awaits_of(body):
            name = _name(node)
            place = f"{function}:{name}"
            if name in effects or place in SPINE:
                seen[place] += 1
                yield (place if seen[place] == 1 else f"{place}#{seen[place]}"), node


def read_list() -> dict[str, str]:
    """The story of each place in the list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def write_list() -> list[str]:
    """Write the list with the stories that it had; returns the places that have none yet."""
    stories = read_list() if LIST.exists() else {}
    places = all_places()
    width = max(map(len, places)) + 2
    head = "# Written by `make failpoints`. The second column names the story that passes the place.\n"
    lines = (f"{place:<{width}}{stories.get(place, NO_STORY)}\n" for place in places)
    LIST.write_text(head + "".join(lines), encoding="utf-8")
    return [place for place in places if stories.get(place, NO_STORY) == NO_STORY]


def _in_package(source: Path) -> Iterator[str]:
    for path in sorted(source.rglob("*.py")):
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        for place, _ in places_in(ast.parse(path.read_text(encoding="utf-8")), module):
            yield place


def _in_runtime() -> Iterator[str]:
    for part in RUNTIME_PARTS:
        for path in sorted((RUNTIME / part).glob("*.py")):
            module = f"runtime.{part}.{path.stem}"
            for place, _ in places_in(ast.parse(path.read_text(encoding="utf-8")), module):
                if not place.startswith(WITHIN_A_STORE):
                    yield place


def _tried_in(place: str) -> str:
    return next((service for part, service in REST_ELSEWHERE.items() if place.startswith(part)), REST_IN)


def _functions(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{name}.{child.name}"
            if isinstance(child, ast.AsyncFunctionDef):
                yield inner, child
            yield from _functions(child, inner)
        else:
            yield from _functions(child, name)


def _awaits_of(function: ast.AST) -> Iterator[ast.Await]:
    """The awaited calls of this function, in the order of the text, without those of functions within it."""
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Await) and isinstance(child.value, ast.Call):
            yield child
        yield from _awaits_of(child)


def _name(node: ast.Await) -> str:
    called = node.value.func if isinstance(node.value, ast.Call) else None
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _imports(tree: ast.Module, package: str) -> bool:
    """Whether the module imports from the package."""
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(module.partition(".")[0] == package for module in modules)


def _batchers(tree: ast.Module) -> set[str]:
    """The attributes that are a `runtime.batching.Batcher`: calling one is a write."""
    return {
        node.targets[0].attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Attribute)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Subscript)
        and getattr(node.value.func.value, "id", "") == "Batcher"
    }


if __name__ == "__main__":
    for place in write_list():
        print(f"{place} has no story yet: name one in {LIST.relative_to(ROOT)}")
