"""Complaints that nobody wrote: as many as wanted, each about something else, none like another."""

import random

_PLACES = [
    "东街",
    "西巷",
    "南苑",
    "北桥",
    "河滨路",
    "幸福里",
    "和平村",
    "新华社区",
    "朝阳小区",
    "建设路",
    "人民广场",
    "文化宫",
    "学府花园",
    "长安街",
    "滨江园",
    "梧桐里",
]
_THINGS = [
    "路灯",
    "井盖",
    "垃圾站",
    "公交站",
    "供水管",
    "菜市场",
    "电梯",
    "停车位",
    "下水道",
    "围墙",
    "操场",
    "药房",
    "暖气",
    "道路",
    "窗口",
    "账单",
    "学位",
    "合同",
    "证件",
    "噪声",
]
_FAULTS = [
    "坏了",
    "堵了",
    "漏水",
    "积水",
    "断电",
    "被占",
    "塌陷",
    "无人管",
    "乱收费",
    "迟迟不修",
    "态度差",
    "没有答复",
    "长期关闭",
    "无法使用",
    "影响出行",
]
_HANZI = [chr(code) for code in range(0x4E00, 0x9FA5, 7)]


def complaint(seed: int, length: int = 120) -> tuple[str, str]:
    """A title and a body of about `length` characters; the same for the same seed, unlike those of any other."""
    chance = random.Random(seed)
    place, thing, fault = chance.choice(_PLACES), chance.choice(_THINGS), chance.choice(_FAULTS)
    filler = "".join(chance.choices(_HANZI, k=max(20, length - 30)))
    body = f"{place}的{thing}{fault}，已经{chance.randint(2, 300)}天。{filler[: len(filler) // 2]}，{filler[len(filler) // 2 :]}。请核实。"
    return f"{place}{thing}{fault}", body
