"""The parser of all commands: wrong input is one line that says what is right, and every command has `--json`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, NoReturn

WRONG_INPUT = 2
"""The exit code for a command line that is not right."""
JSON_HELP = "print JSON: one object in each line"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line. The parsers of its commands are of this class, too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Mapping[str, Parser] = {}
        """Its commands by name; empty for a command that has none of its own."""

    def add_subparsers(self, **options: Any) -> Any:
        actions = super().add_subparsers(**options)
        self.commands = actions.choices
        return actions

    def add_json(self) -> None:
        """Give `--json` to each command that has no commands of its own."""
        for command in self.commands.values():
            command.add_json()
        if not self.commands:
            self.add_argument("--json", action="store_true", help=JSON_HELP)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Nothing unknown is left to the parser above, whose usage is not that of this command."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        self.exit(WRONG_INPUT, f"{self.prog}: {message}. Usage: {usage}\n")
