"""Fifty invented matters of a workers' club, as an editor fills them into the template of the import."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO

from openpyxl import load_workbook

from bot.knowledge import faqs

OTHER = "union_12351"  # an FAQ of ours

THINGS = (
    *("灯笼作坊", "木雕小屋", "风筝班", "竹编课", "陶艺室", "面塑班", "剪纸屋", "皮影戏班", "唢呐班", "二胡社"),
    *("豫剧票友社", "太极队", "腰鼓队", "摄影社", "集邮角", "象棋屋", "围棋社", "垂钓协会", "长跑团", "骑行队"),
    *("乒乓球房", "羽毛球馆", "台球室", "瑜伽课", "毛笔字班", "国画课", "合唱团", "烘焙课", "插花班", "茶艺课"),
    *("裁缝铺", "修鞋摊", "理发角", "洗衣房", "磨刀摊", "快递柜", "雨伞架", "工具借用间", "种菜园", "花房"),
    *("养蜂角", "小书摊", "旧衣柜", "修表铺", "配钥匙摊", "气象站", "天文台", "航模队", "编程班", "广播站"),
)
FORMS = (
    *("{}怎么报名", "{}几点开门", "{}要交钱吗", "想去{}找谁", "去{}要带啥东西", "{}周末开不开"),
    *("家里人能一起去{}不", "{}人满了咋办", "{}在哪栋楼"),
)
DAYS = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True)
class Matter:
    """One row of the table, by heading."""

    thing: str
    question: str
    variants: tuple[str, ...]
    answer: str
    basis: str = "工会法|第三十二条"

    def cells(self) -> dict[str, str]:
        """What stands in its row."""
        return {
            "主题": "工会与帮扶",
            "问题": self.question,
            "问法": "\n".join(self.variants),
            "回答": self.answer,
            "依据": self.basis,
            "地区": "平顶山",
            "生效日期": "2026-01-01",
        }


def fifty() -> list[Matter]:
    """All of them, without a fault."""
    return [_matter(number, thing) for number, thing in enumerate(THINGS)]


def _matter(number: int, thing: str) -> Matter:
    day = DAYS[number % len(DAYS)]
    answer = f"{thing}每周{day}下午开，凭会员卡进，不收钱。先在前台登记。"
    return Matter(thing, f"{thing}怎么参加？", tuple(form.format(thing) for form in FORMS), answer)


def cuts() -> Matter:
    """A row about small cuts that no rule for a single FAQ forbids, and that also answers whoever tells of somebody
    who cuts herself."""
    variants = (
        *("车间里有人拿剪线刀划手了", "车间有个小姑娘划手了", "我看见有人剪线刀划手，找谁", "工友躲厕所里包划破的手"),
        *("我看见三回剪线刀划手的", "叫剪线刀划手了，被骂不小心", "车间里划手的创可贴在哪", "缝纫车间划手的处理办法"),
        *("有小姑娘在车间划手，创可贴找谁领", "剪线时候划手了药箱在哪", "车间里划手的多，去哪上药"),
    )
    return Matter("创可贴", "剪线刀划手了咋办？", variants, "车间门口的药箱里有创可贴，每天换一回。")


def with_two_faults(matters: list[Matter]) -> list[Matter]:
    """The same with no basis in the eighth, and in the twentieth a wording of OTHER."""
    taken = next(content["variants"][0] for _, content in faqs.files() if content["id"] == OTHER)
    eighth, twentieth = matters[7], matters[19]
    faulty = dict(enumerate(matters))
    faulty[7] = replace(eighth, basis="")
    faulty[19] = replace(twentieth, variants=(*twentieth.variants, taken))
    return list(faulty.values())


def filled(template: bytes, matters: list[Matter]) -> bytes:
    """The template with a row for each, as Excel saves it."""
    book = load_workbook(BytesIO(template))
    sheet = book.active
    assert sheet is not None
    headings = [str(cell.value) for cell in sheet[1]]
    sheet.delete_rows(2, sheet.max_row)
    for matter in matters:
        sheet.append([matter.cells().get(heading.strip("*＊"), "") for heading in headings])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
