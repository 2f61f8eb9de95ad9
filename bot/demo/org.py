"""The demo's part of the union's tree, and where its staff belong. No enterprise of these names exists."""

from __future__ import annotations

from sqlalchemy import select

from bot.care import placing, units
from bot.db.org_models import UnionUnit
from bot.db.session import reading
from bot.db.states import UnitKind
from bot.demo.stage import Stage

CITY = "演示市总工会"
TREE = {  # district → its enterprises
    "东湖区总工会": ("东湖区青禾食品厂工会", "东湖区顺风快运站工会"),
    "北岭区总工会": ("北岭区红砖建材厂工会", "北岭区白云纺织厂工会"),
}
PLACES = (  # login, what they answer for, who employs them
    ("sunlei", "东湖区总工会", None),
    ("zhoumin", CITY, "北岭区白云纺织厂工会"),
)


def fill(stage: Stage) -> None:
    """Writes the tree; one counsellor sees one district, another works in an enterprise of which they see nothing."""
    by = stage.staff["zhengli"]
    city = units.add(by, None, UnitKind.city, CITY)
    for district, enterprises in TREE.items():
        part = units.add(by, city, UnitKind.district, district)
        for name in enterprises:
            units.add(by, part, UnitKind.enterprise, name)
    for login, unit, employer in PLACES:
        placing.place_staff(by, stage.staff[login], unit_of(unit), unit_of(employer) if employer else None)


def unit_of(name: str) -> str:
    """Gives the id of a unit of the demo."""
    with reading() as session:
        return session.execute(select(UnionUnit.id).where(UnionUnit.name == name)).scalar_one()
