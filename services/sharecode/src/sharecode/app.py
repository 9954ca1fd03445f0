"""The share code service put together."""

from __future__ import annotations

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
)
from roundcode.caption import installed_font
from runtime.clock import Clock, system_clock
from runtime.consuming.subscription import Subscription
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.service import Service
from sharecode.adapters.codes import COLLECTION, Codes
from sharecode.adapters.looks import Looks
from sharecode.adapters.shops import Shops
from sharecode.adapters.usage import Usage
from sharecode.domain.quota import of_a_mini_program, of_a_sharer
from sharecode.http.drawing import Drawing
from sharecode.http.owners import Owners
from sharecode.http.scanning import Scanning
from sharecode.http.sharing import Sharing
from sharecode.pictures import Pictures
from sharecode.settings import Settings

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)
PRODUCT_EVENTS = (ProductListed, ProductChanged, ProductDelisted)


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""
    return Service(
        "sharecode", settings, clock=clock, new_id=new_id, assemble=lambda s: _assemble(s, settings)
    )


def _assemble(service: Service, settings: Settings) -> None:
    codes, shops = Codes(service.db, service.recorder), Shops(service.db)
    looks, usage = Looks(service.db), Usage(service.db)
    pictures = Pictures(settings.max_image_bytes, settings.caption_font or installed_font())
    limits = of_a_mini_program(settings.codes_per_minute), of_a_sharer(settings.codes_per_sharer_and_day)
    clock, new_id, public_url = service.clock, service.new_id, settings.public_url.rstrip("/")
    for calls in (
        Sharing(codes, shops, looks, usage, *limits, clock, new_id, public_url),
        Scanning(codes, pictures, settings.max_image_bytes),
        Drawing(codes, looks, pictures),
        Owners(codes, shops, looks, usage, *limits, pictures, clock),
    ):
        service.routes(calls.routes())
    service.prepare(codes.prepare)
    service.prepare(usage.prepare)
    service.prepare(pictures.warm)
    service.subscribe(
        Subscription("products", PRODUCT_EVENTS, shops.on_products, max_records=500),
        Subscription("mini-programs", MINI_PROGRAM_EVENTS, shops.on_mini_programs),
    )
    service.relay(named(COLLECTION))
    service.background("pictures", pictures.run)
