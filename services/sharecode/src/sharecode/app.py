"""The share code service assembled."""

from __future__ import annotations

from roundcode.caption import installed_font
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.service import Service
from sharecode.adapters.mongo_codes import COLLECTION, MongoCodes
from sharecode.adapters.mongo_looks import MongoLooks
from sharecode.adapters.mongo_shops import MongoShops
from sharecode.adapters.mongo_usage import MongoUsage
from sharecode.adapters.picture_workers import PictureWorkers
from sharecode.application.drawing import DrawCode
from sharecode.application.owner_codes import OwnerCodes, OwnerLooks
from sharecode.application.quota import Quota
from sharecode.application.scanning import ScanCode
from sharecode.application.sharing import ShareProduct
from sharecode.domain.quota import of_a_mini_program, of_a_sharer
from sharecode.http.errors import PROBLEMS
from sharecode.http.owner_codes import OwnerCodeRoutes
from sharecode.http.pictures import PictureRoutes
from sharecode.http.scanning import ScanRoutes
from sharecode.http.sharing import SharingRoutes
from sharecode.settings import Settings
from sharecode.subscribers import subscriptions


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""
    return Service(
        "sharecode", settings, clock=clock, new_id=new_id, assemble=lambda s: _assemble(s, settings)
    )


def _assemble(service: Service, settings: Settings) -> None:
    codes, shops = MongoCodes(service.db, service.recorder), MongoShops(service.db)
    looks, usage = MongoLooks(service.db, service.recorder), MongoUsage(service.db)
    pictures = PictureWorkers(settings.max_image_bytes, settings.caption_font or installed_font())
    quota = Quota(
        usage,
        of_a_mini_program(settings.codes_per_minute),
        of_a_sharer(settings.codes_per_sharer_and_day),
    )
    share_product = ShareProduct(codes, shops, looks, quota, service.clock, service.new_id)
    owner_codes = OwnerCodes(codes, shops, quota, service.clock)
    for routes in (
        SharingRoutes(share_product, owner_codes, settings.public_url.rstrip("/")),
        ScanRoutes(ScanCode(codes, pictures), settings.max_image_bytes),
        PictureRoutes(DrawCode(codes, looks, pictures)),
        OwnerCodeRoutes(owner_codes, OwnerLooks(looks, shops, pictures)),
    ):
        service.routes(routes.routes())
    service.problems(PROBLEMS)
    service.prepare(codes.prepare)
    service.prepare(usage.prepare)
    service.prepare(pictures.warm)
    service.subscribe(*subscriptions(shops))
    service.relay(named(COLLECTION))
    service.background("pictures", pictures.run)
