"""What the use cases need from outside; `adapters` implement it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from contracts.catalog import MiniProgramState, ProductState
from roundcode.look import Look
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change, Decide, Result
from sharecode.domain.codes import ShareCode, Sharer
from sharecode.domain.looks import ProgramLook
from sharecode.domain.quota import Limit


class Codes(Protocol):
    """All codes. There is one for each sharer and product."""

    async def add(self, new: Change[ShareCode]) -> tuple[ShareCode, bool]:
        """Store a new code with its events. If the sharer has one for the product already: that one, and False."""

    async def change(self, code: str, decide: Decide[ShareCode]) -> Result[ShareCode]:
        """Store the outcome of a decision about a code, with its events."""

    async def get(self, code: str) -> ShareCode | None:
        """The code, also a withdrawn one."""

    async def find(self, sharer: Sharer, product_id: str) -> ShareCode | None:
        """The sharer's code for the product."""

    async def page(self, mini_program_id: str, asked: Asked, limit: int) -> Part[ShareCode]:
        """At most `limit` codes of a mini program."""

    async def count(self, mini_program_id: str) -> int:
        """The number of codes of a mini program, withdrawn ones included."""

    async def count_scan(self, code: str) -> None:
        """Count one more scan."""


class Looks(Protocol):
    """The looks that owners set."""

    async def of(self, mini_program_id: str) -> ProgramLook:
        """The current look."""

    async def change(self, aggregate_id: str, decide: Decide[ProgramLook]) -> Result[ProgramLook]:
        """Store what `decide` makes of the look."""


class Shops(Protocol):
    """Products and mini programs, as far as sharing depends on them."""

    async def may_be_shared(self, mini_program_id: str, product_id: str) -> bool | None:
        """Whether the product may be shared; None when the mini program has no such product."""

    async def owner_of(self, mini_program_id: str) -> str | None:
        """The owner's id."""


class ShopProjection(Protocol):
    """Keeps `Shops` up to date from the catalog's events."""

    async def learn_products(self, events: Sequence[ProductState]) -> None:
        """Bring the products up to these events; idempotent."""

    async def learn_mini_programs(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the mini programs up to these events; idempotent."""


class Usage(Protocol):
    """Counters of new codes, shared by all replicas. `whose` is a mini program's id or a sharer's."""

    async def take(self, limit: Limit, whose: str, now: datetime) -> bool:
        """Count one more; False, without counting, when the limit is reached."""

    async def give_back(self, limit: Limit, whose: str, now: datetime) -> None:
        """Undo a `take` whose code was not created."""

    async def used(self, limit: Limit, whose: str, now: datetime) -> int:
        """The count of the current window."""


class Pictures(Protocol):
    """Draws and reads pictures. Every call may raise TooManyPictures or PictureWorkerDied."""

    async def round_png(self, key: bytes, look: Look) -> bytes:
        """The round code as PNG."""

    async def round_svg(self, key: bytes, look: Look) -> str:
        """The round code as SVG."""

    async def qr_png(self, text: str, width: int) -> bytes:
        """A plain QR code."""

    async def square_logo(self, picture: bytes) -> bytes:
        """A logo as a plain square PNG. Raises BadLook."""

    async def read(self, picture: bytes) -> str | None:
        """The most certain code in a picture; None when there is none. Raises UnreadablePicture."""
