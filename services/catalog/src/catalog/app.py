"""The catalog's parts, joined."""

from __future__ import annotations

from catalog.adapters.change_stream_reader import ChangeStreamReader
from catalog.adapters.changed_levels import ChangedLevels
from catalog.adapters.feed_results import FeedResultPublisher
from catalog.adapters.http_pictures import HttpPictures
from catalog.adapters.level_publisher import LevelPublisher
from catalog.adapters.mongo_content_checks import MongoContentChecks
from catalog.adapters.mongo_creators import MongoCreators
from catalog.adapters.mongo_host_settings import MongoHostSettings
from catalog.adapters.mongo_hosts import MongoHosts
from catalog.adapters.mongo_level_position import MongoLevelPosition
from catalog.adapters.mongo_mini_programs import MongoMiniPrograms
from catalog.adapters.mongo_owner_stock import MongoOwnerStock
from catalog.adapters.mongo_owners import MongoOwners
from catalog.adapters.mongo_pictures import MongoPictures
from catalog.adapters.mongo_popularity import MongoPopularity
from catalog.adapters.mongo_products import MongoProducts
from catalog.adapters.mongo_promotions import MongoPromotions
from catalog.adapters.mongo_remote_pictures import MongoRemotePictures
from catalog.adapters.mongo_reservations import MongoReservations
from catalog.adapters.mongo_schema import prepare_collections
from catalog.adapters.mongo_testers import MongoTesters
from catalog.adapters.mongo_version_histories import MongoVersionHistories
from catalog.adapters.mongo_videos import MongoVideos
from catalog.adapters.operator_folder import MediaFolder
from catalog.adapters.payment_merchants import PaymentMerchants
from catalog.adapters.picture_files import StoredFiles
from catalog.adapters.picture_rendering import RenderingPool
from catalog.application.answering import AnswerAgain
from catalog.application.content_checks import ContentChecks
from catalog.application.counting import Counting
from catalog.application.drafts import Drafts
from catalog.application.feed_pictures import FeedPictures
from catalog.application.feeds import FollowFeeds
from catalog.application.histories import Histories
from catalog.application.hosts import Hosts
from catalog.application.mini_programs import MiniPrograms
from catalog.application.names import CreatorNames, Names
from catalog.application.owners import FollowOwners
from catalog.application.pictures import Pictures
from catalog.application.products import Products
from catalog.application.promotions import Promotions
from catalog.application.read_model.freshness import Freshness
from catalog.application.read_model.shelf import Shelf
from catalog.application.read_model.storefront import Storefront
from catalog.application.reserving import Reserving
from catalog.application.reviews import Reviews
from catalog.application.stalled_reservations import LeftOverHolds, StalledReservations
from catalog.application.stock_keeping import StockKeeping
from catalog.application.terms import SpreadTerms
from catalog.application.testers import TesterLists, Trials
from catalog.application.videos import AnchorTitles, Videos
from catalog.http.content_checks import ContentCheckRoutes
from catalog.http.errors import PROBLEMS
from catalog.http.host_reviews import HostReviewRoutes
from catalog.http.media import MediaRoutes, PictureRoutes
from catalog.http.mini_programs import MiniProgramRoutes
from catalog.http.operators import OperatorRoutes
from catalog.http.pages import PageRoutes
from catalog.http.products import ProductRoutes
from catalog.http.promotions import PromotionRoutes
from catalog.http.stock import StockRoutes
from catalog.http.testers import TesterRoutes
from catalog.http.videos import AnchorTitleRoutes, VideoRoutes
from catalog.settings import Settings
from catalog.subscribers import (
    anchors_follow_creators,
    hosts_are_learned,
    mini_programs_follow_owners,
    products_follow_feeds,
    ratings_follow_reviews,
    sales_follow_refunds,
    sales_follow_stock,
    stock_follows_orders,
)
from content_check.choice import content_check
from egress.allowance import read_allowances
from egress.policy import EgressPolicy
from runtime.clock import Clock, system_clock
from runtime.consuming.answering import answering_again
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.mongo.lease import Lease
from runtime.mongo.stalled_list import MongoStalledList
from runtime.outbox.announcer import Announcer
from runtime.outbox.set_aside import SetAsideSource
from runtime.service import Service
from runtime.stalled import StalledWatch
from runtime.web.cursors import write_cursor

RELAYED = named(
    "mini_programs", "version_histories", "products", "videos", "reservations", "adjustments", "promotions",
    "testers",
)  # fmt: skip


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The catalog, ready to run."""

    def assemble(service: Service) -> None:
        service.prepare(lambda: prepare_collections(service.db))
        service.problems(PROBLEMS)
        _assemble_reservations(service, settings)
        service.relay(RELAYED)
        shelf = Shelf(write_cursor)
        pictures = _assemble_pictures(service, settings)
        _assemble_pages(service, settings, shelf)
        _assemble_commands(service, settings, shelf, pictures)

    return Service("catalog", settings, clock=clock, new_id=new_id, assemble=assemble)


def _assemble_reservations(service: Service, settings: Settings) -> None:
    """Stock follows orders; what is held for too long is asked about, and what is left over released."""
    db = service.db
    store = MongoReservations(db, service.recorder)
    announcer = Announcer(lambda _: db["reservations"], service.publisher, settings.prefix)
    service.subscribe(answering_again(stock_follows_orders(Reserving(store)), AnswerAgain(announcer)))
    stalled = StalledWatch(
        [StalledReservations(store, announcer), LeftOverHolds(store), SetAsideSource(db)],
        MongoStalledList(db),
        Lease(db, "stalled", service.new_id()),
        service.clock,
    )
    service.background("stalled", stalled.run)


def _assemble_pages(service: Service, settings: Settings, shelf: Shelf) -> None:
    """The read side: viewers' pages from memory, kept complete by the change stream; stock levels for other services."""
    db = service.db
    freshness = Freshness(settings.page_max_age.total_seconds())
    changed, position = ChangedLevels(), MongoLevelPosition(db)
    reader = ChangeStreamReader(db, shelf, freshness, changed, position)
    lease = Lease(db, "stock-levels", service.new_id())
    levels = LevelPublisher(
        shelf, changed, position, lease, service.publisher, service.clock, settings.prefix
    )
    service.prepare(reader.load)
    programs, histories = MongoMiniPrograms(db, service.recorder), MongoVersionHistories(db, service.recorder)
    trials = Trials(shelf, programs, histories)
    service.routes(PageRoutes(Storefront(shelf, freshness), trials).routes())
    service.background("pages", reader.run)
    service.background("stock levels", levels.run)


def _assemble_pictures(service: Service, settings: Settings) -> Pictures:
    """Pictures of the operator's folder, and those that owners upload."""
    folder, renderer = MediaFolder(settings.media_dir), RenderingPool()
    pictures = Pictures(
        MongoPictures(service.db, service.recorder), renderer, StoredFiles(settings.uploads), folder
    )
    service.routes(PictureRoutes(pictures).routes())
    service.routes(MediaRoutes(folder).routes())
    service.background("pictures", renderer.run)
    return pictures


def _assemble_commands(service: Service, settings: Settings, shelf: Shelf, pictures: Pictures) -> None:
    """The write side. Its writes show on this replica's pages at once."""
    db, recorder, clock = service.db, service.recorder, service.clock
    programs, products = MongoMiniPrograms(db, recorder), MongoProducts(db, recorder)
    stock = MongoOwnerStock(db, recorder, shelf.put_level)
    programs.on_saved(lambda saved: shelf.put_mini_program(saved.aggregate))
    products.on_saved(lambda saved: shelf.put_product(saved.aggregate, saved.document["created_at"]))
    spread_terms = SpreadTerms(programs, products)
    stored, host_settings = MongoVersionHistories(db, recorder), MongoHostSettings(db, recorder)
    histories = Histories(stored, programs, spread_terms)
    owners, known_hosts = MongoOwners(db), MongoHosts(db)
    hosts = Hosts(known_hosts)
    service.subscribe(hosts_are_learned(known_hosts))
    service.subscribe(mini_programs_follow_owners(FollowOwners(owners, programs)))
    names = Names(programs, owners)
    for prepare in (programs.prepare, stored.prepare, products.prepare, owners.prepare):
        service.prepare(prepare)
    check = content_check(settings.content_check_url, lambda: service.http, clock)
    verdicts = MongoContentChecks(db, recorder)
    service.prepare(verdicts.prepare)
    checks = ContentChecks(verdicts, check, clock)
    service.routes(ContentCheckRoutes(checks).routes())
    drafts = Drafts(
        histories, stored, programs, products, owners, host_settings, hosts, clock, service.new_id, names,
        pictures, check, settings.platform_bp,
    )  # fmt: skip
    reviews = Reviews(histories, stored, programs, host_settings, names, clock)
    service.routes(MiniProgramRoutes(drafts).routes())
    merchants = PaymentMerchants(settings.payment_url, lambda: service.http)
    operating = MiniPrograms(programs, histories, owners, merchants, hosts, spread_terms, clock)
    service.routes(OperatorRoutes(operating, reviews).routes())
    service.routes(HostReviewRoutes(reviews).routes())
    service.background("live versions", histories.run)
    service.routes(
        ProductRoutes(Products(products, programs, stored, stock, owners, pictures, checks, clock)).routes()
    )
    keeping = StockKeeping(stock, programs, clock, service.new_id)
    service.routes(StockRoutes(keeping).routes())
    _assemble_feeds(service, settings, products, programs, stored, stock, owners, keeping, checks)
    service.background("terms", spread_terms.run)
    counts = MongoPopularity(db)
    counting = Counting(products, counts)
    service.prepare(counts.prepare)
    service.subscribe(sales_follow_stock(counting), sales_follow_refunds(counting))
    service.subscribe(ratings_follow_reviews(counting))
    _assemble_promotion(service, shelf, programs, products, checks, hosts, pictures)
    testers = MongoTesters(db, recorder)
    testers.on_saved(lambda saved: shelf.put_testers(saved.aggregate))
    service.routes(TesterRoutes(TesterLists(testers, programs, hosts)).routes())


def _assemble_feeds(
    service: Service,
    settings: Settings,
    products: MongoProducts,
    programs: MongoMiniPrograms,
    histories: MongoVersionHistories,
    stock: MongoOwnerStock,
    owners: MongoOwners,
    keeping: StockKeeping,
    checks: ContentChecks,
) -> None:
    """Products follow the commands of feeds, and their pictures follow them: through a process that owners' uploads do not share."""
    results = FeedResultPublisher(service.publisher, service.clock, settings.prefix)
    renderer = RenderingPool(in_background=True)
    pictures = Pictures(
        MongoPictures(service.db, service.recorder),
        renderer,
        StoredFiles(settings.uploads),
        MediaFolder(settings.media_dir),
    )
    remote = MongoRemotePictures(service.db, service.new_id)
    fetcher = HttpPictures(EgressPolicy(read_allowances(settings.egress_allow)))
    following = FeedPictures(remote, products, pictures, fetcher, results, service.clock)
    follow = FollowFeeds(
        products, programs, histories, stock, owners, keeping, following, checks, results, service.clock
    )

    async def fetch_pictures() -> None:
        async with fetcher:
            await following.run()

    service.prepare(remote.prepare)
    service.subscribe(products_follow_feeds(follow))
    service.background("feeds' pictures", renderer.run)
    service.background("fetching pictures", fetch_pictures)


def _assemble_promotion(
    service: Service,
    shelf: Shelf,
    programs: MongoMiniPrograms,
    products: MongoProducts,
    checks: ContentChecks,
    hosts: Hosts,
    pictures: Pictures,
) -> None:
    """Creators' videos, and who may promote what."""
    db, recorder, clock = service.db, service.recorder, service.clock
    videos, promotions, creators = MongoVideos(db, recorder), MongoPromotions(db, recorder), MongoCreators(db)
    videos.on_saved(lambda saved: shelf.put_video(saved.aggregate))
    promotions.on_saved(lambda saved: shelf.put_promotion(saved.aggregate))
    service.prepare(videos.prepare)
    service.prepare(creators.prepare)
    service.subscribe(anchors_follow_creators(creators))
    promoting = Promotions(promotions, programs, products, creators)
    service.routes(
        VideoRoutes(
            Videos(
                videos,
                products,
                promotions,
                hosts,
                CreatorNames(creators, MongoOwners(db)),
                pictures,
                checks,
                clock,
            ),
            promoting,
        ).routes()
    )
    service.routes(AnchorTitleRoutes(AnchorTitles(videos, clock)).routes())
    service.routes(PromotionRoutes(promoting).routes())
