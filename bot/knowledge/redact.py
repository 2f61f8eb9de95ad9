"""Taking out of a sentence what could tell who wrote it: numbers, addresses, names. It errs towards hiding.

There is no model of Chinese names in this: rules of writing and a list of surnames. What they cannot know stays, which
is why nothing that a person in distress wrote ever gets here.
"""

from __future__ import annotations

import re
import unicodedata

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹"
    "孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤牛樊阮岳焦耿侯晋尚连"
)
TITLES = (
    "老板|经理|主任|队长|班长|组长|师傅|工头|总|工|厂长|科长|矿长|书记|会计|"
    "大哥|大姐|哥|姐|叔|姨|嫂|老师|医生|律师|主管"
)
NUMBER, NAME, PLACE, FIRM, LINK = "［数字］", "［姓名］", "［地点］", "［单位］", "［网址］"
_DIGITS = "0-9零〇一二三四五六七八九十百千万两"
_FIRMS = "有限公司|集团|公司|工厂|煤矿|工地|项目部|饭店|酒店|超市|劳务|电子厂|服装厂|砖厂|厂"
_BEFORE_A_NAME = "老板|经理|队长|班长|组长|师傅|工头|厂长|主任|工友|同事|老公|老婆"
_NO_NAME = "马上|任何|于是|何时|连|高"
_AFTER_A_NAME = "[不没欠说让给把拖跑要是打骂在，。,. ]|$"
RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", LINK),
        (r"(?:微信|vx|VX|wx|QQ|qq|扣扣)号?[是为：: ]{0,3}[A-Za-z0-9_-]{5,}", LINK),
        (r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][ ·]?[A-Z0-9]{5,6}", NUMBER),
        (r"[A-Za-z]*[0-9](?:[ \-—–·.]?[0-9Xx*]){5,}", NUMBER),
        (r"(?:[零〇幺一二三四五六七八九][ \-]?){7,}", NUMBER),
        (rf"\w{{2,12}}?(?:{_FIRMS})(?=[的老不没一让给欠说里上，。,. 、]|$)", FIRM),
        (rf"\w{{2,8}}?(?:省|市|县|区|镇|乡|村|街道|路|街|小区|大道)(?:[{_DIGITS}]+(?:号|栋|楼|单元|室|组))*", PLACE),
        (rf"[{_DIGITS}]+(?:号楼|栋|单元|室|号院)", PLACE),
        (rf"(?:我叫|俺叫|名叫|名字叫|名字是|叫做|本人)[{SURNAMES}]?[一-鿿]{{1,3}}", NAME),
        (rf"姓[{SURNAMES}](?:名)?[一-鿿]{{0,2}}(?=[，。,. 的]|$)", NAME),
        (rf"(?<={_BEFORE_A_NAME})"
         rf"叫?(?!{_NO_NAME})[{SURNAMES}][一-鿿]{{1,2}}(?={_AFTER_A_NAME})", NAME),
        (rf"[老小][{SURNAMES}](?![一-鿿]?(?:板|工伤))", NAME),
        (rf"[{SURNAMES}][一-鿿]{{0,2}}?(?:{TITLES})(?![一-鿿]?(?:资|伤|作|会|地|期|友))", NAME),
    )
)  # fmt: skip


def redact(words: str) -> str:
    """The sentence without what may name a person, a place or a firm; each is replaced by a word in brackets."""
    plain = unicodedata.normalize("NFKC", words)
    for pattern, word in RULES:
        plain = pattern.sub(word, plain)
    return plain.strip()
