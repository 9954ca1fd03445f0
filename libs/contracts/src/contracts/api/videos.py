"""Videos with anchors: as viewers see them, and as creators publish them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import (
    PRINTABLE,
    Answer,
    ChangesQuery,
    English,
    Id,
    MiniProgramId,
    PageQuery,
    Picture,
    Request,
    ShortText,
    patch_of,
)
from contracts.money import Money


class AnchorView(Answer):
    """A link on a video that leads to a product."""

    anchor_id: str
    title: str
    title_en: str = ""
    mini_program_id: str
    product_id: str
    price: Money | None
    image_url: str | None
    start_ms: int = 0
    available: bool = True


class CreatorCard(Answer):
    """The creator of a video."""

    creator_id: str
    name: str
    name_en: str = ""


class VideoPage(Answer):
    """The playback page of a video."""

    video_id: str
    title: str
    title_en: str = ""
    creator: CreatorCard
    cover_url: str = ""
    duration_ms: int = 0
    anchors: list[AnchorView]


class AnchorContent(Request):
    """What an anchor says, and the product that it leads to. A changed title waits for review."""

    title: ShortText
    title_en: English = ""
    mini_program_id: MiniProgramId
    product_id: Id
    start_ms: int = Field(default=0, ge=0, le=86_400_000)


class AnchorRequest(AnchorContent):
    """An anchor on a video: a link that leads to a product."""

    anchor_id: Id


class VideoRequest(Request):
    """A video to create or replace, with its anchors."""

    host_id: Id
    title: ShortText
    title_en: English = ""
    creator_name: ShortText
    creator_name_en: English = ""
    cover_url: Picture | None = None
    duration_ms: int = Field(default=0, ge=0, le=86_400_000)
    anchors: Annotated[list[AnchorRequest], Field(max_length=20)] = []


VideoPatch = patch_of(VideoRequest)


class WaitingTitle(Answer):
    """A title that waits for review."""

    title: str
    title_en: str


class OwnAnchor(Answer):
    """An anchor as its creator sees it."""

    anchor_id: str
    title: str = Field(description="what viewers see")
    title_en: str
    waiting_title: WaitingTitle | None = Field(description="what viewers see once an operator approves it")
    rejected_for: str | None = Field(description="why an operator rejected the last changed title")
    mini_program_id: str
    product_id: str
    start_ms: int
    is_hidden: bool = Field(
        description="whether viewers do not see it, because the owner does not let the creator promote the product"
    )


class OwnVideo(Answer):
    """A video as its creator sees it."""

    video_id: str
    host_id: str
    title: str
    title_en: str
    creator: CreatorCard
    cover_url: str
    duration_ms: int
    anchors: list[OwnAnchor]
    version: int


class AnchorTitleReview(Answer):
    """A changed title of an anchor, with the one that viewers see. `version` is the video's."""

    video_id: str
    anchor_id: str
    creator_id: str
    mini_program_id: str
    product_id: str
    title: str
    title_en: str
    waiting_title: WaitingTitle | None = Field(description="null once it is decided on")
    version: int


class TitleRejection(Request):
    """Why a title was rejected."""

    reason: ShortText


class PromotionRequest(Request):
    """Who may promote a mini program's products in videos."""

    who: Literal["nobody", "invited", "anyone"]
    creator_ids: Annotated[list[Id], Field(max_length=1_000)] = Field(
        default=[], description="those who are invited"
    )


class PromotionView(Answer):
    """Who may promote a mini program's products in videos."""

    mini_program_id: str
    who: Literal["nobody", "invited", "anyone"]
    creator_ids: list[str]
    version: int


class PromotableQuery(PageQuery):
    """Which products to list."""

    q: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] | None = Field(
        default=None, description="a part of the title, in Chinese or English"
    )


class PromotableProduct(Answer):
    """A product that the creator may promote. `commission` is the creator's share of one piece at `price`, the lowest."""

    product_id: str
    mini_program_id: str
    mini_program_name: str
    mini_program_name_en: str
    hosts: list[str] = Field(description="the hosts where viewers can open it")
    title: str
    title_en: str
    image_url: str
    price: Money
    creator_bp: int = Field(description="the creator's share in basis points")
    commission: Money


class VideosQuery(ChangesQuery):
    """Which of the creator's videos to answer."""
