"""What else outlives a restart: codes given out for orders, armed faults, the notice clock, sellers' withdrawals."""

from dataclasses import asdict
from datetime import datetime

from alipay_sandbox.adapters.documents import Document, order_document, read_order_document
from alipay_sandbox.domain.faults import Fault, FaultKind, Forgery
from alipay_sandbox.domain.notice_clock import NoticeClock
from alipay_sandbox.domain.order import Order
from runtime.mongo.client import Database


class ControlStore:
    """The small collections `codes`, `faults`, `clock` and `withdrawals`."""

    def __init__(self, database: Database) -> None:
        self._codes = database["codes"]
        self._faults = database["faults"]
        self._clock = database["clock"]
        self._withdrawals = database["withdrawals"]

    async def prepare(self) -> None:
        """Makes the indexes: a code is forgotten once its time is over."""
        await self._codes.create_index("expires_at", expireAfterSeconds=0)

    async def add_code(self, code: str, order: Order, expires_at: datetime) -> None:
        """Keeps what a QR code stands for."""
        await self._codes.insert_one({"_id": code, "order": order_document(order), "expires_at": expires_at})

    async def order_of_code(self, code: str, now: datetime) -> Order | None:
        """The order behind a QR code that is still good."""
        found = await self._codes.find_one({"_id": code, "expires_at": {"$gt": now}})
        return read_order_document(found["order"]) if found else None

    async def faults(self) -> list[Fault]:
        """The armed faults, oldest first."""
        return [_read_fault(document) async for document in self._faults.find().sort("armed_at")]

    async def arm(self, fault: Fault, now: datetime) -> None:
        """Keeps a newly armed fault."""
        await self._faults.insert_one({"_id": fault.fault_id, "armed_at": now, **_fault_document(fault)})

    async def use(self, fault: Fault) -> None:
        """Keeps what is left of a fault after a strike."""
        if fault.count:
            await self._faults.update_one({"_id": fault.fault_id}, {"$set": {"count": fault.count}})
        else:
            await self._faults.delete_one({"_id": fault.fault_id})

    async def disarm_all(self) -> None:
        """Forgets all faults."""
        await self._faults.delete_many({})

    async def clock(self) -> NoticeClock | None:
        """The notice clock as it was last set."""
        found = await self._clock.find_one({"_id": "notices"}, {"_id": 0})
        return NoticeClock(**found) if found else None

    async def set_clock(self, clock: NoticeClock) -> None:
        """Keeps the notice clock."""
        await self._clock.replace_one({"_id": "notices"}, asdict(clock), upsert=True)

    async def withdrawn(self) -> dict[str, int]:
        """For each seller, the fen taken out of the account."""
        return {row["_id"]: row["fen"] async for row in self._withdrawals.find()}

    async def withdraw(self, seller_id: str, fen: int) -> None:
        """Notes that a seller took money out."""
        await self._withdrawals.update_one({"_id": seller_id}, {"$inc": {"fen": fen}}, upsert=True)


def _fault_document(fault: Fault) -> Document:
    return {name: value for name, value in asdict(fault).items() if name != "fault_id" and value is not None}


def _read_fault(document: Document) -> Fault:
    rest = {
        name: value for name, value in document.items() if name not in ("_id", "armed_at", "kind", "forgery")
    }
    forgery = document.get("forgery")
    return Fault(
        fault_id=document["_id"],
        kind=FaultKind(document["kind"]),
        forgery=Forgery(forgery) if forgery else None,
        **rest,
    )
