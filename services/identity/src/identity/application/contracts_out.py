"""Maps identity's domain events to the contracts that it publishes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from contracts import identity as contract
from contracts.event import Event
from identity.domain import events
from identity.domain.accounts import Account
from identity.domain.events import AccountChanged, AccountEvent, CreatorChanged, OwnerEvent, SettledIn
from identity.domain.owners import Owner
from identity.domain.partners import Partner

CONTRACTS: dict[type[AccountEvent], type[contract.AccountState]] = {
    SettledIn: contract.AccountSettledIn,
    AccountChanged: contract.AccountChanged,
    CreatorChanged: contract.CreatorChanged,
}


def contract_of(event: AccountEvent, account: Account) -> contract.AccountState:
    """The contract for an event; `account` is the account after it."""
    profile = {name: value for name, value in asdict(account.profile).items() if value is not None}
    return CONTRACTS[type(event)](account_id=account.account_id, version=account.version, **profile)


OWNER_CONTRACTS: dict[type[OwnerEvent], type[contract.OwnerState]] = {
    events.OwnerApplied: contract.OwnerApplied,
    events.OwnerVerified: contract.OwnerVerified,
    events.OwnerRejected: contract.OwnerRejected,
    events.OwnerSuspended: contract.OwnerSuspended,
    events.OwnerReinstated: contract.OwnerReinstated,
}


def owner_contract(event: OwnerEvent, owner: Owner) -> contract.OwnerState:
    """The contract for an event; `owner` is the owner after it. Contact data and statement are in no event."""
    return OWNER_CONTRACTS[type(event)](
        owner_id=owner.owner_id,
        name=owner.name,
        kind=owner.kind,
        status=owner.status,
        reasons=tuple(
            contract.Reason(field=reason.field, message=reason.message) for reason in owner.reasons
        ),
        version=owner.version,
    )


def partner_contracts(partner: Partner) -> list[Event]:
    """What is published about a host or a creator."""
    is_new = partner.version == 1
    common: Any = {
        "name": partner.name,
        "state": "suspended" if partner.suspended else "active",
        "version": partner.version,
    }
    if partner.kind == "host":
        host = contract.HostRegistered if is_new else contract.HostChanged
        return [host(host_id=partner.partner_id, **common)]
    creator = contract.CreatorRegistered if is_new else contract.CreatorStateChanged
    return [creator(creator_id=partner.partner_id, **common)]
