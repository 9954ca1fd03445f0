"""Loads the demo data into the composed platform, and writes the demo host app's settings.

Pictures go to /media; the clients' secrets and `hosts.json` to /demo, which only the host app mounts.
"""

import asyncio
import os
import secrets
from pathlib import Path

from anchorage_demo import host_apps, load_world
from anchorage_demo.seed import draw_all, seed

FOLDER, MEDIA = Path("/demo"), Path("/media")
HOST_APPS_USER = 10001
OPS = os.environ["ANCHORAGE_OPS_CLIENT_ID"]


def secret_of(client_id: str) -> str:
    """A client's secret; generated on first use."""
    if client_id == OPS:
        return os.environ["ANCHORAGE_OPS_CLIENT_SECRET"]
    file = FOLDER / "secrets" / client_id
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(24), encoding="utf-8")
    return file.read_text(encoding="utf-8")


world = load_world()
draw_all(world, MEDIA)
asyncio.run(seed(os.environ["ANCHORAGE_GATEWAY_URL"], OPS, secret_of, world, print))
hosts = FOLDER / "hosts.json"
hosts.touch(mode=0o600)
hosts.write_text(host_apps.hosts_json(secret_of), encoding="utf-8")
os.chown(hosts, HOST_APPS_USER, HOST_APPS_USER)
