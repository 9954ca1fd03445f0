"""Maps sharecode's domain events to the contracts that it publishes."""

from __future__ import annotations

from contracts.sharecode import ShareCodeCreated, ShareCodeEvent, ShareCodeWithdrawn
from sharecode.domain.codes import ShareCode
from sharecode.domain.events import CodeCreated, CodeEvent, CodeWithdrawn

CONTRACTS: dict[type[CodeEvent], type[ShareCodeEvent]] = {
    CodeCreated: ShareCodeCreated,
    CodeWithdrawn: ShareCodeWithdrawn,
}


def contract_of(event: CodeEvent, share: ShareCode) -> ShareCodeEvent:
    """The contract for an event; `share` is the code after it."""
    return CONTRACTS[type(event)](
        version=share.version,
        code=share.code,
        host_id=share.host_id,
        mini_program_id=share.mini_program_id,
        product_id=share.product_id,
        sharer=share.sharer,
        at=event.at,
    )
