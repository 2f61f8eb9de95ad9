"""Which matter of rights a message in despair is about: the first step is told, and a case of its own is opened."""

from __future__ import annotations

import re

MATTERS = {  # the first that is named counts
    "wages": re.compile(
        r"欠薪|拖欠|讨薪|(?:没|未|不)(?:给|有)?发.{0,3}工[资钱]|工[资钱].{0,6}(?:不发|没发|不给|没给|要不|拖|欠|扣)|(?:欠|拖|扣|不发|不给|要不到|要不回).{0,6}工[资钱]|血汗钱"
    ),
    "injury": re.compile(
        r"工伤|(?:手|腿|腰|胳膊|眼|脚|指头).{0,4}(?:断|伤|残|轧|压|废)|尘肺|矽肺|职业病|伤残|赔偿.{0,4}(?:不给|没给|不认)"
    ),
    "dismissal": re.compile(
        r"辞退|开除|裁员|被裁|撵(?:走|出)|炒(?:了|鱿)|赶(?:我)?走|不让(?:我)?(?:干|上班)|丢了(?:工作|饭碗)|失业"
    ),
}


def matter_of(text: str) -> str | None:
    """Gives `wages`, `injury` or `dismissal`, or None."""
    return next((matter for matter, words in MATTERS.items() if words.search(text)), None)
