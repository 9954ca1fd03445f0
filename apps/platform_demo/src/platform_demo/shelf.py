"""The platform's products: what is on sale, what was sent of it to Anchorage, and how many pieces Anchorage may sell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from platform_demo.catalogue import Product, Shop
from platform_demo.database import Database
from platform_demo.feed import Listing, Offer, mark_of


class UnknownSku(Exception):
    """The platform has no such SKU."""


@dataclass(frozen=True)
class Move:
    """A change of a SKU's allotment that is still to be sent to Anchorage."""

    move_id: int
    sku_id: str
    change: int


@dataclass(frozen=True)
class Shelf:
    """The products in the database."""

    database: Database

    def add_new(self, shops: Iterable[Shop]) -> None:
        """Add products of the catalogue that the database lacks. Those that it has stay as they are: their prices may have changed."""
        with self.database.transaction():
            for shop in shops:
                for product in shop.products:
                    self._add(shop.mini_program_id, product)

    def _add(self, mini_program_id: str, product: Product) -> None:
        self.database.run(
            "INSERT OR IGNORE INTO product (product_id, mini_program_id, title, title_en, description, category, shape, colour) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            product.product_id, mini_program_id, product.title.zh, product.title.en, product.description, product.category,
            product.shape, product.colour,
        )  # fmt: skip
        for sku in product.skus:
            is_new = self.database.run(
                "INSERT OR IGNORE INTO sku VALUES (?, ?, ?, ?, ?)",
                sku.sku_id, product.product_id, sku.size, sku.price, sku.pieces,
            )  # fmt: skip
            if is_new and sku.pieces:
                self._move(sku.sku_id, sku.pieces)

    def set_price(self, sku_id: str, price: int) -> None:
        """Sell at another price, in fen. Raises UnknownSku."""
        if not self.database.run("UPDATE sku SET price = ? WHERE sku_id = ?", price, sku_id):
            raise UnknownSku(sku_id)

    def allot(self, sku_id: str, change: int) -> None:
        """Give Anchorage more pieces to sell, or take some back. Raises UnknownSku."""
        with self.database.transaction():
            if not self.database.run(
                "UPDATE sku SET allotted = allotted + ? WHERE sku_id = ?", change, sku_id
            ):
                raise UnknownSku(sku_id)
            self._move(sku_id, change)

    def mend(self, sku_id: str, change: int) -> None:
        """Send Anchorage a change that corrects its stock. The allotment stays as it is."""
        self._move(sku_id, change)

    def _move(self, sku_id: str, change: int) -> None:
        self.database.run("INSERT INTO move (sku_id, change) VALUES (?, ?)", sku_id, change)

    def withdraw(self, product_id: str) -> None:
        """Take a product off sale."""
        self.database.run("UPDATE product SET listed = 0 WHERE product_id = ?", product_id)

    def products(self, mini_program_id: str) -> Sequence[Any]:
        """The rows of the products that are on sale, in the order in which they were added."""
        return self.database.all(
            "SELECT * FROM product WHERE mini_program_id = ? AND listed = 1 ORDER BY rowid", mini_program_id
        )

    def skus(self, mini_program_id: str) -> Sequence[Any]:
        """The rows of all SKUs of a shop; `waiting` is the sum of the changes that were not sent yet."""
        return self.database.all(
            "SELECT sku.*, product.title, coalesce((SELECT sum(change) FROM move WHERE move.sku_id = sku.sku_id AND told = 0), 0) "
            "AS waiting FROM sku JOIN product USING (product_id) WHERE mini_program_id = ? ORDER BY sku.rowid",
            mini_program_id,
        )

    def listings(self, mini_program_id: str) -> list[Listing]:
        """The shop's products for the feed. Those whose picture has not been uploaded are left out."""
        return [
            Listing(
                row["product_id"], row["title"], row["description"], row["category"], row["picture_url"],
                tuple(self._offers(row["product_id"])),
            )
            for row in self.products(mini_program_id) if row["picture_url"]
        ]  # fmt: skip

    def _offers(self, product_id: str) -> Iterable[Offer]:
        rows = self.database.all("SELECT * FROM sku WHERE product_id = ? ORDER BY rowid", product_id)
        return (Offer(row["sku_id"], row["size"], row["price"]) for row in rows)

    def marks_sent(self, mini_program_id: str) -> dict[str, str]:
        """The marks of the products that Anchorage has on sale, also of those that were taken off sale here since."""
        rows = self.database.all(
            "SELECT product_id, sent_mark FROM product WHERE mini_program_id = ? AND sent_mark IS NOT NULL",
            mini_program_id,
        )
        return {row["product_id"]: row["sent_mark"] for row in rows}

    def sent(self, mini_program_id: str, mode: str, accepted: Iterable[Listing]) -> None:
        """Anchorage has applied these listings. After a full feed it has nothing else of this shop on sale."""
        with self.database.transaction():
            if mode == "full":
                self.database.run(
                    "UPDATE product SET sent_mark = NULL WHERE mini_program_id = ?", mini_program_id
                )
            for listing in accepted:
                self.database.run(
                    "UPDATE product SET sent_mark = ? WHERE product_id = ?",
                    mark_of(listing),
                    listing.product_id,
                )

    def send_again(self, product_id: str) -> None:
        """Put the product into the next feed, because Anchorage has it differently."""
        self.database.run(
            "UPDATE product SET sent_mark = '', sent_english = NULL WHERE product_id = ?", product_id
        )

    def next_moves(self, mini_program_id: str, key: str, most: int = 1000) -> tuple[str, list[Move]]:
        """The Idempotency-Key and the changes of the next stock call: a call that was not answered, or a new one under `key`."""
        own = "sku_id IN (SELECT sku_id FROM sku JOIN product USING (product_id) WHERE mini_program_id = ?)"
        with self.database.transaction():
            begun = self.database.one(
                f"SELECT call FROM move WHERE told = 0 AND call IS NOT NULL AND {own}",  # noqa: S608 - a constant
                mini_program_id,
            )
            if begun is None:
                self.database.run(
                    f"UPDATE move SET call = ? WHERE move_id IN (SELECT move_id FROM move WHERE told = 0 AND {own} "  # noqa: S608
                    "ORDER BY move_id LIMIT ?)",
                    key, mini_program_id, most,
                )  # fmt: skip
        call = begun["call"] if begun else key
        rows = self.database.all("SELECT * FROM move WHERE call = ? AND told = 0 ORDER BY move_id", call)
        return call, [Move(row["move_id"], row["sku_id"], row["change"]) for row in rows]

    def answered(self, moves: Iterable[Move], failed: Iterable[Move]) -> None:
        """Anchorage has made these changes. It refused the `failed` ones: a later call, under another key, sends them again."""
        with self.database.transaction():
            for move in moves:
                self.database.run("UPDATE move SET told = 1 WHERE move_id = ?", move.move_id)
            for move in failed:
                self.database.run("UPDATE move SET call = NULL WHERE move_id = ?", move.move_id)
