"""What the demo host app is told of the hosts that it plays: credentials, names, and the videos that each has."""

from __future__ import annotations

import json
from typing import Any

from anchorage_demo import load_world
from anchorage_demo.text import Text
from anchorage_demo.world import Host, Video
from anchorage_local.secrets import Secrets


def told(secrets: Secrets) -> str:
    """The hosts as the JSON that `ANCHORAGE_HOST_DEMO_HOSTS` holds."""
    world = load_world()
    hosts = [
        _host(host, secrets, [v for v in world.videos if v.host_id == host.host_id]) for host in world.hosts
    ]
    return json.dumps(hosts, ensure_ascii=False)


def _host(host: Host, secrets: Secrets, videos: list[Video]) -> dict[str, Any]:
    return {
        "slug": host.host_id.removeprefix("host_"),
        "host_id": host.host_id,
        "name": _words(host.name),
        "skin": host.kind,
        "client_id": host.client_id,
        "client_secret": secrets.token(f"client_{host.client_id}"),
        "feed": [{"video_id": v.video_id, "title": _words(v.title), "likes": v.likes} for v in videos],
    }


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
