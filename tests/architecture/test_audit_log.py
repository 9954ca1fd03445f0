"""Every store says what the audit log shows of its changes, and no store shows what tells of people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEVER_SHOWN = {
    "address",
    "contact",
    "email",
    "phone",
    "phone_tail",
    "openid",
    "viewer",
    "secret_hash",
    "tracking_number",
}


def undeclared(source: str) -> list[str]:
    """The classes and functions of a module that make a VersionedStore without `shown`."""
    tree = ast.parse(source)
    heirs = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and _is_store(node)]
    made = [*_calls(tree, "VersionedStore"), *(call for heir in heirs for call in _calls(heir, "__init__"))]
    return [ast.unparse(call)[:80] for call in made if "shown" not in {key.arg for key in call.keywords}]


def _is_store(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).startswith("VersionedStore") for base in node.bases)


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
            yield node


def adapters() -> list[Path]:
    return sorted(ROOT.glob("services/*/src/*/adapters/**/*.py"))


def test_every_store_declares_what_is_shown() -> None:
    found = {
        path.name: calls for path in adapters() if (calls := undeclared(path.read_text(encoding="utf-8")))
    }
    assert found == {}, "give the VersionedStore `shown=Shown(kind, fields)`"


def test_no_store_shows_what_tells_of_people() -> None:
    shown = {
        (path.name, name)
        for path in adapters()
        for call in _calls(ast.parse(path.read_text(encoding="utf-8")), "Shown")
        for node in ast.walk(call)
        if isinstance(node, ast.Constant)
        for name in str(node.value).split(".")
    }
    assert {(file, name) for file, name in shown if name in NEVER_SHOWN} == set()


def test_a_store_without_a_declaration_is_found() -> None:
    assert undeclared(
        "class New(VersionedStore[Thing]):\n    def __init__(self):\n        super().__init__(codec)\n"
    )
    assert undeclared("store = VersionedStore(codec, recorder, collection)")
    assert not undeclared("store = VersionedStore(codec, recorder, collection, shown=Shown('thing'))")
