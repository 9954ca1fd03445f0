"""Search inside one mini program."""

from __future__ import annotations

import pytest

from search.application.library import Library
from search.application.search_store import search_store
from search.domain.errors import QueryRefused
from search.domain.queries import Filters


def test_in_store_search_filters_sorts_and_counts(library: Library) -> None:
    def found(query: str, filters: Filters = Filters(), sort: str = "relevance") -> list[str]:  # noqa: B008
        page = search_store(library, "app", "yunduo001", query, filters, sort, None, 20)  # type: ignore[arg-type]
        return [r.card.product_id for r in page.products]

    assert set(found("耳机")) == {"p3", "p4", "p5"}
    assert found("") == ["p4", "p3", "p7", "p5", "p10"]
    assert found("", Filters(in_stock=True)) == ["p4", "p3", "p7", "p5"]
    assert found("", Filters(min_price=1900, max_price=9900), "price_asc") == ["p4", "p10", "p3"]
    assert found("headphones", sort="price_desc") == ["p5", "p3", "p10"]
    assert found("", Filters(category_id="drinks")) == ["p7"]
    assert found("电饭煲") == []
    page = search_store(library, "app", "yunduo001", "", Filters(), "sales", None, 2)
    assert page.facets["category"] == {"audio": 4, "drinks": 1}
    assert page.facets["in_stock"] == {"1": 4, "0": 1}
    with pytest.raises(QueryRefused) as refused:
        Filters(min_price=2, max_price=1)
    assert refused.value.code == "empty_price_range"
