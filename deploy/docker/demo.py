"""Loads the demo data into the composed platform, and writes the settings of the demo host app and the demo's platforms.

Pictures go to /media; the clients' secrets, `hosts.json` and a file for each platform to /demo, which only those apps mount.
"""

import asyncio
import os
import secrets
from pathlib import Path

from anchorage_demo import host_apps, load_world
from anchorage_demo.platforms import draw_shops, seed_platforms
from anchorage_demo.seed import draw_all, seed

FOLDER, MEDIA = Path("/demo"), Path("/media")
APPS_USER = 10001
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


def write(name: str, text: str) -> None:
    """A file that only the apps can read."""
    file = FOLDER / name
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    os.chown(file, APPS_USER, APPS_USER)


async def load() -> None:
    """The host app waits for its file, so it is written last."""
    gateway = os.environ["ANCHORAGE_GATEWAY_URL"]
    world = load_world()
    draw_all(world, MEDIA)
    draw_shops(MEDIA)
    await seed(gateway, OPS, secret_of, world, print)
    for platform in await seed_platforms(gateway, OPS, secret_of, print):
        client = {
            "CATALOGUE": platform["slug"],
            "CLIENT_ID": platform["client_id"],
            "CLIENT_SECRET": platform["client_secret"],
        }
        write(
            f"{platform['slug']}.env", "".join(f"PLATFORM_{name}={value}\n" for name, value in client.items())
        )
    write("hosts.json", host_apps.hosts_json(secret_of))


asyncio.run(load())
