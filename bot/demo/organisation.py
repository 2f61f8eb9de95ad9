"""The demo's union: a city, two districts, and firms in them, none of which exists."""

from __future__ import annotations

from bot.care import units
from bot.db.states import UnitKind
from bot.demo.stage import Stage

CITY = "演示市总工会"
BELOW = {  # district → its firms
    "东桥区总工会": ("东桥大槐机械厂", "东桥青石物流公司"),
    "西岭区总工会": ("西岭矿山设备公司", "西岭好日子餐饮公司"),
}


def fill(stage: Stage) -> None:
    """Plants the tree. Everybody still sees everything: nobody of the demo works in one of its firms."""
    by = stage.staff["zhengli"]
    city = units.add(by, None, UnitKind.city, CITY)
    for district, firms in BELOW.items():
        place = units.add(by, city, UnitKind.district, district)
        for firm in firms:
            units.add(by, place, UnitKind.enterprise, firm)
