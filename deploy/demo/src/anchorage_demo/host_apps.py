"""Settings of the demo host app: the hosts that it plays, with their credentials, names and videos."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from anchorage_demo.loading import load_world
from anchorage_demo.text import Text
from anchorage_demo.world import Host, Video


def hosts_json(secret_of: Callable[[str], str]) -> str:
    """The value of `ANCHORAGE_HOST_DEMO_HOSTS`. `secret_of` returns a client's secret by the client's id."""
    world = load_world()
    hosts = [
        _host(host, secret_of(host.client_id), [v for v in world.videos if v.host_id == host.host_id])
        for host in world.hosts
    ]
    return json.dumps(hosts, ensure_ascii=False)


def _host(host: Host, secret: str, videos: list[Video]) -> dict[str, Any]:
    return {
        "slug": host.host_id.removeprefix("host_"),
        "host_id": host.host_id,
        "name": _words(host.name),
        "skin": host.kind,
        "client_id": host.client_id,
        "client_secret": secret,
        "feed": [{"video_id": v.video_id, "title": _words(v.title), "likes": v.likes} for v in videos],
    }


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
