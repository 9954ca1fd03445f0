"""The well-known carriers of China and the world, and where their parcels are followed."""

from __future__ import annotations

from dataclasses import dataclass

OTHER = "other"
"""The id of every carrier that is not in the list."""
NUMBER = "{tracking_number}"
_KUAIDI100 = f"https://www.kuaidi100.com/chaxun?com=%s&nu={NUMBER}"
"""Follows the parcels of China's carriers without a sign-in; most of their own pages need one."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier. `tracking_url` holds NUMBER where a parcel's number belongs; None if there is no page to follow it."""

    carrier_id: str
    name: str
    name_en: str
    tracking_url: str | None

    def url_of(self, tracking_number: str) -> str | None:
        """Where this parcel is followed."""
        return self.tracking_url.replace(NUMBER, tracking_number) if self.tracking_url else None


def _chinese(carrier_id: str, name: str, name_en: str, code: str) -> Carrier:
    return Carrier(carrier_id, name, name_en, _KUAIDI100 % code)


def _worldwide(carrier_id: str, name: str, name_en: str, url: str) -> Carrier:
    return Carrier(carrier_id, name, name_en, f"https://{url}{NUMBER}")


CARRIERS = (
    _chinese("sf", "顺丰速运", "SF Express", "shunfeng"),
    _chinese("yto", "圆通速递", "YTO Express", "yuantong"),
    _chinese("zto", "中通快递", "ZTO Express", "zhongtong"),
    _chinese("sto", "申通快递", "STO Express", "shentong"),
    _chinese("yunda", "韵达快递", "Yunda Express", "yunda"),
    _chinese("jd", "京东物流", "JD Logistics", "jd"),
    _chinese("jt", "极兔速递", "J&T Express", "jtexpress"),
    _chinese("ems", "EMS", "China EMS", "ems"),
    _chinese("china-post", "邮政快递包裹", "China Post", "youzhengguonei"),
    _chinese("deppon", "德邦快递", "Deppon Express", "debangkuaidi"),
    _chinese("zjs", "宅急送", "ZJS Express", "zhaijisong"),
    _chinese("uc56", "优速快递", "UC Express", "youshuwuliu"),
    _chinese("tiantian", "天天快递", "TTK Express", "tiantian"),
    _chinese("best", "百世快递", "Best Express", "huitongkuaidi"),
    _chinese("kye", "跨越速运", "KYE Express", "kuayue"),
    _chinese("ane", "安能物流", "ANE Logistics", "annengwuliu"),
    _worldwide("dhl", "DHL", "DHL Express", "www.dhl.com/global-en/home/tracking.html?tracking-id="),
    _worldwide("fedex", "联邦快递", "FedEx", "www.fedex.com/fedextrack/?trknbr="),
    _worldwide("ups", "UPS", "United Parcel Service", "www.ups.com/track?tracknum="),
    _worldwide("usps", "美国邮政", "USPS", "tools.usps.com/go/TrackConfirmAction?tLabels="),
    _worldwide(
        "royal-mail", "英国皇家邮政", "Royal Mail", "www.royalmail.com/track-your-item#/tracking-results/"
    ),
    _worldwide("australia-post", "澳大利亚邮政", "Australia Post", "auspost.com.au/mypost/track/details/"),
    _worldwide(
        "japan-post",
        "日本邮政",
        "Japan Post",
        "trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1=",
    ),
    _worldwide("yamato", "大和运输", "Yamato Transport", "toi.kuronekoyamato.co.jp/cgi-bin/tneko?number01="),
    _worldwide(
        "sagawa", "佐川急便", "Sagawa Express", "k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo="
    ),
    _worldwide("cainiao", "菜鸟", "Cainiao", "global.cainiao.com/detail.htm?mailNoList="),
    Carrier(OTHER, "其他", "Other", None),
)

_BY_NAME = {
    name.casefold(): carrier
    for carrier in CARRIERS
    if carrier.carrier_id != OTHER
    for name in (carrier.carrier_id, carrier.name, carrier.name_en)
}
_UNKNOWN = CARRIERS[-1]


def carrier_of(named: str) -> Carrier:
    """The carrier with this id or name; the one with the id OTHER for names that are not in the list."""
    return _BY_NAME.get(named.strip().casefold(), _UNKNOWN)


def display_name(named: str) -> str:
    """A carrier's name for people: what the owner wrote, except for an id."""
    carrier = carrier_of(named)
    return carrier.name if named == carrier.carrier_id else named


def name_in_english(named: str) -> str:
    """A carrier's English name; for a carrier that is not in the list, what the owner wrote."""
    carrier = carrier_of(named)
    return named if carrier.carrier_id == OTHER and named != OTHER else carrier.name_en
