"""Mini programs asked for in every way: names of our own making, and queries made from them by rule.

The judged sets have no pinyin, no slips, no aliases and no Chinese names of shops. Here names are put together from parts,
each is asked for in ten ways, and as many queries name none; all with a fixed seed, through the whole of the search column.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from search.adapters.state import State
from search.application.directory import Accounts, Directory
from search.application.finding import Library, search_column
from search.application.results import ProgramResult
from search.domain.documents import Account, MiniProgram, Product, Sku
from search.domain.queries import QueryRefused
from search.domain.ranking import RankingRule
from search.engine.tantivy_index import TantivyIndex
from search.language.pinyin import romanise, syllable
from search.language.text import units

HOST = "own"
PRODUCTS = 6_000
FRONT = [
    "青禾",
    "云杉",
    "北屿",
    "拾光",
    "橘猫",
    "听泉",
    "野渡",
    "澄江",
    "白鹭",
    "南枝",
    "星垂",
    "竹里",
    "霁月",
    "松间",
    "麦浪",
    "花溪",
    "砚田",
    "鹿鸣",
    "长亭",
    "晚枫",
]
BACK = [
    "书屋",
    "茶社",
    "优选",
    "好物",
    "家居",
    "数码馆",
    "文具铺",
    "旗舰店",
    "美妆店",
    "童装屋",
    "面包房",
    "咖啡馆",
]
FRONT_EN = [
    "Juniper",
    "Harbor",
    "Willow",
    "Meadow",
    "Lantern",
    "Copper",
    "Falcon",
    "Velvet",
    "Saffron",
    "Pebble",
    "Tundra",
    "Orchard",
    "Quartz",
    "Bramble",
    "Canyon",
    "Mistral",
    "Anchorite",
    "Heron",
    "Thistle",
    "Marlow",
]
BACK_EN = [
    "Bookhouse",
    "Teahouse",
    "Select",
    "Goods",
    "Living",
    "Digital",
    "Stationers",
    "Flagship",
    "Beauty",
    "Kidswear",
    "Bakery",
    "Coffee",
]
WORDS = ["耳机", "雨衣", "台灯", "茶杯", "枕头", "背包", "围巾", "水壶", "键盘", "拖鞋", "牙刷", "相框"]
WORDS_EN = [
    "headphones",
    "raincoat",
    "lamp",
    "teacup",
    "pillow",
    "backpack",
    "scarf",
    "kettle",
    "keyboard",
    "slippers",
    "toothbrush",
    "frame",
]
ADDED = ["便宜的", "新款", "送礼", "打折", "儿童", "大号"]
ADDED_EN = ["cheap", "new", "gift", "sale", "kids", "large"]
COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着"
    "等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新"
    "线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设"
    "及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领"
    "七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离"
    "书叔无吾乌霞夏虾树数术叶夜业铺扑朴茶查察社设射馆管关乌舞午官观灌房防方妆装庄店电点"
)


@dataclass(slots=True)
class OwnCases:
    """How often the mini program that was asked for came first, by the way of asking; how often one came unasked."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    captured: int = 0
    unnamed: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def first(self) -> float:
        """Share of all that named one."""
        return sum(self.right.values()) / sum(self.asked.values())

    @property
    def wrongly(self) -> float:
        """Share of the others that were answered with one first."""
        return self.captured / self.unnamed

    def __str__(self) -> str:
        ways = ", ".join(f"{way} {self.right[way]}/{count}" for way, count in self.asked.items())
        return f"named first {self.first:.1%} ({ways}); put first though not named {self.captured}/{self.unnamed}"


def own_cases() -> OwnCases:
    """Ask everything."""
    chance = random.Random(2026)  # noqa: S311
    programs = list(_programs(chance))
    library = _library(programs, chance)
    found = OwnCases()
    for program in programs:
        for way, ask in WAYS.items():
            query = ask(program, chance)
            if query is not None:
                found.asked[way] += 1
                is_right = _first(library, query) == program.mini_program_id
                found.right[way] += is_right
                found.misses += [] if is_right else [f"{way}: {query} for {program.name} / {program.name_en}"]
    for query in _unnamed(chance):
        captor = _first(library, query)
        found.unnamed += 1
        found.captured += captor is not None
        found.misses += [f"not named: {query} gave {captor}"] if captor else []
    library.index.close()
    return found


def _first(library: Library, query: str) -> str | None:
    try:
        results = search_column(library, HOST, query, None, 5).results
    except QueryRefused:
        return None
    return (
        results[0].program.mini_program_id
        if results and isinstance(results[0], ProgramResult) and results[0].why != "name_begins_so"
        else None
    )


def _programs(chance: random.Random) -> Iterator[MiniProgram]:
    """Two hundred: each front with each of a few backs, so that many share half of their names."""
    pairs = [(f, b) for f in range(len(FRONT)) for b in range(len(BACK))]
    for at, (front, back) in enumerate(chance.sample(pairs, 200)):
        alias = (
            f"{FRONT[front]}{BACK[back][:1]}儿" if back % 2 else f"{FRONT_EN[front][:3]}{BACK_EN[back][:3]}ly"
        )
        yield MiniProgram(
            f"own{at:05}", FRONT[front] + BACK[back], frozenset({HOST}),
            name_en=f"{FRONT_EN[front]} {BACK_EN[back]}", aliases=(alias,), exposure_priority=at % 100,
        )  # fmt: skip


def _library(programs: list[MiniProgram], chance: random.Random) -> Library:
    rule, state = RankingRule(), State()
    directory, accounts, index = Directory(rule), Accounts(TantivyIndex()), TantivyIndex()
    directory.put(programs)
    accounts.put(
        Account(f"acc{at}", HOST, program.name, followers=1_000_000)
        for at, program in enumerate(programs[::3])
    )
    products = [
        Product(
            f"p{at}", chance.choice(programs).mini_program_id, f"{chance.choice(ADDED)}{chance.choice(WORDS)} {at}",
            (Sku(f"s{at}", 100),), title_en=f"{chance.choice(ADDED_EN)} {chance.choice(WORDS_EN)} {chance.choice(BACK_EN)}",
        )
        for at in range(PRODUCTS)
    ]  # fmt: skip
    index.put(products)
    index.commit()
    index.refresh()
    state.put_products(products)
    return Library(index, state, directory, accounts, rule)


def _slip(word: str, chance: random.Random) -> str:
    """One letter after the first lost, doubled, changed or changed over with its neighbour."""
    at = chance.randrange(1, len(word) - 1)
    letter = chance.choice("etaoinsrhl".replace(word[at], ""))
    ways = [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + letter + word[at + 1 :]]
    if word[at] != word[at + 1]:
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return chance.choice(ways)


def _same_sound(name: str, chance: random.Random) -> str | None:
    """One character written as another that is read the same; None when no common one is."""
    options = [
        name[:at] + other + name[at + 1 :]
        for at, char in enumerate(name)
        for other in dict.fromkeys(COMMON)
        if other != char and syllable(other) == syllable(char)
    ]
    return chance.choice(options) if options else None


def _slip_en(program: MiniProgram, chance: random.Random) -> str:
    first, second = program.name_en.split()
    return f"{_slip(first, chance)} {second}".lower()


def _spelt(program: MiniProgram) -> str:
    return romanise(units(program.name))


WAYS: dict[str, Callable[[MiniProgram, random.Random], str | None]] = {
    "Chinese name": lambda p, _: p.name,
    "Latin name": lambda p, _: p.name_en.upper(),
    "alias": lambda p, _: p.aliases[0],
    "pinyin": lambda p, _: _spelt(p),
    "pinyin with blanks": lambda p, _: " ".join(map(syllable, p.name)),
    "slip in Latin": _slip_en,
    "slip in pinyin": lambda p, chance: _slip(_spelt(p), chance),
    "same sound": lambda p, chance: _same_sound(p.name, chance),
    "Chinese among words": lambda p, chance: f"{chance.choice(ADDED)}{chance.choice(WORDS)} {p.name}",
    "Latin among words": lambda p, chance: f"{p.name_en} {chance.choice(ADDED_EN)} {chance.choice(WORDS_EN)}",
}


def _unnamed(chance: random.Random) -> Iterator[str]:
    """Things to buy, halves of names, and words that begin like names."""
    for _ in range(400):
        yield f"{chance.choice(ADDED)}{chance.choice(WORDS)}"
        yield f"{chance.choice(ADDED_EN)} {chance.choice(WORDS_EN)}"
        yield f"{chance.choice(BACK)}{chance.choice(WORDS)}"
        yield f"{chance.choice(BACK_EN)} {chance.choice(WORDS_EN)}".lower()
        yield f"{chance.choice(FRONT_EN)} {chance.choice(WORDS_EN)}".lower()
        yield "".join(chance.sample(COMMON, 4))
