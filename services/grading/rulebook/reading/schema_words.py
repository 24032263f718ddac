"""What an editor shows of each field of a rulebook: a Chinese title, what it is in Chinese and English, examples."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Words(NamedTuple):
    """Of one field. `examples` are offered for completion."""

    title: str
    chinese: str
    english: str
    examples: tuple[Any, ...] = ()


_DURATIONS = (
    "30 min",
    "1 h",
    "24 h",
    "3 days",
    "5 working days",
    "1 half day",
    "2 business hours",
    "same day",
    "at once",
)
_WITHIN = (*_DURATIONS, "in time", "silent")
_REMINDERS = ("1/2", "15 min before", "1 working day before")

EVERYWHERE: Final[Mapping[str, Words]] = {
    "clause": Words("条款", "依据的条款,按原文编号", "the clause it stands on, as the text numbers it", ("Art. 5", "Art. 18(2)")),
    "phrase": Words("原文短语", "承载该规定的几个字,不抄整段", "the few words that carry it, never a paragraph", ("一小时内报告",)),
    "source": Words("出处", "regulation:出自原文(须有条款和短语);operator:本单位设定", "where it comes from: the text, or the operator"),
    "id": Words("标识", "在本文件中唯一,小写字母、数字、下划线", "unique in this file; lower-case letters, digits, _", ("first_report",)),
    "name": Words("名称", "给人看的中文名称", "the Chinese name people see"),
    "owner": Words("责任人", "负责的角色", "the role that owes it", ("office",)),
    "owner_source": Words("责任人出处", "原文未定责任人时写 operator", "operator where the text leaves the owner open"),
    "jointly": Words("会同", "共同负责的角色", "roles that owe it together with the owner"),
    "to": Words("对象", "向谁:角色", "the roles that receive it"),
    "to_source": Words("对象出处", "原文未定对象时写 operator", "operator where the text leaves the receiver open"),
    "kind": Words("种类", "义务的种类", "what sort of duty it is"),
    "hand_in": Words("提交内容", "完成时应提交的材料", "what must be handed in", ("调查报告",)),
    "when": Words("适用情形", "何时适用;不写即一律适用", "when it applies; left out: always"),
    "when_source": Words("情形出处", "原文未定情形时写 operator", "operator where the text leaves the case open"),
    "within": Words("时限", "多长时间内", "within what time", _DURATIONS),
    "from": Words("起算", "自哪一时刻起算", "the moment it runs from", ("discovered", "occurred", "graded")),
    "from_source": Words("起算出处", "原文未定起算时刻时写 operator", "operator where the text doesn't name the moment"),
    "levels": Words("等级", "适用的等级", "the levels it applies at"),
    "flags": Words("标记", "须有的标记", "flags that must be on", ("sensitive", "urgent")),
    "without_flags": Words("无标记", "不得有的标记", "flags that must not be on"),
    "escalate": Words("逾期上报", "逾期后上报给谁", "whom it goes up to when overdue, and how long after"),
    "roles": Words("角色", "各角色", "roles"),
    "after": Words("之后", "逾期后多久", "how long after the due moment", ("at once", "2 h")),
    "every": Words("间隔", "每隔多久", "the interval", ("1 h", "2 h")),
}  # fmt: skip

BY_PART: Final[Mapping[str, Mapping[str, Words]]] = {
    "Rulebook": {
        "id": Words("标识", "本规则的标识,与文件名同", "its id, the same as the file's name", ("yichun-market-regulation-2020",)),
        "title": Words("标题", "制度全称", "the regulation's full title"),
        "issuer": Words("发布机关", "发布该制度的机关", "the body that issued it"),
        "number": Words("文号", "发文字号", "its number", ("宜市市监发〔2020〕42号",)),
        "in_force": Words("施行日期", "自何日起施行", "the day it came into force", ("2020-07-17",)),
        "version": Words("版本", "本文件的版本,加引号", "the version of this file, in quotes", ("1",)),
        "time": Words("时间", "时区、办公时间、一日之终", "zone, business hours, when a day ends"),
        "roles": Words("角色", "有义务或接收义务的岗位、机构", "posts and bodies that owe or receive"),
        "levels": Words("等级", "舆情等级,由低到高", "the levels, lowest first"),
        "flags": Words("标记", "本规则自设的标记:标识→中文名", "flags of its own: id to Chinese name"),
        "moments": Words("时刻", "本规则自设的时刻:标识→中文名", "moments of its own: id to Chinese name"),
        "criteria": Words("定级标准", "据以提出等级的标准;都不符合时由人定", "what proposes a level; what meets none goes to a person"),
        "duties": Words("义务", "谁应在何时前对谁做什么", "who owes what to whom by when"),
        "routines": Words("例行工作", "不属于某一事件的义务:巡查、季报", "duties of no incident: patrols, quarterly reports"),
        "approval_chains": Words("审批链", "文稿发出前须经谁批准", "who must approve a text before it goes out"),
        "release": Words("发布", "在何处、经何审批对外答复", "where answers go out, by whose approval"),
        "closing": Words("平息与办结", "谁可宣布平息、办结", "who may declare a matter calm, and closed"),
        "joining": Words("并案", "多久之内相同内容自动并入,办结后又来的怎么办", "when the same words join, and what comes after closing"),
        "defaults": Words("默认提醒", "本单位的提醒与逾期上报", "the operator's reminders and escalation"),
        "standing_rules": Words("常设规定", "不产生任务、但在有关处显示的规定", "rules that order nothing but are shown where they matter"),
        "contradicting": Words("互斥标记", "不能同时成立的标记组", "groups of flags of which no two hold together"),
        "stability": Words("稳定", "拟定等级何时才回落", "when a proposal falls back"),
        "suspension": Words("中止", "谁可因何理由中止计时", "who may stop time, on which grounds"),
        "stands_on": Words("上位规定", "本规则之上的规定;时限从严", "the layers above; the strictest time wins", ("state-council-2016",)),
    },
    "Time": {
        "zone": Words("时区", "IANA 时区名", "an IANA time zone", ("Asia/Shanghai",)),
        "opens": Words("上班", "上班时间,加引号", "when the office opens, in quotes", ("08:30",)),
        "closes": Words("下班", "下班时间,加引号", "when it closes, in quotes", ("17:30",)),
        "midday": Words("午间", "上午与下午的分界,加引号", "what divides the day into halves, in quotes", ("12:00",)),
        "day_ends": Words("一日之终", "期限末日止于下班还是24时(民法典第203条)", "when the last day of a time ends"),
    },
    "Role": {
        "external": Words("外部", "不在本单位,在此无工作台", "outside this organisation, with no desk here"),
    },
    "Level": {
        "colour": Words("颜色", "标识颜色", "the colour it is shown in", ("red", "orange", "yellow", "blue")),
        "approver": Words("审定人", "可审定该等级的角色,任一即可", "the roles any of which may approve it"),
        "approver_source": Words("审定人出处", "原文未定审定人时写 operator", "operator where the text names no approver"),
        "by_hand": Words("仅人工", "只由人确定,不由标准提出", "only a person sets it, no criterion proposes it"),
    },
    "Criterion": {
        "level": Words("等级", "符合时提出的等级", "the level it proposes"),
        "when": Words("迹象", "须全部出现的迹象", "the signs that must all show"),
    },
    "Signs": {
        "metrics": Words("达到", "任一项达到即可", "any of these reached suffices", ({"reads": 10000, "comments": 200},)),
        "below": Words("低于", "各项均须低于", "all of these must stay below", ({"reads": 10000},)),
        "platforms": Words("平台数", "至少在几个平台出现", "on at least so many platforms", (3,)),
        "flags": Words("标记", "任一标记即可", "any of these flags suffices", ("sensitive",)),
        "without_flags": Words("无标记", "有任一标记则不符合", "not met while any of these is on"),
        "words": Words("词语", "任一词语出现即可", "any of these words suffices"),
        "author_types": Words("发布者类型", "任一类型即可", "any of these kinds of author suffices", ("media",)),
        "kinds": Words("来源", "任一来源即可", "any of these kinds of report suffices"),
    },
    "Condition": {
        "any_flags": Words("任一标记", "有其一即可", "any of these flags must be on"),
        "after": Words("已发生", "这些时刻均已到来", "moments that must have come"),
        "before": Words("未发生", "这些时刻均未到来", "moments that must not have come"),
    },
    "Duty": {
        "desk": Words("工作台", "由谁计时;不写则答复归 publishing,其余归 tasks", "who holds its clock; left out: by its kind"),
        "found_by": Words("发现者", "仅当由这些角色发现时", "owed only when one of these roles made the discovery"),
        "due": Words("期限", "自何时起、多久之内", "from which moment, within what"),
        "recurring": Words("反复", "完成一次即产生下一次,直至平息", "the next when one is done, until calm"),
        "each": Words("逐次", "该时刻每出现一次即一件", "one for each occurrence of its moment"),
        "until": Words("止于", "平息时还是办结时终止", "when it ends"),
        "optional": Words("酌情", "权利,或仅在某种情形下的义务", "a right, or a duty only under a circumstance"),
        "marks": Words("促成时刻", "完成即到来的时刻", "the moment that handing it in brings about", ("reported",)),
        "marks_if": Words("促成条件", "提交内容为此值时才促成", "only when what was handed in has these values", ({"是否回应": "是"},)),
        "fulfilled_by": Words("视为完成", "该时刻到来即视为完成", "the moment that makes it done, however it came", ("graded",)),
        "chain": Words("审批链", "文稿所需的审批链", "the approval chain its text needs"),
        "extension": Words("延期", "申请延期的权利", "the right to ask for more time"),
        "reminders": Words("提醒", "提醒时点;不写用默认", "when to remind; left out: the defaults", _REMINDERS),
        "warn": Words("预先提醒", "自另一时刻起算的提醒", "a reminder counted from another moment"),
        "bounds": Words("约束种类", "作为上位规定时,约束哪些种类的本地义务", "in a layer: the kinds of local duty whose time it caps"),
    },
    "Due": {
        "within": Words("时限", "原文的时限;无数字时写其用词", "the text's time, or its own words without a number", _WITHIN),
        "default": Words("本单位时限", "原文无数字时由本单位设定", "the operator's time where the text has no number", ("2 h",)),
        "target": Words("目标", "非期限的目标,只提醒不逾期", "a goal that is no deadline: reminded of, never overdue", ("24 h",)),
        "target_source": Words("目标出处", "目标出自原文还是本单位", "whether the goal is the text's or the operator's"),
        "by_level": Words("按等级", "各等级另有的时限", "another time for each level", ({"major": "1 h"},)),
        "variants": Words("变通", "有某标记等情形时的时限", "another time while a condition holds"),
    },
    "Extension": {
        "request_within": Words("申请期", "须在多久之内申请", "until when it may be asked for", ("3 working days",)),
        "to": Words("批准人", "由谁批准", "who grants it"),
    },
    "EscalationStep": {"to": Words("上报给", "上报给哪个角色", "the role it goes up to", ("chief",))},
    "Cycle": {
        "during": Words("时段", "工作时间,或晚间与节假日", "in working hours, or in evenings and on days off"),
        "daily_at": Words("每日时刻", "每日的几点,加引号", "times of each day, in quotes", ("09:00",)),
        "each": Words("每", "每月、每季、每年", "with each month, quarter or year"),
    },
    "Routine": {"cycle": Words("周期", "如何循环", "how it comes round")},
    "Chain": {"steps": Words("步骤", "依次的审批步骤", "the steps, in order")},
    "Step": {"roles": Words("签署角色", "该步骤须全部签署", "every role in it must sign")},
    "Release": {
        "channels": Words("渠道", "对外答复之处", "where answers go out"),
        "rules": Words("规则", "首条符合者定审批链;末条不写 when", "the first whose condition holds decides; the last has no `when`"),
    },
    "Channel": {"host": Words("主持", "由哪个角色主办", "the role that hosts it")},
    "ReleaseRule": {"chain": Words("审批链", "所用的审批链", "the approval chain it asks for")},
    "Closing": {
        "calmed_by": Words("平息", "可宣布平息的角色", "the roles that may declare it calm"),
        "closed_by": Words("办结", "可办结的角色", "the roles that may close it"),
    },
    "Defaults": {
        "reminders_by_clock": Words("按时钟的提醒", "以分钟、小时计的期限的提醒", "for times that run by the clock", _REMINDERS),
        "reminders_by_day": Words("按日的提醒", "以日计的期限的提醒", "for times that run by days", _REMINDERS),
    },
    "Joining": {
        "window": Words("窗口", "多久之内", "how long", ("72 h", "168 h")),
        "after_closing": Words("办结之后", "相同内容又来:另立新件(anew)或重新启动(reopen)", "what comes after closing: anew, or reopen"),
        "reopen_within": Words("重启期限", "办结后多久之内重新启动", "until how long after closing it is reopened", ("30 days",)),
    },
    "StandingRule": {"about": Words("事项", "关于何事", "what it is about")},
    "Stability": {"falls_below": Words("回落线", "低于门槛的百分之几才回落", "percent of the thresholds it may fall to", (80,))},
    "Suspension": {
        "by": Words("可中止者", "可中止计时的角色;空即各等级审定人", "the roles that may stop time; empty: whoever approves a level"),
        "reasons": Words("理由", "可中止计时的理由", "the grounds on which time stops"),
    },
    "StandsOn": {
        "rulebook": Words("上位规定", "上位规定的标识", "the layer's id", ("state-council-2016",)),
        "roles": Words("角色对应", "其角色→本规则的角色", "its role to the role here that owes its duties"),
        "levels": Words("等级对应", "其等级→本规则的等级", "its level to the levels here", ({"major": ["major", "extra_major"]},)),
    },
}  # fmt: skip

MEANINGS: Final[Mapping[str, str]] = {
    "regulation": "出自原文 / the text says so",
    "operator": "本单位设定 / the operator's",
    "close_of_business": "止于下班 / ends when the office closes",
    "24:00": "止于当日24时 / ends at midnight",
    "tasks": "任务 / the board of tasks",
    "publishing": "发布 / the desk that answers",
    "calmed": "平息时 / when it is calm",
    "closed": "办结时 / when it is closed",
    "complaint": "群众来件 / a complaint",
    "post": "网络发帖 / a post",
    "patrol": "巡查发现 / found on patrol",
    "working_hours": "工作时间 / in working hours",
    "evenings_and_holidays": "晚间与节假日 / in evenings and on days off",
    "month": "每月 / each month",
    "quarter": "每季度 / each quarter",
    "year": "每年 / each year",
    "release": "信息发布 / what goes out",
    "reporting": "信息报送 / what is reported",
    "secrecy": "保密 / what is kept",
    "accountability": "责任追究 / who answers for it",
    "reads": "阅读 / reads",
    "comments": "评论 / comments",
    "reposts": "转发 / reposts",
    "likes": "点赞 / likes",
}
"""Of the values of closed lists; those of a duty's kind are in plain_words."""
