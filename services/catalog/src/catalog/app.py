"""The catalog put together."""

from __future__ import annotations

from catalog.adapters import codecs
from catalog.adapters.aggregates import Aggregates
from catalog.adapters.schema import prepare_collections
from catalog.adapters.shelf_stock import ShelfStock
from catalog.adapters.stock_store import StockStore
from catalog.application.mini_programs import MiniPrograms
from catalog.application.products import Products
from catalog.application.reserving import Reserving
from catalog.application.videos import Videos
from catalog.http.media import media_routes
from catalog.http.owners import Owners
from catalog.http.pages import Pages
from catalog.pages.following import Follower
from catalog.pages.levels import ChangedLevels, LevelPublisher
from catalog.pages.shelf import Shelf
from catalog.settings import Settings
from catalog.subscribers import stock_follows_orders
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.mongo.lease import Lease
from runtime.service import Service

RELAYED = named("mini_programs", "products", "videos", "reservations", "adjustments")


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The catalog, ready to run."""

    def assemble(service: Service) -> None:
        db, recorder = service.db, service.recorder
        shelf, changed = Shelf(), ChangedLevels(db)
        follower = Follower(db, shelf, changed)
        publisher = LevelPublisher(
            shelf,
            changed,
            Lease(db, "stock-levels", new_id(), clock),
            service.publisher,
            clock,
            settings.prefix,
        )
        programs = Aggregates(db, codecs.MINI_PROGRAMS, recorder, shelf.put)
        products = Aggregates(db, codecs.PRODUCTS, recorder, shelf.put)
        videos = Aggregates(db, codecs.VIDEOS, recorder, shelf.put)
        stock = ShelfStock(db, recorder, shelf.put)
        feed = Products(products, programs, stock)

        service.prepare(lambda: prepare_collections(db))
        service.prepare(follower.load)
        service.routes(Pages(shelf, lambda: follower.age, settings.page_max_age.total_seconds()).routes())
        service.routes(Owners(MiniPrograms(programs), feed, Videos(videos, products), stock).routes())
        service.routes(media_routes(settings.media_dir))
        service.subscribe(stock_follows_orders(Reserving(StockStore(db), recorder)))
        service.relay(RELAYED)
        service.background("pages", follower.run)
        service.background("stock levels", publisher.run)
        service.background("terms", feed.spread_terms)

    return Service("catalog", settings, clock=clock, new_id=new_id, assemble=assemble)
