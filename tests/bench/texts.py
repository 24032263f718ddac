"""Complaints that read like real ones: 50 to 400 characters, no two alike, one in five with personal data to mask.

Invented from word lists and a seed; about no person and no place. Lengths follow what a municipal mailbox gets (half below
about 170 characters). Two thirds of the words are made of random common characters, because a few hundred real ones would make
all complaints look alike to the clustering: real ones meet 0.1 candidates each, these 0.4.
"""

import random
from collections.abc import Iterator
from typing import Any

KINDS = [
    "小区",
    "路",
    "街道",
    "社区",
    "村",
    "镇",
    "菜市场",
    "学校",
    "医院",
    "工地",
    "公园",
    "车站",
    "大厦",
    "工业园",
    "广场",
]
WHO = [
    "物业公司",
    "施工单位",
    "村委会",
    "开发商",
    "公交公司",
    "供水公司",
    "收费员",
    "医院窗口",
    "药店",
    "培训机构",
    "餐馆老板",
    "快递网点",
    "停车场管理员",
    "中介",
    "城管队员",
]
WHAT = [
    "半夜还在施工噪音很大",
    "乱收费又不给发票",
    "拖欠工资已经好几个月",
    "污水直接排到河里",
    "电梯坏了一直没人修",
    "路灯不亮老人摔倒",
    "占道经营堵住消防通道",
    "医保报销材料退了三次",
    "药品价格比别处贵一倍",
    "食品过期还在卖",
    "公积金提取被无故拒绝",
    "校车超载没有人管",
    "垃圾堆了半个月臭气熏天",
    "承诺的绿化变成停车位",
    "自来水发黄不能喝",
    "暖气不热还要交全费",
    "拆迁补偿款没有到位",
    "低保申请石沉大海",
    "宠物狗不拴绳咬伤小孩",
    "高空抛物砸坏汽车",
    "退费条款一改再改",
    "检查结果迟迟不出",
    "无证摊点卖变质肉类",
    "井盖破损骑车摔伤",
    "网络诈骗报案没有回音",
    "幼儿园擅自涨价",
    "农田灌溉渠被堵死",
    "违章建筑越盖越高",
    "油烟直排居民窗口",
    "公交线路取消没有通知",
]
WHEN = [
    "上个月中旬",
    "今年年初",
    "国庆假期里",
    "连续三个星期",
    "昨天晚上十点",
    "本周一上午",
    "去年冬天开始",
    "前天下班时",
    "每逢周末",
    "入夏以来",
    "开学那天",
    "下雨之后",
]
TRIED = [
    "打过热线",
    "去过窗口",
    "找过负责人",
    "写过书面材料",
    "在群里反映过",
    "拨打投诉电话",
    "向社区说过",
    "联系过媒体",
]
REPLY = [
    "对方说不归他们管",
    "答复要再研究",
    "让我们自己协商",
    "一直无人接听",
    "说系统正在升级",
    "推给另一个部门",
    "承诺三天解决却没有下文",
    "要求先交押金",
]
WISH = [
    "希望尽快派人实地查看",
    "请给一个书面答复",
    "恳请依法处理责任人",
    "要求退还多收的费用",
    "盼望早日恢复正常",
    "建议公开检查结果",
    "请公布整改时间",
    "望领导重视",
]
FEEL = [
    "老人和孩子深受其害",
    "住户都很气愤",
    "生意没法做下去",
    "晚上根本睡不着",
    "很多人准备搬走",
    "已经影响正常上班",
    "大家担心出安全事故",
    "家里积蓄都垫进去了",
]
PHRASES = (WHAT, TRIED, REPLY, WISH, FEEL)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
CHARACTERS = bytes(byte for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF) for byte in (high, low)).decode(
    "gb2312"
)
"""The 3,666 most common characters: those that GB 2312 puts first."""
TOPICS = ("医疗保障", "城乡建设", "交通运输", "劳动和社会保障", "市场监管", "教育文体", "环境保护")


class Texts:
    """An endless supply; the same seed gives the same complaints."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            yield self.one()

    def one(self) -> dict[str, Any]:
        """The body of one `POST /v1/complaints`."""
        pick = self._random.choice
        place, matter = self._place(), self._word(4)
        wanted = min(400, max(50, int(self._random.lognormvariate(5.1, 0.6))))
        text = f"{pick(WHEN)}，{place}的{pick(WHO)}{pick(WHAT)}，{matter}。"
        while len(text) < wanted:
            text += self._sentence()
        complaint: dict[str, Any] = {
            "title": f"{place}{matter}{pick(WHAT)}",
            "body": text[:400],
            "region": place,
            "topic": pick(TOPICS),
        }
        if self._random.random() < 0.2:
            phone = f"13{self._random.randrange(10**9):09d}"
            complaint["body"] = f"{complaint['body'][:370]}联系电话{phone}。"
            complaint["contact"] = {"name": pick(SURNAMES) + "某", "phone": phone}
        return complaint

    def _word(self, most: int) -> str:
        return "".join(self._random.choices(CHARACTERS, k=self._random.randint(2, most)))

    def _place(self) -> str:
        return f"{self._word(3)}{self._random.choice(KINDS)}{self._word(2)}{self._random.randrange(1, 300)}号"

    def _sentence(self) -> str:
        """A known phrase somewhere among unknown ones."""
        said = [self._word(6) for _ in range(self._random.randint(2, 5))]
        if self._random.random() < 0.5:
            said[self._random.randrange(len(said))] += self._random.choice(self._random.choice(PHRASES))
        return "，".join(said) + "。"
