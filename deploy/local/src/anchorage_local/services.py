"""The services: the order in which they stop, and the environment of each."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from anchorage_demo import host_apps
from anchorage_demo.platforms import load_platforms
from anchorage_local import alipay
from anchorage_local.files import write_atomically
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
    "webhooks": SERVICE_STAGE,
    "feeds": SERVICE_STAGE,
    "gateway": FRONT_STAGE,
    "host_demo": FRONT_STAGE,
}
"""Every service by the name of its package: `python -m <name>` runs it, `ANCHORAGE_<NAME>_PORT` sets its port."""

_PORT = re.compile(r":(\d+)")
FIRST_ALLOWED_PORT, LAST_PORT = 1024, 65535

MEASURED = tuple(name for name in STAGES if name not in ("alipay_sandbox", "host_demo"))
"""The services that serve metrics, each on a port of its own."""

TARGETS = "prometheus.json"
OPS_CLIENT = "ops"
"""The first operator's client, unless ANCHORAGE_OPS_CLIENT_ID names another. It can create all other clients."""
CALL_STRANGERS = ("webhooks", "feeds", "catalog")
"""The services that call addresses which owners name."""


class NotInstalled(Exception):
    """A service's package is not in the environment."""


@dataclass(frozen=True)
class System:
    """Addresses, folders and secrets of one run. `overrides` are the user's variables, which take precedence."""

    settings: LocalSettings
    kafka: str
    mongodb: str
    ports: Mapping[str, int]
    secrets: Secrets
    folder: Path
    overrides: Mapping[str, str] = field(default_factory=dict)
    ports_of_sellers: Mapping[str, int] = field(default_factory=dict)
    """Of the demo's third-party platforms. They are no ports of the platform's own: webhooks may call them."""
    metrics_ports: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in MEASURED})

    @property
    def media(self) -> Path:
        """The folder of the pictures that catalog serves."""
        return Path(self.overrides.get("ANCHORAGE_MEDIA_DIR") or self.folder / "media").resolve()

    @property
    def ops_client(self) -> str:
        """The id of the first operator's client."""
        return self.overrides.get("ANCHORAGE_OPS_CLIENT_ID", OPS_CLIENT)

    def client_secret(self, client_id: str) -> str:
        """The secret of a client; generated on first use."""
        given = self.overrides.get("ANCHORAGE_OPS_CLIENT_SECRET")
        if given and client_id == self.ops_client:
            return given
        return self.secrets.token(f"client_{client_id}")

    def url(self, name: str) -> str:
        """The local address of a service."""
        return f"http://{HOST}:{self.ports[name]}"


def choose_ports(settings: LocalSettings) -> dict[str, int]:
    """The port of each service; a free one where 0 is set."""
    return {name: getattr(settings, f"{name}_port") or free_port() for name in STAGES}


def choose_seller_ports(settings: LocalSettings) -> dict[str, int]:
    """The port of each third-party platform of the demo, by its slug; a free one where 0 is set."""
    slugs = [platform.slug for platform in load_platforms()]
    return {slug: getattr(settings, f"{slug}_port") or free_port() for slug in slugs}


def write_targets(system: System) -> None:
    """Write the addresses of all metrics into the data folder, as Prometheus' `file_sd_configs` reads them."""
    targets = [
        {"targets": [f"{HOST}:{port}"], "labels": {"job": name}}
        for name, port in system.metrics_ports.items()
    ]
    write_atomically(system.folder / TARGETS, json.dumps(targets, indent=1))


def to_start(only: Collection[str], system: System, *, with_demo: bool) -> list[str]:
    """The services to start: `only` these, or all; the demo host app needs hosts, from the demo or from the user."""
    if only:
        return [name for name in STAGES if name in only]
    has_hosts = with_demo or "ANCHORAGE_HOST_DEMO_HOSTS" in system.overrides
    return [name for name in STAGES if name != "host_demo" or has_hosts]


def environment(name: str, system: System) -> dict[str, str]:
    """The ANCHORAGE_* variables of the service `name`, in addition to those that it inherits from this process."""
    common = {
        "ANCHORAGE_HOST": HOST,
        "ANCHORAGE_PORT": str(system.ports[name]),
        "ANCHORAGE_METRICS_PORT": str(system.metrics_ports.get(name, 0)),
        "ANCHORAGE_KAFKA": system.kafka,
        "ANCHORAGE_MONGODB_URI": system.mongodb,
        "ANCHORAGE_PREFIX": system.settings.prefix,
        "ANCHORAGE_TRACE_RATIO": str(system.settings.trace_ratio),
        "ANCHORAGE_TRACE_DIR": str((system.folder / "traces").resolve()),
    }
    urls = {f"ANCHORAGE_{other.upper()}_URL": system.url(other) for other in STAGES}
    egress = {"ANCHORAGE_EGRESS_ALLOW": allowed_ports(system)} if name in CALL_STRANGERS else {}
    return {**common, **urls, **egress, **_own(name, system), **system.overrides}


def _own(name: str, system: System) -> dict[str, str]:
    """The variables of this service alone."""
    secret = system.secrets.token
    public = {"ANCHORAGE_PUBLIC_URL": system.url("gateway")}
    match name:
        case "alipay_sandbox":
            return {
                "ANCHORAGE_ALIPAY_SANDBOX_PORT": str(system.ports[name]),
                "ANCHORAGE_ALIPAY_SANDBOX_KEYS": str(alipay.key_folder(system.secrets, system.overrides)),
            }
        case "identity":
            return {
                "ANCHORAGE_VIEWER_SECRET": secret("viewer"),
                "ANCHORAGE_OPENID_SECRET": secret("openid"),
                "ANCHORAGE_OPS_CLIENT_ID": system.ops_client,
                "ANCHORAGE_OPS_CLIENT_SECRET": system.client_secret(system.ops_client),
            }
        case "gateway":
            return public | {
                "ANCHORAGE_CLICK_SECRET": secret("click"),
                "ANCHORAGE_VIEWER_SECRET": secret("viewer"),
                "ANCHORAGE_LIMIT_REGISTRATION": "10000",  # all callers share this machine's address
            }
        case "checkout":
            return {"ANCHORAGE_CLICK_SECRET": secret("click"), "ANCHORAGE_ORDER_SECRET": secret("order")}
        case "catalog":
            return {
                "ANCHORAGE_MEDIA_DIR": str(system.media),
                "ANCHORAGE_UPLOADS": str(system.folder / "uploads"),
            }
        case "payment":
            public = public | {"ANCHORAGE_ORDER_SECRET": secret("order")}
            if "ANCHORAGE_ALIPAY_MERCHANTS" in system.overrides:
                return public
            merchants = alipay.write_merchants(system.secrets, system.overrides, system.url("alipay_sandbox"))
            # The sandbox runs on this machine, so it can reach the gateway even if ANCHORAGE_PUBLIC_URL leads elsewhere.
            notify = {"ANCHORAGE_NOTIFY_URL": system.url("gateway")}
            return public | notify | {"ANCHORAGE_ALIPAY_MERCHANTS": str(merchants)}
        case "search":
            return {"ANCHORAGE_SEARCH_DIR": str((system.folder / "search").resolve())}
        case "sharecode":
            return public
        case "feeds":
            return {"ANCHORAGE_FEEDS_DIR": str((system.folder / "feeds").resolve())}
        case "host_demo":
            return {"ANCHORAGE_HOST_DEMO_HOSTS": host_apps.hosts_json(system.client_secret)}
    return {}


def allowed_ports(system: System) -> str:
    """The ports of this machine that webhooks, feeds and their pictures may name: all that are not the platform's own."""
    own = {*system.ports.values(), *(int(port) for port in _PORT.findall(f"{system.kafka},{system.mongodb}"))}
    firsts = [FIRST_ALLOWED_PORT, *(port + 1 for port in sorted(own))]
    lasts = [*(port - 1 for port in sorted(own)), LAST_PORT]
    ranges = [
        (first, last)
        for first, last in zip(firsts, lasts, strict=True)
        if FIRST_ALLOWED_PORT <= first <= last
    ]
    return ",".join(f"{HOST}:{first}-{last}" for first, last in ranges)


def service_part(name: str, system: System) -> Part:
    """The service as a part to be supervised. Raises NotInstalled."""
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
