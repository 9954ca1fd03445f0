"""What may be told of a fault: its kind and where it came from, without the data that was being handled.

Errors of validation and of the database repeat what they were given, which may be somebody's phone or address; logs,
dead letters and spans keep only which field or which rule it was.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from pydantic import ValidationError
from pymongo.errors import BulkWriteError, OperationFailure


def describe(fault: BaseException) -> str:
    """The fault as `Type: text` in one line."""
    return f"{type(fault).__name__}: {_text(fault)}"


def traceback_of(fault: BaseException) -> str:
    """Where the fault came from, the first cause first, each described as above."""
    return "\n\nwhich led to\n\n".join(
        "".join(traceback.format_tb(link.__traceback__)) + describe(link)
        for link in reversed([*_chain(fault)])
    )


def _text(fault: BaseException) -> str:
    if isinstance(fault, ValidationError):
        errors = fault.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in errors)
    if isinstance(fault, BulkWriteError):
        return "codes " + ", ".join(str(code) for code in sorted(set(bulk_codes(fault))))
    if isinstance(fault, OperationFailure):
        return f"code {fault.code} {(fault.details or {}).get('codeName', '')}".strip()
    if isinstance(fault, BaseExceptionGroup):
        return "; ".join(describe(part) for part in fault.exceptions)
    return str(fault)


def bulk_codes(fault: BulkWriteError) -> Iterator[int]:
    """The server's codes in a failed bulk write, of its single writes and of their durability."""
    details = fault.details or {}
    for error in (*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())):
        yield int(error.get("code", 0))


def _chain(fault: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = fault
    while link is not None:
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
