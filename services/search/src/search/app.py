"""Search put together."""

from __future__ import annotations

from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.service import Service
from search.http import routes
from search.replica import Replica
from search.settings import Settings


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""

    def assemble(service: Service) -> None:
        replica = Replica(service, settings)
        service.prepare(replica.catch_up)
        service.background("streams", replica.follow)
        if settings.search_hybrid is not None:
            service.background("meanings", replica.read_meanings)
        service.routes(routes(replica.ask, replica.rebuild, replica.progress))

    return Service("search", settings, clock=clock, new_id=new_id, uses_mongo=False, assemble=assemble)
