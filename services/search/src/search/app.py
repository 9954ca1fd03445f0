"""Joins the parts of search."""

from __future__ import annotations

from functools import partial

from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.service import Service
from search.adapters.action_publisher import ActionPublisher
from search.adapters.engine.factory import IndexFactory
from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.generations import FolderGenerations
from search.adapters.index_processor import IndexProcessor
from search.adapters.stream_follower import StreamFollower
from search.application.projection import Projection
from search.application.rebuilding import Rebuilding
from search.application.replica import Replica
from search.domain.ranking import RankingRule
from search.http.errors import PROBLEMS
from search.http.search import SearchRoutes
from search.settings import Settings
from search.subscribers import EVENTS


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""

    def assemble(service: Service) -> None:
        opensearch = settings.opensearch_url if settings.search_engine == "opensearch" else None
        factory = IndexFactory(opensearch, settings.search_hybrid, settings.prefix)
        replica = Replica(
            FolderGenerations(settings.search_dir, factory.open, service.new_id, factory.layout),
            RankingRule(exposure_weight=settings.exposure_weight),
            TantivyIndex,
            partial(_follower, service),
            blocking=factory.blocking,
        )
        service.prepare(replica.catch_up)
        service.background("streams", replica.follow)
        if settings.search_hybrid is not None:
            service.background("embedding", replica.embed_products)
        service.problems(PROBLEMS)
        record = ActionPublisher(service.recorder, service.publisher, settings.prefix)
        service.routes(SearchRoutes(replica, Rebuilding(replica, record)).routes())

    return Service("search", settings, clock=clock, new_id=new_id, uses_mongo=False, assemble=assemble)


def _follower(service: Service, projection: Projection) -> StreamFollower:
    """Applies the events to the projection while it runs."""
    prefix = service.settings.prefix
    topics = {prefix + event.topic.name: event.topic for event in EVENTS}
    processor = IndexProcessor(projection, EVENTS, topics, service.publisher, service.clock)
    return StreamFollower(processor, topics, service.settings.kafka, service.settings.kafka_login)
