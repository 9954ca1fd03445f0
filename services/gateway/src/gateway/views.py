"""What viewers looked at, noted while the page goes out."""

from __future__ import annotations

from contracts.engagement import MiniProgramEntered, ProductViewed, VideoAnchorShown
from gateway.checks import Asked
from gateway.engagement import EngagementLog
from gateway.passing import Observe
from gateway.upstreams import Reply
from gateway.viewers import Viewers


def observers(log: EngagementLog, viewers: Viewers) -> dict[str, Observe]:
    """By the name of the call."""

    def video_shown(asked: Asked, reply: Reply) -> None:
        anchors = reply.json()["anchors"]
        log.note(
            VideoAnchorShown(
                viewer=viewers.key(viewers.known(asked)),
                host_id=asked.principal.host_id,
                video_id=asked.path["video_id"],
                anchor_ids=[anchor["anchor_id"] for anchor in anchors],
            )
        )

    def product_viewed(asked: Asked, _: Reply) -> None:
        log.note(
            ProductViewed(
                viewer=viewers.key(viewers.known(asked)),
                host_id=asked.principal.host_id,
                mini_program_id=asked.path["mini_program_id"],
                click_id=asked.principal.click_id,
                product_id=asked.path["product_id"],
            )
        )

    def mini_program_entered(asked: Asked, _: Reply) -> None:
        host_id = str(asked.principal.host_id)
        log.note(
            MiniProgramEntered(
                viewer=viewers.user(host_id, asked.model.host_user_id),
                host_id=host_id,
                mini_program_id=asked.model.mini_program_id,
                click_id=asked.model.entry.click_id,
                surface=asked.model.entry.surface,
            )
        )

    return {"read_video": video_shown, "read_product": product_viewed, "open_session": mini_program_entered}
