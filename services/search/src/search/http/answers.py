"""Maps results to the API's models."""

from __future__ import annotations

from contracts.api.mini_programs import OwnerCard
from contracts.api.search import (
    AccountResult,
    FacetValue,
    InStoreAnswer,
    MiniProgramResult,
    ProductResult,
    Result,
    SearchAnswer,
)
from contracts.money import cny
from search.application import results
from search.application.results import ColumnPage, StorePage


def search_answer(page: ColumnPage) -> SearchAnswer:
    """A page of the search column: the results in order, and again by kind."""
    answered = [_result(result) for result in page.results]
    return SearchAnswer(
        query=page.query,
        results=answered,
        mini_programs=[r for r in answered if isinstance(r, MiniProgramResult)],
        accounts=[r for r in answered if isinstance(r, AccountResult)],
        products=[r for r in answered if isinstance(r, ProductResult)],
        next_cursor=page.next_cursor,
        did_you_mean=page.did_you_mean,
    )


def in_store_answer(page: StorePage) -> InStoreAnswer:
    """A page of a store's products; categories have the names that the store gives its shelves."""
    return InStoreAnswer(
        items=[_product(product) for product in page.products],
        next_cursor=page.next_cursor,
        query=page.query,
        facets={
            name: [
                FacetValue(
                    value=value,
                    name=page.program.shelves.get(value, "") if name == "category" else "",
                    count=count,
                )
                for value, count in counts.items()
            ]
            for name, counts in page.facets.items()
        },
        did_you_mean=page.did_you_mean,
    )


def _result(result: results.AnyResult) -> Result:
    if isinstance(result, results.ProgramResult):
        program = result.program
        return MiniProgramResult(
            mini_program_id=program.mini_program_id,
            name=program.name,
            name_en=program.name_en,
            owner=OwnerCard(
                owner_id=program.owner_id,
                name=program.owner_name,
                name_en=program.owner_name_en,
                kind=program.owner_kind,
            ),
            logo_url=program.logo_url,
            slogan=program.slogan,
            slogan_en=program.slogan_en,
            category=program.category,
            sponsored=program.sponsored,
            why=result.why,
        )
    if isinstance(result, results.AccountResult):
        account = result.account
        return AccountResult(
            why=result.why,
            account_id=account.account_id,
            name=account.name,
            account_kind=account.kind,
            avatar_url=account.avatar_url,
            followers=account.followers,
        )
    return _product(result)


def _product(result: results.ProductResult) -> ProductResult:
    card = result.card
    return ProductResult(
        why=result.why,
        mini_program_id=card.mini_program_id,
        product_id=card.product_id,
        title=card.title,
        title_en=card.title_en,
        highlighted=result.highlighted,
        price=cny(card.price),
        image_url=card.image_url,
        in_stock=card.in_stock,
    )
