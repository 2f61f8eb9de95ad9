"""A bank of made-up FAQs to measure with: a thing × a situation × what one wants to know, in several wordings.

Deterministic. Its limits: questions differ in one of three parts only, so neighbours are closer than in a bank that
people wrote, while wordings of a part come from a short list, so that each word of a held-out wording has been seen
somewhere. The figures say how the search behaves as a bank grows, not how well it understands workers.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

VARIANTS = 8
HELD_OUT = 2

THINGS = (
    "食堂饭卡|吃饭刷的卡", "宿舍床位|住宿的铺位", "工作服|厂服", "更衣柜|换衣服的柜子", "班车座位|通勤车的位子",
    "停车位|放车的地方", "门禁卡|进门刷的卡", "健康证|体检合格的证", "安全帽|头盔", "防尘口罩|挡灰的口罩",
    "热水器|洗澡的热水", "洗衣机|洗衣服的机器", "图书借阅证|借书的卡", "羽毛球场|打球的场地", "健身房|锻炼的屋子",
    "托管班|看孩子的班", "母婴室|喂奶的屋", "疗休养名额|疗养的名额", "生日蛋糕券|过生日的券", "电影票|看电影的票",
    "互助保障|职工互助的保险", "体检套餐|查身体的项目", "特困补助|困难补贴", "金秋助学金|上学的补助",
    "技能比武|比手艺的比赛",
    "电工证|电工操作的本", "焊工培训班|学电焊的课", "夜校课程|晚上的课", "读书会|一起看书的活动", "相亲会|交友的活动",
    "文艺汇演|演节目的活动", "运动会|职工的体育比赛", "消防演练|防火的练习", "叉车证|开叉车的本", "劳保手套|干活的手套",
    "雨衣雨鞋|下雨穿的那套", "防暑药品|中暑的药", "取暖器|烤火的电器", "饮水机|喝水的机器", "充电桩|充电的地方",
    "快递柜|取包裹的柜子", "理发室|剪头的地方", "心理咨询室|谈心的屋子", "法律讲座|讲法的课", "书法班|练字的班",
    "篮球队|打球的队", "志愿服务队|做好事的队", "会员卡|工会发的卡", "年货礼包|过年发的东西", "探亲车票|回家的车票",
)  # fmt: skip
SITUATIONS = (
    "刚入职|才来没几天|新来的", "换了班组|调到别的班|挪了岗位", "丢了|找不着了|弄没了", "坏了|用不成了|出毛病了",
    "过期了|到日子了|时间过了", "家属想用|老婆孩子也想要|给家里人用", "上夜班|值夜班的|晚上干活的",
    "派遣来的|劳务公司的|不是正式工", "请假回来|歇了一阵又上班|休完假", "快退休|马上不干了|临近退休",
)  # fmt: skip
WISHES = (
    "咋申请|怎么报名|去哪办理|想办一个", "要交多少钱|得花多少|收不收费|贵不贵",
    "要带什么材料|准备哪些东西|需要啥证明|拿什么去",
    "多长时间能好|几天能下来|等多久|啥时候有", "归谁管|找哪个部门|该问谁|哪位负责",
    "能不能退|不想要了能退吗|可以退掉不|退了行不行",
    "能转给别人吗|让给工友行不|可不可以转让|给别人用行吗", "有没有名额限制|一共多少个|人满了没|每人几个",
    "没批下来咋回事|为啥不给我|被驳回了|凭什么没有我", "可以改时间吗|换个日子行不|想往后推|能提前不",
)  # fmt: skip
FRAMES = (
    "{s}，{t}{w}", "{t}{s}，{w}", "我{s}，{t}的事，{w}", "问一下{t}，{s}，{w}", "{w}？{t}，我这{s}",
    "师傅，{t}这个，{s}{w}", "{t}，{s}的话{w}呢", "俺{s}，想问{t}{w}",
)  # fmt: skip
SIZE = len(THINGS) * len(SITUATIONS) * len(WISHES)


@dataclass(frozen=True)
class Made:
    """One made-up FAQ, as a row of a bank (`faq`), and wordings that are not in it."""

    faq: dict[str, object]
    held_out: tuple[str, ...]


def bank(count: int) -> list[Made]:
    """Return `count` FAQs, at most SIZE, spread evenly over all things, situations and wishes."""
    if count > SIZE:
        raise ValueError(f"at most {SIZE}")
    places = list(itertools.product(range(len(THINGS)), range(len(SITUATIONS)), range(len(WISHES))))
    random.Random(7).shuffle(places)
    return [_made(*place) for place in sorted(places[:count])]


def _made(thing: int, situation: int, wish: int) -> Made:
    parts = {"t": THINGS[thing].split("|"), "s": SITUATIONS[situation].split("|"), "w": WISHES[wish].split("|")}
    chance = random.Random(f"{thing}-{situation}-{wish}")
    wordings: dict[str, None] = {}
    while len(wordings) < VARIANTS + HELD_OUT:
        words = {name: chance.choice(values) for name, values in parts.items()}
        wordings[chance.choice(FRAMES).format(**words)] = None
    kept = list(wordings)
    first = {name: values[0] for name, values in parts.items()}
    question = "{t}{s}，{w}？".format(**first)
    faq: dict[str, object] = {
        "id": f"made_{thing}_{situation}_{wish}", "topic": f"made_{thing}", "question": question,
        "variants": kept[:VARIANTS], "answer": "{s}的，{t}{w}，按登记的先后办。".format(**first),
    }  # fmt: skip
    return Made(faq, tuple(kept[VARIANTS:]))
