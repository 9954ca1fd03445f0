"""The parts of which the generated names and queries are made."""

from __future__ import annotations

FRONT = (
    "青禾", "云杉", "北屿", "拾光", "橘猫", "听泉", "野渡", "澄江", "白鹭", "南枝", "星垂", "竹里", "霁月", "松间", "麦浪", "花溪",
    "砚田", "鹿鸣", "长亭", "晚枫",
)  # fmt: skip
BACK = (
    "书屋", "茶社", "优选", "好物", "家居", "数码馆", "文具铺", "旗舰店", "美妆店", "童装屋", "面包房", "咖啡馆",
)  # fmt: skip
FRONT_EN = (
    "Juniper", "Harbor", "Willow", "Meadow", "Lantern", "Copper", "Falcon", "Velvet", "Saffron",
    "Pebble", "Tundra", "Orchard", "Quartz", "Bramble", "Canyon", "Mistral", "Anchorite", "Heron",
    "Thistle", "Marlow",
)  # fmt: skip
BACK_EN = (
    "Bookhouse", "Teahouse", "Select", "Goods", "Living", "Digital", "Stationers", "Flagship",
    "Beauty", "Kidswear", "Bakery", "Coffee",
)  # fmt: skip
"""Halves of names, in Chinese and English."""

WORDS = (
    "耳机", "雨衣", "台灯", "茶杯", "枕头", "背包", "围巾", "水壶", "键盘", "拖鞋", "牙刷", "相框",
)  # fmt: skip
WORDS_EN = (
    "headphones", "raincoat", "lamp", "teacup", "pillow", "backpack", "scarf", "kettle", "keyboard",
    "slippers", "toothbrush", "frame",
)  # fmt: skip
"""Things to buy."""

ADDED = (
    "便宜的", "新款", "送礼", "打折", "儿童", "大号",
)  # fmt: skip
ADDED_EN = (
    "cheap", "new", "gift", "sale", "kids", "large",
)  # fmt: skip
"""Words around things to buy."""

COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部"
    "度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正"
    "心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长"
    "求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器"
    "压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离书叔无吾乌霞夏"
    "虾树数术叶夜业铺扑朴茶查察社设射馆管关乌舞午官观灌房防方妆装庄店电点"
)
"""Common Chinese characters."""
