"""Words that say nothing of which matter a text is about, and marks of those that do. Pure.

What is dropped here is dropped from both texts before they are compared: so nothing belongs here that may be (part of) a name, a
place, a number or a date, or that tells one grievance from another ('停水' and '停电' stay). Numerals that only stress ('一直',
'十分') are words when no other numeral stands before them.
"""

import re
from collections import defaultdict

_PARTICLES = "的 了 吗 呢 吧 啊 呀 哦 嘛 啦 呐 哎 唉 喔 噢 咧 着 就 还 很 是 我 你 您 他 她 它 们 这 被 把 請 请"
_STRESS = (
    "非常 特别 极其 极度 实在 确实 真的 真是 真心 简直 太过 尤其 已经 已 仍然 仍旧 依然 依旧 还是 一直 始终 总是 老是 "
    "经常 常常 时常 反复 再次 再三 一再 多次 屡次 一下 一定 务必 必须 应该 应当 十分 万分 万望 马上 立即 立刻 立马 "
    "赶紧 赶快 抓紧 尽快 尽早 及早 早日 及时 第一时间 迅速 快点 快些 目前 现在 如今 至今 迄今 而且 并且 但是 可是 "
    "然而 不过 因为 由于 所以 因此 因而 于是 如果 虽然 尽管 以及 另外 此外 同时 甚至 竟然 居然 到底 究竟 其实 大概 "
    "大约 似乎 好像 只是 只能 根本 完全 都是 也是 就是 全部 我们 你们 他们 她们 它们 咱们 大家 自己 这个 这些 这样 "
    "这种 那个 那些 那样 那种 什么 怎么 怎样 如何 为什么 为何 谁 一些"
)
_COURTESY = (
    "尊敬的 敬爱的 各位 您好 你好 大家好 领导 领导们 领导好 市领导 县领导 区领导 省领导 镇领导 市长 县长 镇长 乡长 "
    "书记 市委 县委 区委 省委 市政府 县政府 区政府 省政府 镇政府 人民政府 政府 有关部门 相关部门 相关单位 有关单位 "
    "主管部门 部门 贵局 贵单位 贵部门 工作人员 编辑 小编 谢谢 多谢 感谢 感激 非常感谢 不胜感激 万分感谢 在此 特此 "
    "此致 敬礼 致谢 打扰 麻烦 辛苦 拜托 恳请 恳求 请求 请问 敬请 烦请 希望 盼望 期盼 期望 盼 望尽快 望及时 望早日 "
    "望予以 望给予 望领导 望政府 望有关 望相关 望处理 望解决 望回复 望重视 望关注 跪求 急求 求助 求求 求解决 求回复 "
    "求关注 求扩散 求转发 求帮助 帮忙 帮帮 帮助 帮一下 关注 关心 重视 予以 给予 给个 给我们 处理 解决 核实 核查 查处 "
    "查实 落实 回复 答复 回应 反馈 说法 交代 答案 结果 盼复 盼回复 静候 佳音 反映 反应 情况 如下 以上 上述 情况属实 "
    "问题 事情 事宜 为盼 为谢 理解 支持 配合 祝 工作顺利 身体健康 万事如意 关于 咨询 询问 投诉 举报 建议 强烈 "
    "强烈要求 要求 呼吁 上级 一事 之事 事项 百忙之中 在百忙之中 抽时间 为民做主 为民作主 百姓 老百姓 群众 市民 网友 "
    "居民 广大 "
    "一个说法 一个交代 一个公道 一个答复 说句话 帮帮我们 帮我们 公道 正义 在线等 急急 万分火急 跪谢 叩谢 拜谢 敬上 敬启 顺祝 商祺 "
    "高度重视 引起重视 引起 出面 援手 伸出援手 过问 督促 督办 协调 整改 依法 从速 能够 可以 看看 看到 为民 解忧 静待 静盼 恭候 "
    "thanks thank you please help"
)
_PASSING_ON = (
    "转发 轉發 转发微博 轉發微博 快转 速转 急转 转 扩散 求扩 帮转 帮扩 转起 转起来 顶 顶起来 马 mark 围观 支持转发 "
    "转载 转自 原文 评论配图 来源 来自 分享 分享自 分享图片 分享视频 图片 视频 全文 网页链接 展开 收起 评论 原创 "
    "repost via rt x000d"
)
_NUMERALS = "〇零一二三四五六七八九十百千万亿两"


_WORDS = {word for group in (_PARTICLES, _STRESS, _COURTESY, _PASSING_ON) for word in group.split()}


def _pattern(words: set[str]) -> str:
    """Alternatives by their first character, which stands plainly in front: so most places in a text are passed over untried.

    What must not stand before is therefore asked after that character.
    """
    by_first: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words, key=lambda word: (-len(word), word)):
        by_first[word[0]].append(word[1:])
    return "|".join(_alternative(first, rests) for first, rests in sorted(by_first.items()))


def _alternative(first: str, rests: list[str]) -> str:
    rest = f"(?:{'|'.join(rests)})"
    if first in _NUMERALS:
        return rf"{first}(?<![{_NUMERALS}\d]{first}){rest}"
    if first.isascii():
        return rf"{first}(?<![a-z\d]{first}){rest}(?![a-z\d])"
    return f"{first}{rest}"


HARMLESS = re.compile(_pattern(_WORDS))
"""Over text in lower case. Drop what it matches."""

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭鲁韦马苗凤方俞任袁柳鲍史唐"
    "费廉岑薛雷贺倪汤滕殷罗毕郝邬安常于傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄米贝戴宋庞熊纪舒屈项祝董梁杜阮闵"
    "季贾江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪解应宗丁邓洪包左石崔吉龚程邢裴陆荣翁甄封段侯"
    "宁仇甘厉武符刘景詹龙叶黎薄白蒲赖卓乔温习阎充连艾容向古易廖耿聂欧阳上官司马诸葛"
)
_PLACES = "省市县区镇乡村屯组路街巷弄号栋幢楼室层苑园庄湾桥站厂校院店场馆城州盟旗港岛山河湖江海坝坡沟寺庙塔局所"
_WHEN = "今天|昨|明天|前天|后天|上午|下午|晚上|凌晨|中午|上周|本周|下周|星期|周末|月|年|日|点|岁|东|西|南|北"
_WHO = "我叫|姓名|名叫|本人|业主|联系人|举报人|投诉人|先生|女士|老师|公司|集团|银行|医|学"
_TELLING = re.compile(rf"[\da-z{_NUMERALS}半几{_PLACES}]|{_WHEN}|{_WHO}")
_NAME = re.compile(rf"[{_SURNAMES}]\w{{1,3}}")


def may_tell(clause: str) -> bool:
    """Whether a clause that only one of two texts has may name somebody, some place, a number or a time."""
    return bool(_TELLING.search(clause) or _NAME.fullmatch(clause))
