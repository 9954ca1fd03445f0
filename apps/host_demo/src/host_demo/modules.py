"""Joins JavaScript modules, so that a browser asks for one file instead of one after the other.

Each module becomes a function that is called once, after those that it imports. The modules stay modules for whoever reads or edits
them. What they may use is what these here do: `import { a, b as c } from './path.js'`, and `export` before a function, a class or a
constant. An exported constant is read when its importer starts, so the imports have no cycles.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.[^']*)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) ([\w$]+))", re.MULTILINE)
OTHER_FORM = re.compile(r"^(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)


def joined(modules: Mapping[str, str]) -> dict[str, str]:
    """The modules that no other imports, by path, each with all that it imports inside.

    Raises ValueError for an import of a module that is not there, for a cycle, and for another form of import or export.
    """
    imports = {path: _imports_of(path, text) for path, text in modules.items()}
    imported = {other for others in imports.values() for other in others}
    return {
        path: "".join(_called(each, modules[each]) for each in _in_order(path, imports, ()))
        for path in modules
        if path not in imported
    }


def _imports_of(path: str, text: str) -> list[str]:
    return [_resolved(path, address) for _, address in IMPORT.findall(text)]


def _resolved(path: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))


def _in_order(path: str, imports: Mapping[str, list[str]], above: tuple[str, ...]) -> list[str]:
    """The module after all that it imports, each once."""
    if path in above:
        raise ValueError(f"modules import each other: {' → '.join((*above, path))}")
    if path not in imports:
        raise ValueError(f"{above[-1]} imports {path}, which is not there")
    order = [each for other in imports[path] for each in _in_order(other, imports, (*above, path))]
    return list(dict.fromkeys((*order, path)))


def _called(path: str, text: str) -> str:
    """The module as a function that answers its exports."""
    names = EXPORT.findall(text)
    body = EXPORT.sub("", IMPORT.sub(lambda found: _taken(path, *found.groups()), text))
    if other := OTHER_FORM.search(body):
        raise ValueError(f"{path}: cannot join a module with `{other[0]}`")
    return f"// {path}\nconst {_name(path)} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();\n"


def _taken(path: str, names: str, address: str) -> str:
    return f"const {{{names.replace(' as ', ': ')}}} = {_name(_resolved(path, address))};\n"


def _name(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
