"""What the demo host app is told of the hosts that it plays: credentials, names, and the videos that each has."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from anchorage_demo.loading import load_world
from anchorage_demo.text import Text
from anchorage_demo.world import Host, Video


def told(secret_of: Callable[[str], str]) -> str:
    """The hosts as the JSON that `ANCHORAGE_HOST_DEMO_HOSTS` holds; `secret_of` gives a client's secret by its id."""
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
