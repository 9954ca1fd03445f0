"""Puts a check behind each place while the modules of a service are imported. The product's code knows nothing of it."""

from __future__ import annotations

import ast
import builtins
import os
import sys
from collections.abc import Awaitable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from support.failpoints.places import places_in

KILLED = 137
"""The exit code of a process that kill -9 ended, as shells report it."""
CHECK = "__failpoint__"


class Armed:
    """The place at which the next process ends, in a file of `folder`; at most one process ends for each arming."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._passed, self._trace = folder / "armed", folder / "passed", folder / "trace"

    def arm(self, place: str) -> None:
        """End the next process that passes this place."""
        self._passed.unlink(missing_ok=True)
        written = self._armed.with_suffix(".new")
        written.write_text(place, encoding="utf-8")
        written.replace(self._armed)

    def passed(self) -> str | None:
        """The place at which a process has ended since it was armed."""
        return self._passed.read_text(encoding="utf-8") if self._passed.exists() else None

    def disarm(self) -> None:
        """End no process any more."""
        self._armed.unlink(missing_ok=True)

    def trace(self) -> None:
        """Note every place that is passed from now on."""
        self._trace.write_text("", encoding="utf-8")

    def traced(self) -> set[str]:
        """The places that were passed since `trace`."""
        return set(self._trace.read_text(encoding="utf-8").splitlines())

    def end_here(self, place: str) -> None:
        """Called by the process at each place."""
        if self._trace.exists():
            with self._trace.open("a", encoding="utf-8") as trace:
                trace.write(f"{place}\n")
        try:
            if self._armed.read_text(encoding="utf-8") != place:
                return
            self._armed.rename(self._passed)
        except FileNotFoundError:
            return
        os._exit(KILLED)


def install(service: str, folder: Path) -> None:
    """Check all places of the service and of the runtime; call before their modules are imported."""
    armed = Armed(folder)

    async def check(call: Awaitable[Any], place: str) -> Any:
        result = await call
        armed.end_here(f"{service}:{place}")
        return result

    setattr(builtins, CHECK, check)
    sys.meta_path.insert(0, _Finder(service))


class _Finder(MetaPathFinder):
    def __init__(self, service: str) -> None:
        self._service = service

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package not in (self._service, "runtime"):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _checked(fullname, spec.loader.path)
        return spec


class _CheckedLoader(SourceFileLoader):
    """Compiles a module with its checks, and never from or to a cache."""

    def path_stats(self, path: str) -> Any:
        raise OSError("no cache")

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        tree = ast.parse(data, str(path))
        module = self.name if self.name.startswith("runtime.") else self.name.partition(".")[2]
        for place, node in list(places_in(tree, module)):
            node.value = ast.Call(ast.Name(CHECK, ast.Load()), [node.value, ast.Constant(place)], [])
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize)


def _checked(name: str, path: str) -> Loader:
    return _CheckedLoader(name, path)
