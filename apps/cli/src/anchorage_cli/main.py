"""`anchorage`: the operator's command line."""

from __future__ import annotations

import argparse
import sys

from anchorage_cli import audit, dlq, orders, reconcile, search, story, trace

COMMANDS = {
    "audit": (audit, "check the six invariants over databases and streams"),
    "dlq": (dlq, "list, show and replay dead letters"),
    "orders": (orders, "list what stands still: orders, refunds, reservations, trades, payouts"),
    "reconcile": (reconcile, "compare a day's ledger and trades with Alipay's bill"),
    "search": (search, "rebuild the search index from the streams"),
    "trace": (trace, "print a trace from gateway to the last effect"),
    "demo": (story, "play the demo's story against a running installation"),
}


def main() -> int:
    """Run the named command; its exit code becomes the process's."""
    parser = argparse.ArgumentParser(prog="anchorage", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, help_text) in COMMANDS.items():
        module.add_arguments(commands.add_parser(name, help=help_text, description=module.__doc__))
    arguments = parser.parse_args()
    return int(COMMANDS[arguments.command][0].run(arguments))


if __name__ == "__main__":
    sys.exit(main())
