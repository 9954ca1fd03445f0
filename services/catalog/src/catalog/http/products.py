"""An owner's products and the stock of their SKUs."""

from __future__ import annotations

from aiohttp import web

from catalog.application.products import Products
from catalog.application.stock_keeping import StockKeeping
from catalog.http.access import caller_of, path_id
from catalog.http.answers import product_view, stock_view
from catalog.http.requests import product_details
from contracts.api.products import ProductRequest, StockRequest
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER


class ProductRoutes:
    """Owners reach their own mini programs' products only, operators any."""

    def __init__(self, products: Products, stock: StockKeeping) -> None:
        self._products = products
        self._stock = stock

    def routes(self) -> list[Route]:
        product = "/v1/owner/mini-programs/{mini_program_id}/products/{product_id}"
        stock = "/v1/owner/skus/{sku_id}/stock"
        writers = scopes(OWNER, OPS)
        return [
            Route("PUT", product, self.put_product, writers, roles=roles(CATALOGUE)),
            Route("DELETE", product, self.delete_product, writers, roles=roles(CATALOGUE)),
            Route("GET", stock, self.get_stock, writers),
            Route("PUT", stock, self.put_stock, writers, roles=roles(CATALOGUE)),
        ]

    async def put_product(self, request: web.Request) -> web.Response:
        """List or change a product."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        wanted = await read_json(request, ProductRequest)
        initial = {sku.sku_id: sku.initial_stock for sku in wanted.skus}
        product, created = await self._products.put(
            caller_of(request), mini_program_id, product_id, product_details(wanted), initial
        )
        return json_response(product_view(product), 201 if created else 200)

    async def delete_product(self, request: web.Request) -> web.Response:
        """Take a product off sale."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        product = await self._products.delist(caller_of(request), mini_program_id, product_id)
        return json_response(product_view(product))

    async def get_stock(self, request: web.Request) -> web.Response:
        """A SKU's stock."""
        sku_id = path_id(request, "sku_id")
        return json_response(stock_view(await self._stock.get(caller_of(request), sku_id)))

    async def put_stock(self, request: web.Request) -> web.Response:
        """Change how many of a SKU are available."""
        sku_id = path_id(request, "sku_id")
        wanted = await read_json(request, StockRequest)
        stock = await self._stock.adjust(
            caller_of(request), sku_id, available=wanted.available, change=wanted.change
        )
        return json_response(stock_view(stock))
