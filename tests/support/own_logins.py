"""`python -m support.own_logins run`: `make run` on a Kafka with logins, where each service has a user of its own.

`make run` gives all services one login. Here the user of a service is its name, and its password `<name>-password`.
"""

from __future__ import annotations

import sys

from anchorage_local import services
from anchorage_local.__main__ import main

inherited = services.environment


def _with_own_login(name: str, system: services.System) -> dict[str, str]:
    login = {"ANCHORAGE_KAFKA_USERNAME": name, "ANCHORAGE_KAFKA_PASSWORD": f"{name}-password"}
    return inherited(name, system) | login


if __name__ == "__main__":
    services.environment = _with_own_login
    sys.exit(main())
