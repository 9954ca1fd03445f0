"""How aggregates are stored."""

from __future__ import annotations

from dataclasses import replace

from catalog_support.samples import PRODUCT, PROGRAM, VIDEO

from catalog.adapters.mongo_mini_programs import read_mini_program, write_mini_program
from catalog.adapters.mongo_products import read_product, write_product
from catalog.adapters.mongo_videos import read_video, write_video
from catalog.domain import mini_program, product
from catalog.domain.terms import Terms


def test_an_aggregate_is_read_back_as_it_was_written() -> None:
    program, _ = mini_program.register("shop0001", PROGRAM)
    listed, _ = product.list_new("p1", "shop0001", replace(PRODUCT, own_terms=(1, 2)), Terms(100, 500, 1))
    assert read_mini_program(write_mini_program(program)) == program
    assert read_product(write_product(listed)) == listed
    assert read_video(write_video(VIDEO)) == VIDEO


def test_documents_without_english_texts_can_be_read() -> None:
    program, _ = mini_program.register("shop0001", PROGRAM)
    listed, _ = product.list_new("p1", "shop0001", PRODUCT, Terms(100, 500, 1))
    stored_program, stored_product = write_mini_program(program), write_product(listed)
    stored_video = write_video(VIDEO)
    del stored_program["slogan_en"], stored_program["owner"]["name_en"]
    del (
        stored_product["brand_en"],
        stored_product["attributes_en"],
        stored_product["skus"][0]["attributes_en"],
    )
    del stored_video["title_en"], stored_video["creator_name_en"], stored_video["anchors"][0]["title_en"]
    assert read_mini_program(stored_program) == program
    assert read_product(stored_product) == listed
    assert read_video(stored_video) == VIDEO
