"""Calls for statements, settlements and reconciliations."""

from __future__ import annotations

from contracts.api.common import Page
from contracts.api.settlements import (
    PeriodsQuery,
    PeriodView,
    ReconciliationReport,
    SettlementView,
    StatementsPage,
    StatementsQuery,
)
from gateway.calls import CSV, JSON, LONG_SECONDS, Call
from gateway.faults import NOT_YET
from gateway.schemas import LedgerBalances
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CREATOR, FINANCE, OPS, OWNER

TAG = "Money"

CALLS = (
    Call(
        method="GET",
        path="/v1/owner/settlements",
        name="list_statements",
        summary="List the owner's statements and what is in none yet; with `day` also their lines, with `format=csv` all lines as a file",
        tag=TAG,
        scopes=scopes(OWNER),
        service="payment",
        query=StatementsQuery,
        answer=StatementsPage,
        media=(JSON, CSV),
        deadline=None,
    ),
    Call(
        method="GET",
        path="/v1/owner/statements",
        name="list_statements_by_period",
        summary="List the owner's statements by day or month; with `format=csv` all of them as a file",
        tag=TAG,
        scopes=scopes(OWNER),
        service="payment",
        query=PeriodsQuery,
        answer=Page[PeriodView],
        media=(JSON, CSV),
        deadline=None,
    ),
    Call(
        method="GET",
        path="/v1/creator/earnings",
        name="list_earnings",
        summary="List the creator's statements, and the earnings that are in no statement yet",
        tag=TAG,
        scopes=scopes(CREATOR),
        service="payment",
        query=StatementsQuery,
        answer=StatementsPage,
        media=(JSON, CSV),
        deadline=None,
    ),
    Call(
        method="GET",
        path="/v1/ops/settlements/{day}",
        name="read_settlement",
        summary="Read the state of a day's settlement",
        tag=TAG,
        scopes=scopes(OPS),
        service="payment",
        answer=SettlementView,
    ),
    Call(
        method="POST",
        path="/v1/ops/settlements/{day}",
        name="settle_day",
        summary="Settle a day now; a settled day stays unchanged",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(FINANCE),
        service="payment",
        answer=SettlementView,
        deadline=LONG_SECONDS,
        faults=(NOT_YET,),
    ),
    Call(
        method="GET",
        path="/v1/ops/reconciliations/{day}",
        name="read_reconciliation",
        summary="Read the stored reconciliation of a day",
        tag=TAG,
        scopes=scopes(OPS),
        service="payment",
        answer=ReconciliationReport,
    ),
    Call(
        method="POST",
        path="/v1/ops/reconciliations/{day}",
        name="reconcile_day",
        summary="Compare a day with the providers' bills now, and store the report",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(FINANCE),
        service="payment",
        answer=ReconciliationReport,
        faults=(NOT_YET,),
        deadline=LONG_SECONDS,
    ),
    Call(
        method="GET",
        path="/v1/ops/ledger",
        name="read_ledger",
        summary="Read the balance of every ledger account in fen; debits are positive, `sum` is zero",
        tag=TAG,
        scopes=scopes(OPS),
        service="payment",
        answer=LedgerBalances,
    ),
)
