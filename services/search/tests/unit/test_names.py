"""Names of mini programs in queries."""

from __future__ import annotations

import pytest

from search.domain.documents import MiniProgram
from search.domain.language.text import clean
from search.domain.name_book import NameBook
from search.domain.names import Evidence, MatchKind

HOST = frozenset({"app"})
BOOK = NameBook([
    MiniProgram("lanshan01", "蓝山优选", HOST, name_en="Blue Hill Select", aliases=("蓝山", "BHS", "Blue Hill")),
    MiniProgram("lanshan02", "蓝山优选图书", HOST, name_en="Blue Hill Select Books"),
    MiniProgram("orange001", "Orange", HOST),
    MiniProgram("aniang001", "阿娘米酒旗舰店", HOST, name_en="Aniang Rice Wine Store", aliases=("阿娘酒",)),
    MiniProgram("chongq001", "重庆小面馆", HOST, name_en="Chongqing Noodles"),
    MiniProgram("kafei0001", "咖啡因实验室", HOST, name_en="Caffeine Lab", aliases=("O'Brien & Sons",)),
])  # fmt: skip
WORDS = {
    "orange",
    "juice",
    "blue",
    "hill",
    "select",
    "phone",
    "case",
    "rice",
    "wine",
    "store",
    "lab",
    "noodles",
    "books",
}
EVIDENCE = Evidence(
    is_word=lambda word: word in WORDS,
    sells=lambda program, text: (program, text) in {("orange001", "phone"), ("lanshan01", "电饭煲")},
)


def named(query: str, book: NameBook = BOOK) -> list[tuple[str, str]]:
    return [(n.mini_program_id, n.kind.name) for n in book.find(query, lambda _: True, EVIDENCE)]


@pytest.mark.parametrize(
    ("query", "program", "kind"),
    [
        ("蓝山优选", "lanshan01", "NAME"),
        ("蓝山优选 耳机", "lanshan01", "NAME"),
        ("买耳机去蓝山优选", "lanshan01", "NAME"),
        ("BLUE  HILL select", "lanshan01", "NAME"),
        ("blue-hill-select headphones", "lanshan01", "NAME"),
        ("bluehillselect", "lanshan01", "NAME"),
        ("Ｂｌｕｅ Ｈｉｌｌ Ｓｅｌｅｃｔ", "lanshan01", "NAME"),
        ("bhs", "lanshan01", "ALIAS"),
        ("蓝山", "lanshan01", "ALIAS"),
        ("蓝山电饭煲", "lanshan01", "ALIAS"),
        ("蓝山优选图书", "lanshan02", "NAME"),
        ("lanshanyouxuan", "lanshan01", "PINYIN"),
        ("lan shan you xuan 耳机", "lanshan01", "PINYIN"),
        ("lanshan优选", "lanshan01", "PINYIN"),
        ("lsyx", "lanshan01", "PINYIN"),
        ("chongqingxiaomianguan", "chongq001", "PINYIN"),
        ("蓝山有选", "lanshan01", "TYPO"),
        ("兰山优选 耳机", "lanshan01", "TYPO"),
        ("蓝优山选", "lanshan01", "TYPO"),
        ("lanshan", "lanshan01", "PINYIN"),
        ("blue hill selct", "lanshan01", "ALIAS"),
        ("bleu hill select phone", "lanshan01", "TYPO"),
        ("lanshanyouxaun", "lanshan01", "TYPO"),
        ("aniang rice wine stoer", "aniang001", "TYPO"),
        ("阿娘米酒", "", ""),
        ("阿娘米酒旗舰", "aniang001", "TYPO"),
        ("cafeine lab", "kafei0001", "TYPO"),
        ("obrien & sons coffee", "kafei0001", "ALIAS"),
        ("orange", "orange001", "NAME"),
        ("Orange phone", "orange001", "NAME"),
    ],
)
def test_a_query_names_a_mini_program(query: str, program: str, kind: str) -> None:
    assert named(clean(query))[:1] == ([(program, kind)] if program else [])


@pytest.mark.parametrize(
    "query",
    [
        "orange juice", "ranges", "arrange", "oranges", "蓝山咖啡", "蓝色的山", "蓝山产品优选", "优选", "优选蓝山货",
        "select", "blue", "blue select hill", "hill", "rice wine", "wine store", "noodles", "重庆", "小面", "阿娘",
        "咖啡", "咖啡实验", "lab", "books", "lan", "lanshan phone", "youxuan", "ls", "bh", "", "🎧", "b h s x", "selected blue hills",
        "重庆火锅", "O", "Or ange juice",
    ],
)  # fmt: skip
def test_a_query_that_names_none_finds_no_name(query: str) -> None:
    assert named(query) == []


def test_the_rest_of_the_query_is_without_the_name() -> None:
    [naming] = BOOK.find("蓝山优选 wireless 耳机", lambda _: True, EVIDENCE)
    assert naming.rest == "wireless 耳机"
    [naming] = BOOK.find(
        "cheap Orange phone", lambda _: True, Evidence(lambda w: w in WORDS, lambda p, t: True)
    )
    assert naming.rest == "cheap phone"


def test_two_mini_programs_in_one_query_are_both_named() -> None:
    assert {program for program, _ in named("蓝山优选 重庆小面馆")} == {"lanshan01", "chongq001"}


def test_an_invisible_mini_program_is_not_found() -> None:
    assert BOOK.find("蓝山优选", lambda program: program != "lanshan01", EVIDENCE) == []


def test_a_renamed_mini_program_is_not_found_by_its_old_name() -> None:
    book = NameBook([MiniProgram("a", "晨光文具铺", HOST, name_en="Morning Stationery")])
    book.put(MiniProgram("a", "暮色文具铺", HOST, name_en="Evening Stationery"))
    assert named("晨光文具铺", book) == []
    assert named("chenguangwenjupu", book) == []
    assert named("mornign stationery", book) == []
    assert named("暮色文具铺", book) == [("a", "NAME")]
    book.remove("a")
    assert named("暮色文具铺", book) == []


def test_with_few_products_a_mistyped_word_among_others_is_not_a_name() -> None:
    book = NameBook([MiniProgram("a", "Clover", HOST)])
    unsure = Evidence(is_word=lambda word: None, sells=lambda program, text: True)
    assert book.find("cover for sofa", lambda _: True, unsure) == []
    assert [n.kind for n in book.find("clovre", lambda _: True, unsure)] == [MatchKind.TYPO]


def test_mini_programs_with_the_same_name_are_all_found() -> None:
    book = NameBook([MiniProgram(i, "同名小店", HOST) for i in ("a", "b")])
    assert {n.mini_program_id for n in book.find("同名小店", lambda _: True)} == {"a", "b"}
