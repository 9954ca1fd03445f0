"""Reads the tables under `data/`; errors name the file and the entry."""

import tomllib
from importlib.resources import files
from typing import Any, TypeVar

from anchorage_demo.text import Text

Table = dict[str, Any]
Value = TypeVar("Value")


class SourceError(Exception):
    """A table in `data/` is inconsistent; the text says where."""


def read(path: str) -> Table:
    """The TOML file at `path` below `data/`."""
    with files("anchorage_demo").joinpath("data", path).open("rb") as opened:
        return tomllib.load(opened)


def paragraph(written: list[str]) -> Text:
    """A `[Chinese, English]` pair."""
    zh, en = written
    return Text(zh, en)


class Glossary:
    """Names of attributes and colours that many products share."""

    def __init__(self) -> None:
        self._names = {key: Text.parse(written) for key, written in read("facts.toml").items()}
        self._colours: dict[str, list[str]] = {
            key: written.rsplit(" / ", 1) for key, written in read("colours.toml").items()
        }

    def name(self, key: str) -> Text:
        """The name of the attribute `key`."""
        return self._find(self._names, key, "facts.toml")

    def colour_name(self, key: str) -> Text:
        return Text.parse(self._find(self._colours, key, "colours.toml")[0])

    def colour_code(self, key: str) -> str:
        """`key` as `#rrggbb`."""
        return self._find(self._colours, key, "colours.toml")[1]

    @staticmethod
    def _find(table: dict[str, Value], key: str, file: str) -> Value:
        if key not in table:
            raise SourceError(f"{key!r} is not in {file}")
        return table[key]
