"""Whether statements, payouts and owners' payments say what the ledger says: invariant 11 of `anchorage audit`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from runtime.mongo.client import Document

PAYEES = ("owner:", "creator:")


def wrongly_stated(
    ledger: Iterable[Document],
    statements: Mapping[str, Document],
    payouts: Mapping[str, Document],
    owner_payments: Iterable[Document],
    now: datetime,
    grace: timedelta,
) -> Iterator[str]:
    """Each violation in words. Statements and payouts are by their ids; the ledger may lag behind both for `grace`."""
    postings = {posting["_id"]: posting for posting in ledger}
    yield from _differing_statements(postings.values(), statements)
    yield from _differing_payouts(statements, payouts)
    expected = {
        f"payout:{payout_id}": (payout["at"], -payout["amount"]) for payout_id, payout in payouts.items()
    }
    for payment in owner_payments:
        if payment["amount"] != sum(part["amount"] for part in payment["parts"]):
            yield f"payment {payment['_id']}: its parts do not add up to {payment['amount']}"
        for part in payment["parts"]:
            name = f"owner_payment:{payment['_id']}:{part['mini_program_id']}"
            expected[name] = payment["at"], part["amount"]
    moved = {name: _moved(posting) for name, posting in postings.items() if _moved(posting) is not None}
    for name in sorted(moved.keys() | expected.keys()):
        here, (at, there) = moved.get(name), expected.get(name, (None, None))
        on_its_way = here is None and at is not None and now <= at + grace
        if here != there and not on_its_way:
            yield f"{name}: ledger has {here}, it should be {there}"


def _differing_statements(ledger: Iterable[Document], statements: Mapping[str, Document]) -> Iterator[str]:
    owed: Counter[str] = Counter()
    for posting in ledger:
        if "statement" in posting:
            for leg in posting["legs"]:
                if leg["account"].startswith(PAYEES):
                    owed[f"{posting['statement']}:{posting['mini_program_id']}:{leg['account']}"] -= leg[
                        "amount"
                    ]
    for name, statement in statements.items():
        said = statement["earned"] + statement["reversed"] + statement.get("paid", 0)
        if said != owed[name]:
            yield f"statement {name}: it says {said}, its postings {owed[name]}"
        if statement["opening"] + said != statement["paid_out"] + statement["closing"]:
            yield f"statement {name}: it does not add up"


def _differing_payouts(statements: Mapping[str, Document], payouts: Mapping[str, Document]) -> Iterator[str]:
    paid: Counter[str] = Counter()
    for payout in payouts.values():
        paid[payout["statement"]] += payout["amount"]
    for name in sorted(
        paid.keys() | {name for name, statement in statements.items() if statement["paid_out"]}
    ):
        said = statements[name]["paid_out"] if name in statements else None
        if said != paid[name]:
            yield f"statement {name}: it pays {said}, its payouts are of {paid[name]}"


def _moved(posting: Document) -> int | None:
    """What a posting moved at the bank, in fen: out is negative; None for money of orders."""
    accounts = {"payout": "payouts", "owner_payment": "owner_payments"}
    if posting["kind"] not in accounts:
        return None
    account = accounts[posting["kind"]]
    return sum(int(leg["amount"]) for leg in posting["legs"] if leg["account"] == account)
