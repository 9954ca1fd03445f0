"""ANCHORAGE_* variables that the user sets: each is used as it is, refused, or reported as having no effect."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from anchorage_local.ports import HOST
from anchorage_local.settings import LocalSettings

PREFIX = "ANCHORAGE_"

REFUSED = {
    "ANCHORAGE_HOST": f"every process listens on {HOST} only. To be reached from elsewhere, put a proxy in front of "
    "the gateway and set ANCHORAGE_PUBLIC_URL",
    "ANCHORAGE_PORT": "each process has a port of its own. Set ANCHORAGE_<NAME>_PORT, for example ANCHORAGE_GATEWAY_PORT",
    "ANCHORAGE_METRICS_PORT": "each process has a port of its own for its metrics: a free one, listed in "
    "ANCHORAGE_DATA/prometheus.json",
}
"""Variables that `make run` cannot use, with the reason and what to do instead."""

NEEDS_PACKAGE = (
    ("ANCHORAGE_SEARCH_HYBRID", None, "onnxruntime"),
    ("ANCHORAGE_SEARCH_ENGINE", "opensearch", "opensearchpy"),
)
"""Variable, value (None: any), and the package that it needs and `make run` does not install."""

REPLACES = {"ANCHORAGE_KAFKA": "ANCHORAGE_KAFKA_PORT", "ANCHORAGE_MONGODB_URI": "ANCHORAGE_MONGODB_PORT"}
"""A running Kafka or MongoDB is used as given, so the port of the one that would be started has no effect."""


class CannotBeSet(Exception):
    """A variable cannot be used; the text names it and says why."""


def overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """The user's variables that take precedence over what `make run` would give to a service.

    Empty ones count as not set. Left out are the fields of LocalSettings, which `make run` itself reads. Raises CannotBeSet.
    """
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value}
    for name, reason in REFUSED.items():
        if name in given and not (name == "ANCHORAGE_HOST" and given[name] == HOST):
            raise CannotBeSet(f"{name} cannot be set for `make run`: {reason}.")
    for name, value, package in NEEDS_PACKAGE:
        if name in given and value in (None, given[name]) and find_spec(package) is None:
            raise CannotBeSet(
                f"{name}={given[name]} needs the package {package}, which `make run` does not install. "
                "Install it with `make install`."
            )
    own = {PREFIX + field.upper() for field in LocalSettings.model_fields}
    return {name: value for name, value in given.items() if name not in own}


def without_effect(environment: Mapping[str, str]) -> list[str]:
    """One line for each of the user's variables that another one makes useless."""
    return [
        f"{port} has no effect: {address} is set, so that one is used and none is started"
        for address, port in REPLACES.items()
        if environment.get(address) and environment.get(port)
    ]
