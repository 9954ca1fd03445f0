"""A small world of shops: Chinese, English and mixed names, competing accounts, products of several kinds."""

from __future__ import annotations

from search.domain.documents import Account, MiniProgram, Product, Sku


def make_product(
    product_id: str, program: str, title: str, price: int = 1000, *, available: bool = True, **more: object
) -> Product:
    """A product with one SKU."""
    sku = Sku(f"{product_id}-s", price, available)
    return Product(product_id, program, title, (sku,), **more)  # type: ignore[arg-type]


PROGRAMS = (
    MiniProgram("lanshan01", "蓝山优选", frozenset({"app", "news"}), name_en="Blue Hill Select", aliases=("蓝山", "BHS"),
                owner_name="Blue Hill", category="e-commerce", exposure_priority=10),
    MiniProgram("yunduo001", "云朵好物街", frozenset({"app"}), name_en="Cloud Bazaar", aliases=("云朵",), exposure_priority=80),
    MiniProgram("orange001", "Orange", frozenset({"app"}), aliases=("橙子小店",), exposure_priority=30),
    MiniProgram("aniang001", "阿娘米酒旗舰店", frozenset({"app"}), name_en="Aniang Rice Wine Store"),
    MiniProgram("hidden001", "隐山书屋", frozenset({"news"}), name_en="Hidden Hill Books"),
    MiniProgram("closed001", "停业百货", frozenset({"app"}), published=False),
)  # fmt: skip


ACCOUNTS = (
    Account("acc1", "app", "蓝山优选", followers=9_000_000, bio="unofficial fans"),
    Account("acc2", "app", "蓝山优选代购", followers=12),
    Account("acc3", "app", "Blue Hill Select Fans", "creator", followers=7),
    Account("acc4", "news", "蓝山优选", followers=1),
    Account("acc5", "app", "蓝山优选旧号", active=False),
)


PRODUCTS = (
    make_product("p1", "lanshan01", "蓝山无线降噪耳机 头戴式", 29900, brand="蓝山", title_en="Blue Hill wireless noise cancelling headphones", sales=50, category_id="audio"),
    make_product("p2", "lanshan01", "蓝山智能电饭煲 3L", 19900, title_en="Blue Hill smart rice cooker 3L", sales=500, category_id="kitchen"),
    make_product("p3", "yunduo001", "蓝牙耳机 运动防水", 9900, title_en="Bluetooth sport earphones, waterproof", sales=900, category_id="audio"),
    make_product("p4", "yunduo001", "耳机保护套 硅胶", 1900, title_en="Silicone case for earphones", sales=2000, category_id="audio"),
    make_product("p5", "yunduo001", "Wireless headphones over-ear, black", 15900, sales=10, category_id="audio", attributes={"colour": "black", "waterproof": "no"}),
    make_product("p6", "orange001", "Mobile phone O12 128 GB", 399900, brand="Orange", model="O12", sales=30, category_id="phones"),
    make_product("p7", "yunduo001", "Fresh orange juice 1 L", 1200, sales=77, category_id="drinks"),
    make_product("p8", "aniang001", "糯米酒 桂花味 500ml", 5900, title_en="Osmanthus rice wine 500 ml", sales=40, category_id="wine"),
    make_product("p9", "hidden001", "耳机收藏史", 4500, title_en="A history of headphones, hardcover", sales=1, category_id="books"),
    make_product("p10", "yunduo001", "Headphones stand, wood", 3900, available=False, sales=5, category_id="audio"),
    make_product("p11", "closed001", "停业耳机清仓", 100, sales=1),
)  # fmt: skip
