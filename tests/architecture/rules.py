"""House rules that no linter has, as small checks on the syntax tree. Each reports `path:line: the problem`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

from contracts.registry import all_events
from contracts.topics import DEAD_LETTER_SUFFIX

Rule = Callable[[Path, ast.Module], Iterator[tuple[ast.AST, str]]]

IMPURE_CALLS = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "getenv"})
IMPURE_NAMES = frozenset({"print", "open", "input"})
AMOUNTS = re.compile(r"(^|_)(amount|price|total|fee|balance|commission|payout|cost|fen)s?(_|$)")
WEAK_ADDRESS = re.compile(r"mongodb://\S*[?&]w=(?!majority)")
EVENT_TYPE = re.compile(r"^anchorage\.[A-Z]\w+\.v\d+$")
EVENT_NAMES = frozenset(event.__name__ for event in all_events())
MAX_MODULE, MAX_FUNCTION = 300, 50
SWALLOWED = frozenset({"Exception", "BaseException"})


def violations(rule: Rule, root: Path, *globs: str) -> list[str]:
    """What breaks `rule` in the Python files below `root` that the globs name."""
    found = []
    for path in sorted({path for glob in globs for path in root.glob(glob)}):
        for node, wrong in rule(path, ast.parse(path.read_text(encoding="utf-8"), str(path))):
            found.append(f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}: {wrong}")
    return found


def pure_domain(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Domain code takes the time and every id as arguments; it reads no clock, makes no random numbers and prints nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name) if name in IMPURE_CALLS:
                    yield node, f"{name}() reads the clock, the environment or a random source"
                case ast.Name(id=name) if name in IMPURE_NAMES:
                    yield node, f"{name}() does I/O"


def no_swallowed_errors(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """An error is handled or passed on, never just dropped."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield node, "except without a type"
            elif _names(node.type) & SWALLOWED and all(_does_nothing(step) for step in node.body):
                yield node, "every error is dropped"
        elif _is_call(node, "suppress") and any(_names(argument) & SWALLOWED for argument in node.args):
            yield node, "every error is suppressed"


def explicit_encoding(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Text files and pipes are UTF-8 in every locale: a GBK machine must read what it is given.

    Ruff's PLW1514 sees only what it can infer to be a path; this rule goes by the names of the calls.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not {k.arg for k in node.keywords} & {"encoding", None}:
            match node.func:
                case ast.Attribute(attr="read_text") if not node.args:
                    yield node, "read_text() without encoding"
                case ast.Attribute(attr="write_text") if len(node.args) == 1:
                    yield node, "write_text() without encoding"
                case ast.Attribute(attr="run" | "Popen" | "check_output") if _is_true(node, "text"):
                    yield node, "a pipe of text without encoding"
                case ast.Name(id="open") if not any("b" in mode for mode in _texts(node.args[1:2])):
                    yield node, "open() without encoding"
                case ast.Attribute(attr="open") if {*_texts(node.args[:1])} & {"r", "w", "a", "x"}:
                    yield node, "open() without encoding"


def _is_true(call: ast.Call, name: str) -> bool:
    return any(k.arg == name and getattr(k.value, "value", None) is True for k in call.keywords)


def _texts(nodes: list[ast.expr]) -> list[str]:
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def redacted_logs(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """A log line holds the text of an error only as `redacted` leaves it: any other text may repeat personal data."""
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name:
            for call in ast.walk(handler):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and _is_log(call.func.value)
                ):
                    extra = [k.value for k in call.keywords if k.arg == "extra"]
                    if any(_repeats(part, handler.name) for part in [*call.args, *extra]):
                        yield call, "the text of an error in a log line; use redacted()"


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in {"log", "_log", "logger"}


def _repeats(part: ast.AST, error: str) -> bool:
    """Whether the text of `error` gets into `part`: its type, or its attributes, are another matter."""
    match part:
        case ast.Call(func=ast.Name(id="redacted" | "type" | "is_unavailable")) | ast.Attribute():
            return False
        case ast.Name(id=name):
            return name == error
    return any(_repeats(inner, error) for inner in ast.iter_child_nodes(part))


def majority_writes(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """MongoDB acknowledges when a majority has it: with less, a killed server loses acknowledged writes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            concerns = [k.value for k in node.keywords if k.arg == "w"]
            if _is_call(node, "WriteConcern"):
                concerns += node.args[:1]
            for concern in concerns:
                if not (isinstance(concern, ast.Constant) and concern.value == "majority"):
                    yield node, "a write concern other than majority"
        elif WEAK_ADDRESS.search(_text(node)):
            yield node, "a write concern other than majority in an address"


def no_float_money(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Money is a whole number of fen."""
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if _is_float_amount(name, kind):
                yield node, f"{name} is a float"
            case ast.arg(arg=name, annotation=ast.expr() as kind) if _is_float_amount(name, kind):
                yield node, f"{name} is a float"
            case ast.FunctionDef(name=name, returns=ast.expr() as kind) if _is_float_amount(name, kind):
                yield node, f"{name}() answers a float"


def named_in_contracts(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Events and topics have one name in one place; elsewhere they are imported, not spelled."""
    texts = {id(docstring) for docstring in _docstrings(tree)}
    for node in ast.walk(tree):
        text = "" if id(node) in texts else _text(node)
        if text in EVENT_NAMES or EVENT_TYPE.match(text):
            yield node, f"the event {text} as a loose string"
        elif text.endswith(DEAD_LETTER_SUFFIX):
            yield node, f"the topic {text} as a loose string"
        elif _is_call(node, "Topic"):
            yield node, "a topic that the contracts do not know"


def short_modules(path: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """A module that is longer than MAX_MODULE lines holds more than one thing."""
    if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_MODULE:
        yield tree, f"{lines} lines; split it before {MAX_MODULE}"


def short_functions(_: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """A function fits a screen."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION:
                yield node, f"{node.name}() has {lines} lines; {MAX_FUNCTION} fit a screen"


def _is_float_amount(name: str, kind: ast.expr) -> bool:
    return bool(AMOUNTS.search(name)) and any(_names(part) == {"float"} for part in ast.walk(kind))


def _is_call(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and _names(node.func) == {name}


def _text(node: ast.AST) -> str:
    """The string that a constant is; empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _names(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return {name}
        case ast.Tuple(elts=parts):
            return set().union(*(_names(part) for part in parts))
    return set()


def _does_nothing(step: ast.stmt) -> bool:
    return isinstance(step, (ast.Pass, ast.Continue)) or (
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    )


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        for step in getattr(node, "body", []) if not isinstance(node, (ast.Lambda, ast.IfExp)) else []:
            if isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant):
                yield step.value
