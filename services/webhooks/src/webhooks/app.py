"""The webhook service assembled."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack

from egress.allowance import read_allowances
from egress.client import EgressClient
from egress.policy import EgressPolicy
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.mongo.lease import Lease
from runtime.mongo.stalled_list import MongoStalledList
from runtime.service import Service
from runtime.stalled import StalledWatch
from webhooks.adapters.mongo_backlog import MongoBacklog
from webhooks.adapters.mongo_deliveries import MongoDeliveries
from webhooks.adapters.mongo_events import MongoEvents
from webhooks.adapters.mongo_queues import MongoQueues
from webhooks.adapters.mongo_shops import MongoOwners, MongoStockLevels
from webhooks.adapters.mongo_webhooks import COLLECTION, MongoWebhooks
from webhooks.adapters.receivers import SECONDS, HttpReceivers, new_secret
from webhooks.application.backlog import Backlog
from webhooks.application.disabling import DisableWebhook
from webhooks.application.event_feed import EventFeed
from webhooks.application.owner_deliveries import OwnerDeliveries
from webhooks.application.owner_webhooks import OwnerWebhooks
from webhooks.application.recording import RecordEvents
from webhooks.application.sending import MAX_WEBHOOKS_AT_ONCE, PLACES, Sender
from webhooks.http.deliveries import DeliveryRoutes
from webhooks.http.errors import PROBLEMS
from webhooks.http.events import EventRoutes
from webhooks.http.webhooks import WebhookRoutes
from webhooks.settings import Settings
from webhooks.subscribers import subscriptions


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""
    return Service(
        "webhooks", settings, clock=clock, new_id=new_id, assemble=lambda s: _assemble(s, settings)
    )


def _assemble(service: Service, settings: Settings) -> None:
    db, clock, holder = service.db, service.clock, service.new_id()
    webhooks, owners = MongoWebhooks(db, service.recorder), MongoOwners(db)
    events, deliveries = MongoEvents(db, webhooks, clock), MongoDeliveries(db, clock)
    queues = MongoQueues(db, holder)
    policy = EgressPolicy(read_allowances(settings.egress_allow))
    client = EgressClient(policy, seconds=SECONDS, connections=PLACES * MAX_WEBHOOKS_AT_ONCE)
    receivers = HttpReceivers(client, policy)
    disable = DisableWebhook(webhooks, queues, events, clock)
    sender = Sender(queues, webhooks, receivers, disable, clock, random.random)
    feed, backlog = EventFeed(events), MongoBacklog(db)
    record = RecordEvents(events, owners, MongoStockLevels(db), clock, sender.wake)
    own = OwnerWebhooks(
        webhooks, deliveries, queues, owners, receivers, webhooks, new_secret, clock, service.new_id
    )
    for routes in (
        WebhookRoutes(own, clock),
        DeliveryRoutes(OwnerDeliveries(webhooks, deliveries, webhooks, sender.wake)),
        EventRoutes(feed),
    ):
        service.routes(routes.routes())
    service.problems(PROBLEMS)
    for prepare in (webhooks.prepare, events.prepare, deliveries.prepare, queues.prepare):
        service.prepare(prepare)
    service.subscribe(*subscriptions(record, owners))
    service.relay(named(COLLECTION))
    stack = AsyncExitStack()
    service.prepare(lambda: _open(stack, client))
    service.close_last(stack.aclose)
    service.background("sender", sender.run)
    service.background("claims", sender.keep_claims)
    service.background("event feed", feed.run)
    service.background("backlog", Backlog(backlog, clock).run)
    stalled = StalledWatch([backlog], MongoStalledList(db), Lease(db, "stalled", holder), clock)
    service.background("stalled", stalled.run)


async def _open(stack: AsyncExitStack, client: EgressClient) -> None:
    """The client belongs to the running event loop, and is closed when nothing is served any more."""
    await stack.enter_async_context(client)
