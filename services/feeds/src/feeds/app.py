"""The feeds service assembled."""

from __future__ import annotations

from datetime import timedelta

from egress.allowance import read_allowances
from egress.policy import EgressPolicy
from feeds.adapters.command_publisher import CommandPublisher
from feeds.adapters.http_fetching import HttpFetcher
from feeds.adapters.mongo_feeds import MongoFeeds, MongoValidators
from feeds.adapters.mongo_files import MongoFiles
from feeds.adapters.mongo_reports import MongoReports
from feeds.adapters.mongo_runs import COLLECTION as RUNS
from feeds.adapters.mongo_runs import MongoRuns
from feeds.adapters.mongo_shops import MongoShops
from feeds.application.applying import ApplyFeed
from feeds.application.definitions import FeedDefinitions
from feeds.application.measuring import Punctuality
from feeds.application.running import WorkOnRuns
from feeds.application.runs import FeedRuns
from feeds.application.schedules import RunSchedules
from feeds.http.definitions import FeedRoutes
from feeds.http.errors import PROBLEMS
from feeds.http.runs import RunRoutes
from feeds.settings import Settings
from feeds.subscribers import subscriptions
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.mongo.lease import Lease
from runtime.service import Service

LEASE_LENGTH = timedelta(seconds=10)


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""
    return Service("feeds", settings, clock=clock, new_id=new_id, assemble=lambda s: _assemble(s, settings))


def _assemble(service: Service, settings: Settings) -> None:
    db, recorder, clock = service.db, service.recorder, service.clock
    feeds, runs, shops = MongoFeeds(db, recorder), MongoRuns(db, recorder), MongoShops(db)
    files, reports = MongoFiles(db), MongoReports(db, clock)
    fetcher = HttpFetcher(EgressPolicy(read_allowances(settings.egress_allow)))
    definitions = FeedDefinitions(feeds, shops, fetcher.check_url, service.new_id)
    owners_runs = FeedRuns(definitions, runs, files, reports, clock, service.new_id)
    commands = CommandPublisher(service.publisher, clock, settings.prefix)
    work = WorkOnRuns(
        runs, feeds, shops, files, fetcher, MongoValidators(db), reports, ApplyFeed(shops, reports, commands),
        settings.feeds_dir, Lease(db, "runs", service.new_id(), LEASE_LENGTH), clock,
    )  # fmt: skip
    for prepared in (feeds, runs, shops, reports):
        service.prepare(prepared.prepare)
    service.routes(FeedRoutes(definitions).routes())
    service.routes(RunRoutes(owners_runs).routes())
    service.problems(PROBLEMS)
    service.subscribe(*subscriptions(shops, reports))
    service.relay(named(RUNS))
    service.background("runs", work.run)
    service.background("punctuality", Punctuality(feeds, runs, clock).run)
    service.background("schedules", RunSchedules(feeds, runs, clock, service.new_id).run)
