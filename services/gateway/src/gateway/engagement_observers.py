"""Views of videos, products and mini programs, published when the service has answered successfully."""

from __future__ import annotations

from contracts.engagement import MiniProgramEntered, ProductViewed, VideoAnchorShown
from gateway.checks import CheckedRequest
from gateway.engagement import EngagementBuffer
from gateway.proxy import Observer
from gateway.upstreams import Reply
from gateway.viewers import Viewers


def observers(engagement: EngagementBuffer, viewers: Viewers) -> dict[str, Observer]:
    """By the name of the call."""

    def video_shown(request: CheckedRequest, reply: Reply) -> None:
        anchors = reply.json()["anchors"]
        engagement.add(
            VideoAnchorShown(
                **viewers.of_event(viewers.known(request)),
                host_id=request.principal.host_id,
                video_id=request.path["video_id"],
                anchor_ids=[anchor["anchor_id"] for anchor in anchors],
            )
        )

    def product_viewed(request: CheckedRequest, _: Reply) -> None:
        engagement.add(
            ProductViewed(
                **viewers.of_event(viewers.known(request)),
                host_id=request.principal.host_id,
                mini_program_id=request.path["mini_program_id"],
                click_id=request.principal.click_id,
                product_id=request.path["product_id"],
            )
        )

    def mini_program_entered(request: CheckedRequest, _: Reply) -> None:
        host_id = str(request.principal.host_id)
        engagement.add(
            MiniProgramEntered(
                **viewers.of_event(viewers.pseudonym(host_id, request.model.host_user_id)),
                host_id=host_id,
                mini_program_id=request.model.mini_program_id,
                click_id=request.model.entry.click_id,
                surface=request.model.entry.surface,
            )
        )

    return {"read_video": video_shown, "read_product": product_viewed, "open_session": mini_program_entered}
