"""An owner's products."""

from __future__ import annotations

from aiohttp import web

from catalog.application.caller import Caller
from catalog.application.products import Products
from catalog.domain.product import Product, ProductDetails, ProductFilter
from catalog.http.access import caller_of, path_id
from catalog.http.answers import product_view
from catalog.http.requests import initial_stock, patched_details, product_details, product_request
from contracts.api.common import Page
from contracts.api.products import ProductRequest, ProductsQuery, ProductView
from runtime.web.bodies import json_response, read_query
from runtime.web.editing import edited_response, expected_version, read_own, read_patch
from runtime.web.listing import asked_page, cursor_of
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER

THE_PLATFORMS = ("sales", "rating", "terms.platform_bp")
"""Fields of a product that only operators set."""


class ProductRoutes:
    """Owners reach their own mini programs' products only, operators any."""

    def __init__(self, products: Products) -> None:
        self._products = products

    def routes(self) -> list[Route]:
        products = "/v1/owner/mini-programs/{mini_program_id}/products"
        product = products + "/{product_id}"
        writers, editors = scopes(OWNER, OPS), roles(CATALOGUE)
        return [
            Route("GET", products, self.list_products, writers),
            Route("GET", product, self.get_product, writers),
            Route("PUT", product, self.put_product, writers, roles=editors),
            Route("PATCH", product, self.patch_product, writers, roles=editors),
            Route("DELETE", product, self.delete_product, writers, roles=editors),
        ]

    async def list_products(self, request: web.Request) -> web.Response:
        """A mini program's products by id, or by their last change."""
        query = read_query(request, ProductsQuery)
        listed = None if query.listed is None else query.listed == "true"
        wanted = ProductFilter(query.q or "", listed, query.category)
        caller, mini_program_id = caller_of(request), path_id(request, "mini_program_id")
        asked = asked_page(request, query.cursor, query.updated_since)
        found = await self._products.page(caller, mini_program_id, wanted, asked, query.limit)
        items, next_cursor = found.each(product_view).items, cursor_of(request, found.following)
        return json_response(Page[ProductView](items=items, next_cursor=next_cursor))

    async def get_product(self, request: web.Request) -> web.Response:
        """One product."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        own = await self._products.get(caller_of(request), mini_program_id, product_id)
        return edited_response(product_view(own), own.product.edition)

    async def put_product(self, request: web.Request) -> web.Response:
        """Create or replace a product."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        caller = caller_of(request)
        wanted = await read_own(request, ProductRequest, _not_of(caller))
        own, created = await self._products.put(
            caller,
            mini_program_id,
            product_id,
            product_details(wanted),
            initial_stock(wanted),
            expected_version(request),
        )
        return edited_response(product_view(own), own.product.edition, 201 if created else 200)

    async def patch_product(self, request: web.Request) -> web.Response:
        """Change some fields of a product."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        caller = caller_of(request)
        patch = await read_patch(request, ProductRequest, _not_of(caller))

        def edit(product: Product) -> tuple[ProductDetails, dict[str, int]]:
            wanted = patch.apply_to(product_request(product))
            return patched_details(product, wanted), initial_stock(wanted)

        own = await self._products.edit(caller, mini_program_id, product_id, edit, expected_version(request))
        return edited_response(product_view(own), own.product.edition)

    async def delete_product(self, request: web.Request) -> web.Response:
        """Take a product off sale."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        own = await self._products.delist(caller_of(request), mini_program_id, product_id)
        return edited_response(product_view(own), own.product.edition)


def _not_of(caller: Caller) -> tuple[str, ...]:
    """The fields that this caller may not set."""
    return () if caller.is_operator else THE_PLATFORMS
