"""The same feed in every format, and as other people write it."""

from __future__ import annotations

import gzip
import io
import os
import re
from pathlib import Path

import pytest
from product_feeds_support import fields, rows

from product_feeds import table_rows, xml_rows
from product_feeds.reading import Format
from product_feeds.rows import MAX_LINE, BadLine, Row, Unreadable

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
<channel><title>The shop</title><link>https://shop.example</link>
<item>
  <g:id>pot-1</g:id><title>Pot</title><g:title>Iron pot</g:title><link>https://shop.example/pot</link>
  <description><![CDATA[<b>Heavy</b> & black]]></description>
  <g:price>129.00 CNY</g:price>
  <g:shipping><g:country>CN</g:country></g:shipping>
  <g:additional_image_link>https://shop.example/2.jpg</g:additional_image_link>
  <g:additional_image_link>https://shop.example/3.jpg</g:additional_image_link>
</item>
<item><g:id>pot-2</g:id></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The shop</title><id>urn:feed</id>
<entry><id>urn:1</id><g:id xmlns:g="http://base.google.com/ns/1.0">pot-1</g:id><title>Pot</title><link href="https://shop.example/pot"/></entry>
</feed>"""


def test_an_rss_feed_gives_each_item_with_its_line(tmp_path: Path) -> None:
    first, second = rows(tmp_path, RSS, "google_xml")
    assert isinstance(first, Row)
    assert (first.line, second.line) == (4, 12)
    assert first.fields["id"] == "pot-1"
    assert first.fields["title"] == "Iron pot"
    assert first.fields["description"] == "<b>Heavy</b> & black"
    assert first.fields["additional_image_link"] == "https://shop.example/2.jpg,https://shop.example/3.jpg"


def test_an_atom_feed_gives_each_entry(tmp_path: Path) -> None:
    [found] = fields(rows(tmp_path, ATOM, "google_xml"))
    assert found == {"id": "pot-1", "title": "Pot", "link": "https://shop.example/pot"}


@pytest.mark.parametrize(
    "item",
    [
        "<item><id>1</id></item>",
        "<item><ID>1</ID></item>",
        "<item><g:id>1</g:id></item>",
        "<ITEM><c:Id>1</c:Id></ITEM>",
    ],
)
def test_a_prefix_is_read_whether_declared_or_not(tmp_path: Path, item: str) -> None:
    assert fields(rows(tmp_path, f"<rss>{item}</rss>", "google_xml")) == [{"id": "1"}]


def test_blank_lines_before_the_declaration_are_counted_and_forgiven(tmp_path: Path) -> None:
    [row] = rows(tmp_path, "\n\n<?xml version='1.0'?>\n<rss><item><id>1</id></item></rss>", "google_xml")
    assert row.line == 4


def test_chinese_xml_is_read_as_it_declares_itself(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="GBK"?><rss><item><title>铸铁锅</title></item></rss>'
    assert fields(rows(tmp_path, text.encode("gbk"), "google_xml")) == [{"title": "铸铁锅"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss><item><id>&a;</id></item></rss>', "DOCTYPE"),
        ('<!DOCTYPE r SYSTEM "file:///etc/passwd"><rss/>', "DOCTYPE"),
        ("<rss><item><title>A & B</title></item></rss>", "&amp;"),
        ("<rss>\n<item><title>A&nbsp;B</title></item></rss>", "Line 2.*&#160;"),
        ("<rss><item><id>1</id></rss>", "Close each element"),
        ("<rss><item><id>1</id></item>", "Line 1"),
        ("<rss></rss>", "no <item>"),
        ("<rss><item>" + "<a>" * 100, "nested"),
        ("id,title\n1,Pot", "well-formed"),
        ('<?xml version="1.0" encoding="EBCDIC-9"?><rss/>', "UTF-8"),
        ("", "empty"),
        (" \n ", "empty"),
    ],
)
def test_xml_that_cannot_be_read_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        rows(tmp_path, text, "google_xml")


def test_an_item_that_is_too_large_is_a_bad_line_and_the_next_one_is_read(tmp_path: Path) -> None:
    text = f"<rss><item><id>1</id><d>{'x' * (MAX_LINE + 1)}</d></item><item><id>2</id></item></rss>"
    first, second = rows(tmp_path, text, "google_xml")
    assert isinstance(first, BadLine)
    assert second == Row(1, {"id": "2"})


@pytest.mark.parametrize(
    "text",
    [
        "id,title,price\nA1,Iron pot,12.00 CNY\n",
        "ID\tTITLE\tPRICE\r\nA1\tIron pot\t12.00 CNY\r\n",
        "id;title;price\rA1;Iron pot;12.00 CNY",
        "g:id | g:title | g:price\nA1 | Iron pot | 12.00 CNY\n",
        'id, title, price\n"A1", "Iron pot", "12.00 CNY"\n',
        "sep=;\nid;title;price\nA1;Iron pot;12.00 CNY\n",
        "\n\nid,title,price,,\n\n,,,,\nA1,Iron pot,12.00 CNY,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_all_kinds_say_the_same(tmp_path: Path, text: str, encoding: str) -> None:
    expected = [{"id": "A1", "title": "Iron pot", "price": "12.00 CNY"}]
    assert fields(rows(tmp_path, text.encode(encoding), "csv")) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_character_sets_are_told_apart(tmp_path: Path, encoding: str) -> None:
    text = "id,title\n1,联通的铸铁锅\n2,龙井茶叶\n"
    assert [f["title"] for f in fields(rows(tmp_path, text.encode(encoding), "csv"))] == [
        "联通的铸铁锅",
        "龙井茶叶",
    ]


def test_utf_8_with_one_wrong_byte_is_not_taken_for_chinese_of_another_kind(tmp_path: Path) -> None:
    content = "id,title\n1,上好的铸铁锅一只\n2,茶".encode() + b"\xe8\n"
    with pytest.raises(Unreadable, match="Line 3"):
        rows(tmp_path, content, "csv")


def test_a_quoted_cell_may_hold_delimiters_quotes_tabs_and_lines(tmp_path: Path) -> None:
    text = 'id,description\n1,"a, ""b""\n\tc"\n2,d\n'
    first, second = rows(tmp_path, text, "csv")
    assert first == Row(2, {"id": "1", "description": 'a, "b"\n\tc'})
    assert second == Row(4, {"id": "2", "description": "d"})


def test_an_inch_mark_in_a_cell_without_quotes_is_text(tmp_path: Path) -> None:
    assert fields(rows(tmp_path, 'id\ttitle\n1\t12" pan\n', "csv")) == [{"id": "1", "title": '12" pan'}]


def test_an_unclosed_quotation_mark_spoils_its_own_line_only(tmp_path: Path) -> None:
    first, *others = rows(tmp_path, 'id,title\n1,"Pot\n2,Pan\n3,Cup\n', "csv")
    assert isinstance(first, BadLine)
    assert first.line == 2
    assert "quotation mark" in first.message
    assert others == [Row(3, {"id": "2", "title": "Pan"}), Row(4, {"id": "3", "title": "Cup"})]


def test_a_line_with_more_cells_than_columns_is_a_bad_line(tmp_path: Path) -> None:
    bad, good = rows(tmp_path, "id,title\n1,Pot, black\n2,Pan\n", "csv")
    assert isinstance(bad, BadLine)
    assert "3 cells" in bad.message
    assert good == Row(3, {"id": "2", "title": "Pan"})


def test_a_line_that_is_too_long_is_a_bad_line(tmp_path: Path) -> None:
    bad, good = rows(tmp_path, f"id,title\n1,{'x' * 3 * MAX_LINE}\n2,Pan\n", "csv")
    assert isinstance(bad, BadLine)
    assert good == Row(3, {"id": "2", "title": "Pan"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html><html><body>Log in</body></html>", "login"),
        ("<?xml version='1.0'?><rss/>", "google_xml"),
        ("name,price\nPot,12\n", "`id`"),
        ("sep=;\n", "header"),
    ],
)
def test_a_table_without_a_header_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        rows(tmp_path, text, "csv")


def test_json_lines_take_the_keys_and_values_of_other_systems(tmp_path: Path) -> None:
    text = (
        '{"id": 1, "title": "Pot", "price": {"value": "12.00", "currency": "CNY"}, "quantity": 5, "brand": null}\n'
        '\n{"itemGroupId": "g", "additionalImageLinks": ["https://a.example/1", "https://a.example/2"], "inStock": true}\r\n'
    )
    assert fields(rows(tmp_path, text, "jsonl")) == [
        {"id": "1", "title": "Pot", "price": "12.00 CNY", "quantity": "5"},
        {
            "item_group_id": "g",
            "additional_image_links": "https://a.example/1,https://a.example/2",
            "in_stock": "true",
        },
    ]


@pytest.mark.parametrize(
    "bad",
    [
        '{"id": 1',
        "[1]x",
        "7",
        '"text"',
        "{'id': 1}",
        "NaN",
        "[" * 100_000,
        '{"id": ' + "[" * 500 + "]" * 500 + "}",
        '{"id": ' + '{"value": ' * 900 + "1" + "}" * 901,
    ],
)
def test_a_line_that_is_no_object_is_a_bad_line(tmp_path: Path, bad: str) -> None:
    good, wrong, after = rows(tmp_path, f'{{"id": 1}}\n{bad}\n{{"id": 2}}\n', "jsonl")
    assert isinstance(wrong, BadLine)
    assert (good.line, wrong.line, after.line) == (1, 2, 3)


def test_many_quotation_marks_that_are_never_closed_cost_each_line_two_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def count(line: str, delimiter: str, *, inside: bool = False) -> bool:
        nonlocal looks
        looks += 1
        return is_open(line, delimiter, inside=inside)

    is_open = table_rows._is_open
    monkeypatch.setattr(table_rows, "_is_open", count)
    number = 5_000
    found = rows(tmp_path, "id,title\n" + '5","\n' * number + "1,Pot\n", "csv")
    assert [one.line for one in found if isinstance(one, BadLine)] == list(range(2, number + 2))
    assert found[-1] == Row(number + 2, {"id": "1", "title": "Pot"})
    assert looks <= 2 * (number + 1)


def test_lines_after_an_unclosed_quotation_mark_may_have_cells_over_several_lines(tmp_path: Path) -> None:
    text = f'id,title\n1,"Pot\n{"x" * table_rows.MAX_RECORD}\n4,"A\nB"\n5,Lid\n'
    found = rows(tmp_path, text, "csv")
    assert [one.line for one in found if isinstance(one, BadLine)] == [2]
    assert found[2:] == [Row(4, {"id": "4", "title": "A\nB"}), Row(6, {"id": "5", "title": "Lid"})]


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ("<!-- {} -->", "tag or comment"),
        ('<rss a="{}"/>', "tag or comment"),
        ("<?pi {} ?>", "tag or comment"),
    ],
)
def test_markup_that_never_ends_is_refused_before_it_fills_the_memory(piece: str, words: str) -> None:
    before, after = piece.split("{}")
    text = f"<rss>{before}{'x ' * (10 * MAX_LINE)}{after}"
    with pytest.raises(Unreadable, match=words):
        list(xml_rows.xml_rows(io.StringIO(text)))


def test_more_names_than_a_feed_has_are_refused(tmp_path: Path) -> None:
    text = "<rss>" + "".join(f"<n{number}/>" for number in range(xml_rows.MAX_NAMES + 10_000)) + "</rss>"
    with pytest.raises(Unreadable, match="different names"):
        rows(tmp_path, text, "google_xml")


def test_names_and_attributes_count_as_characters_of_their_item(tmp_path: Path) -> None:
    link = f'<link{{}} href="{"x" * 1000}"/>'
    item = (
        "<item><id>1</id>"
        + "".join(link.format(number) for number in range(MAX_LINE // 1000 + 1))
        + "</item>"
    )
    first, second = rows(tmp_path, f"<rss>{item}<item><id>2</id></item></rss>", "google_xml")
    assert isinstance(first, BadLine)
    assert second == Row(1, {"id": "2"})


def test_one_json_array_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="one object in each line"):
        rows(tmp_path, '[{"id": 1}]', "jsonl")


@pytest.mark.parametrize(
    ("text", "written_as"), [(RSS, "google_xml"), ("id\n1\n", "csv"), ('{"id": 1}', "jsonl")]
)
def test_a_packed_feed_says_the_same(tmp_path: Path, text: str, written_as: Format) -> None:
    assert rows(tmp_path, gzip.compress(text.encode()), written_as) == rows(tmp_path, text, written_as)


def test_a_packed_feed_that_is_cut_off_is_refused_in_words(tmp_path: Path) -> None:
    packed = gzip.compress(b"id\n" + os.urandom(1000).hex().encode())
    with pytest.raises(Unreadable, match="cut off"):
        rows(tmp_path, packed[:-20], "csv")


def test_a_packed_feed_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="unpacks to more than"):
        rows(tmp_path, gzip.compress(b"id\n" + b"1\n" * (12 * 1024**2)), "csv")


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Unreadable, match="Excel"):
        rows(tmp_path, content, "csv")


def test_words_about_a_file_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        rows(tmp_path, "<rss/>", "google_xml")
    assert re.fullmatch(r"[A-Z].*\.", str(refused.value))
