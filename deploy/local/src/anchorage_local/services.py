"""The services: in which order they stop, and what each is told through its environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from anchorage_demo import host_apps
from anchorage_local import alipay
from anchorage_local.ports import HOST, answers, free_port
from anchorage_local.process import ManagedProcess
from anchorage_local.secrets import Secrets
from anchorage_local.settings import LocalSettings
from anchorage_local.supervisor import Part

SANDBOX_STAGE, SERVICE_STAGE, FRONT_STAGE = 2, 3, 4

STAGES = {
    "alipay_sandbox": SANDBOX_STAGE,
    "identity": SERVICE_STAGE,
    "catalog": SERVICE_STAGE,
    "search": SERVICE_STAGE,
    "checkout": SERVICE_STAGE,
    "payment": SERVICE_STAGE,
    "sharecode": SERVICE_STAGE,
    "gateway": FRONT_STAGE,
    "host_demo": FRONT_STAGE,
}
"""Every service by the name of its package: `python -m <name>` runs it, `ANCHORAGE_<NAME>_PORT` sets its port."""


OPS_CLIENT = "ops"
"""The first operator's client, which may make all others."""


class NotInstalled(Exception):
    """A service's package is not in the environment."""


@dataclass(frozen=True)
class System:
    """Where everything of one run is: addresses, folders, secrets."""

    settings: LocalSettings
    kafka: str
    mongodb: str
    ports: Mapping[str, int]
    secrets: Secrets
    folder: Path

    @property
    def media(self) -> Path:
        """The folder of the pictures that catalog serves."""
        return (self.folder / "media").resolve()

    def url(self, name: str) -> str:
        """The service's address."""
        return f"http://{HOST}:{self.ports[name]}"


def choose_ports(settings: LocalSettings) -> dict[str, int]:
    """Each service's port as set; a free one for 0."""
    return {name: getattr(settings, f"{name}_port") or free_port() for name in STAGES}


def environment(name: str, system: System) -> dict[str, str]:
    """What the service `name` is told beside what it inherits."""
    common = {
        "ANCHORAGE_HOST": HOST,
        "ANCHORAGE_PORT": str(system.ports[name]),
        "ANCHORAGE_KAFKA": system.kafka,
        "ANCHORAGE_MONGODB_URI": system.mongodb,
        "ANCHORAGE_PREFIX": system.settings.prefix,
        "ANCHORAGE_TRACE_RATIO": str(system.settings.trace_ratio),
        "ANCHORAGE_TRACE_DIR": str((system.folder / "traces").resolve()),
    }
    urls = {f"ANCHORAGE_{other.upper()}_URL": system.url(other) for other in STAGES}
    return common | urls | _own(name, system)


def _own(name: str, system: System) -> dict[str, str]:
    """What this one service alone is told."""
    secret = system.secrets.token
    public = {"ANCHORAGE_PUBLIC_URL": system.url("gateway")}
    match name:
        case "alipay_sandbox":
            return {
                "ANCHORAGE_ALIPAY_SANDBOX_PORT": str(system.ports[name]),
                "ANCHORAGE_ALIPAY_SANDBOX_KEYS": str(alipay.key_folder(system.secrets)),
            }
        case "identity":
            return {
                "ANCHORAGE_VIEWER_SECRET": secret("viewer"),
                "ANCHORAGE_OPENID_SECRET": secret("openid"),
                "ANCHORAGE_OPS_CLIENT_ID": OPS_CLIENT,
                "ANCHORAGE_OPS_CLIENT_SECRET": secret(f"client_{OPS_CLIENT}"),
            }
        case "gateway":
            return public | {
                "ANCHORAGE_CLICK_SECRET": secret("click"),
                "ANCHORAGE_VIEWER_SECRET": secret("viewer"),
            }
        case "checkout":
            return {"ANCHORAGE_CLICK_SECRET": secret("click")}
        case "catalog":
            return {"ANCHORAGE_MEDIA_DIR": str(system.media)}
        case "payment":
            merchants = alipay.write_merchants(system.secrets, system.url("alipay_sandbox"))
            return public | {"ANCHORAGE_ALIPAY_MERCHANTS": str(merchants)}
        case "search":
            return {"ANCHORAGE_SEARCH_DIR": str((system.folder / "search").resolve())}
        case "sharecode":
            return public
        case "host_demo":
            return {
                "ANCHORAGE_HOST_DEMO_HOSTS": host_apps.told(lambda client_id: secret(f"client_{client_id}"))
            }
    return {}


def service_part(name: str, system: System) -> Part:
    """The service as a part to be started and watched. Raises NotInstalled."""
    if find_spec(name) is None:
        raise NotInstalled(f"the package {name} is not installed in {sys.prefix}; `make install` installs it")
    port = system.ports[name]

    def process() -> ManagedProcess:
        return ManagedProcess(
            name,
            [sys.executable, "-m", name],
            env=environment(name, system),
            log=system.folder / "logs" / f"{name}.log",
            ready=partial(answers, port, "/readyz"),
        )

    return Part(name, STAGES[name], port, process, live=partial(answers, port, "/livez", timeout=5))
