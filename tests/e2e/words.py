"""Words that no other report has: the same words told again would join an earlier incident."""

import random

_SIGNS = (
    "街道路灯公园学校医院药店市场电梯水管暖气噪声油烟停车绿化垃圾收费合同退款押金装修邻居物业窗口材料证明系统报销备案"
    "排队等候答复核实处理整改公开监督建议希望反映昨天上周今年早晚附近小区门口地下河边村里车站工地食堂奶茶水果牛奶"
)
_CHANCE = random.SystemRandom()


def fresh_text(length: int = 80) -> str:
    """A text of so many characters, unlike every other."""
    return "".join(_CHANCE.choices(_SIGNS, k=length)) + "。"


def fresh_name() -> str:
    """An identifier."""
    return f"walk-{_CHANCE.getrandbits(64):016x}"
