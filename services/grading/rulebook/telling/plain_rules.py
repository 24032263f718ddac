"""Levels, criteria, chains, routines, releases and all that is not a duty, in plain Chinese."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.telling.plain_duties import escalation, reminder
from services.grading.rulebook.telling.plain_words import (
    OPERATOR,
    budget,
    cited,
    condition,
    is_numbered,
    level_names,
    listed,
    mark,
    moment_name,
    role_name,
    roles,
    within,
)
from services.grading.rulebook.telling.statements import Statement, cites
from services.grading.rulebook.written.duties import Cycle, Routine, Sourced
from services.grading.rulebook.written.model import Chain, Criterion, Joining, Level, Signs, StandingRule
from services.grading.rulebook.written.vocabulary import METRIC_NAMES

_COLOURS: Final = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色", "green": "绿色"}
_KINDS: Final = {"complaint": "群众来件", "post": "网络发帖", "patrol": "巡查发现"}
_AUTHORS: Final = {"media": "媒体", "official": "官方机构", "person": "个人", "organisation": "单位"}
_DURING: Final = {"working_hours": "工作日工作时间", "evenings_and_holidays": "晚上(24时前)和节假日"}
_EACH: Final = {"month": "每月结束后", "quarter": "每季度结束后", "year": "每年结束后"}
_ABOUT: Final = {"release": "信息发布", "reporting": "信息报送", "secrecy": "保密", "accountability": "责任追究"}


def _statement(subject: str, rule: Sourced, text: str, notes: tuple[str, ...] = ()) -> Statement:
    words = cited(rule.clause, rule.phrase)
    return Statement(subject, rule.clause, f"{text}{words}", notes, cites((rule.clause, rule.phrase)))


def level_statement(book: CompiledRulebook, level: Level) -> Statement:
    """A level, its rank, colour and who approves it."""
    rank = book.ranks[level.id]
    place = "最低等级" if rank == 0 else "最高等级" if rank == len(book.levels) - 1 else f"自低向高第{rank + 1}级"
    colour = f",标为{_COLOURS.get(level.colour, level.colour)}" if level.colour else ""
    approver = "或".join(role_name(book.model, role) for role in level.approver)
    notes = ("本等级只由人判定,不由标准自动建议。",) if level.by_hand else ()
    text = (
        f"舆情等级“{level.name}”({place}{colour}){mark(level.source)},由{approver}审定{mark(level.approver_source)}。"
    )
    return _statement(f"level {level.id}", level, text, notes)


def criterion_statement(book: CompiledRulebook, criterion: Criterion) -> Statement:
    """When a level is proposed."""
    met = ",且".join(_signs(book, criterion.when))
    name = level_names(book.model, [criterion.level])
    text = f"{criterion.name}的,建议定为{name}:{met}{mark(criterion.source)}。"
    return _statement(f"criterion {criterion.id}", criterion, text)


def _signs(book: CompiledRulebook, signs: Signs) -> list[str]:
    """A part for each sign that is asked for."""
    parts = (
        ("来源为", "或".join(_KINDS[kind] for kind in signs.kinds)),
        ("属于", "或".join(_flags(book, signs.flags))),
        ("", "或".join(f"{METRIC_NAMES[name]}达到{count}" for name, count in signs.metrics.items())),
        ("", listed(f"{METRIC_NAMES[name]}不到{count}" for name, count in signs.below.items())),
        ("出现在", f"{signs.platforms}个以上平台" if signs.platforms else ""),
        ("出现词语", "或".join(f"“{word}”" for word in signs.words)),
        ("发布者为", "或".join(_AUTHORS.get(kind, kind) for kind in signs.author_types)),
        ("不属于", listed(_flags(book, signs.without_flags))),
    )
    return [f"{before}{what}" for before, what in parts if what]


def _flags(book: CompiledRulebook, flags: Iterable[str]) -> list[str]:
    return [f"“{book.flag_names.get(flag, flag)}”" for flag in flags]


def chain_statement(book: CompiledRulebook, key: str, chain: Chain) -> Statement:
    """Who signs a text before it goes out."""
    steps = [
        f"{number}. {step.name}:{'和'.join(role_name(book.model, role) for role in step.roles)}"
        for number, step in enumerate(chain.steps, 1)
    ]
    used = [duty.name for duty in book.model.duties if duty.chain == key]
    notes = (*steps, f"用于:{listed(used)}。") if used else tuple(steps)
    return _statement(f"chain {key}", chain, f"审批程序“{chain.name}”{mark(chain.source)},依次为:", notes)


def routine_statement(book: CompiledRulebook, routine: Routine) -> Statement:
    """A duty that belongs to no incident."""
    model = book.model
    owner = role_name(model, routine.owner) + mark(routine.owner_source)
    if routine.jointly:
        owner += f"会同{roles(model, routine.jointly)}"
    to = f",报送{roles(model, routine.to)}" if routine.to else ""
    times = ""
    if is_numbered(routine.within) and not routine.cycle.every:
        times = f",每次{within(routine.within)}完成"
    notes: tuple[str, ...] = (f"应当提交:{listed(routine.hand_in)}。",) if routine.hand_in else ()
    if routine.cycle.every and is_numbered(routine.within):
        notes += (f"每次巡查应在{within(routine.within)}完成,逾期记为漏查。",)
    text = f"{owner}应当{_cycle(routine.cycle)}{_deed(routine.name)}{to}{times}{_unnumbered(routine)}{mark(routine.source)}。"
    return _statement(f"routine {routine.id}", routine, text, notes)


def _deed(name: str) -> str:
    """A name that is a noun needs a verb."""
    return f"进行{name}" if name.endswith(("汇报", "培训", "通报", "总结", "演练")) else name


def _unnumbered(routine: Routine) -> str:
    if routine.within in {"silent", "daily", "each quarter"} or is_numbered(routine.within):
        return ""
    return f"(原文未规定具体时限,只要求{budget(routine.within)})"


def _cycle(cycle: Cycle) -> str:
    source = mark(cycle.source)
    if cycle.every and cycle.during:
        return f"在{_DURING[cycle.during]}每隔{budget(cycle.every)}{source}"
    return f"每天{listed(cycle.daily_at)}{source}" if cycle.daily_at else f"{_EACH[cycle.each or 'year']}{source}"


def standing_statement(rule: StandingRule) -> Statement:
    """A rule that orders nothing by itself."""
    return _statement(
        f"standing_rule {rule.id}", rule, f"关于{_ABOUT[rule.about]}的要求,在有关环节予以提示{mark(rule.source)}。"
    )


def channel_statements(book: CompiledRulebook) -> Iterator[Statement]:
    """Where answers go out."""
    for key, channel in book.model.release.channels.items():
        host = f",由{role_name(book.model, channel.host)}主持" if channel.host else ""
        text = f"发布渠道:{channel.name}{host}{'' if channel.clause else OPERATOR}。{cited(channel.clause, None)}"
        yield Statement(f"channel {key}", channel.clause, text)


def release_statement(book: CompiledRulebook) -> Statement:
    """Which chain an answer needs."""
    model, notes = book.model, []
    for rule in model.release.rules:
        when = condition(book, rule.when)
        case = f"舆情{when}的" if when else ("其他的" if len(model.release.rules) > 1 else "所有答复")
        notes.append(f"{case},经“{model.approval_chains[rule.chain].name}”。")
    return Statement("release", None, "对外答复发布前的审批程序,自上而下以首条符合者为准:", tuple(notes))


def closing_statement(book: CompiledRulebook) -> Statement:
    """Who declares calm, and closes."""
    closing = book.model.closing
    calm = "或".join(role_name(book.model, role) for role in closing.calmed_by)
    close = "或".join(role_name(book.model, role) for role in closing.closed_by)
    return Statement("closing", None, f"舆情平息由{calm}认定,处置完结由{close}认定{mark(closing.source)}。")


def suspension_statements(book: CompiledRulebook) -> Iterator[Statement]:
    """Who may stop time, and on which grounds."""
    suspension = book.model.suspension
    by = "或".join(role_name(book.model, role) for role in suspension.by) if suspension.by else "等级审定人"
    yield Statement("suspension", None, f"时限的中止由{by}决定,中止期间不计入时限。")
    for reason in suspension.reasons:
        yield _statement(f"suspension {reason.id}", reason, f"中止事由:{reason.name}{mark(reason.source)}。")


def settings_statements(book: CompiledRulebook) -> Iterator[Statement]:
    """What the installation counts with, and the words the file adds of its own."""
    model = book.model
    time = model.time
    ends = "下班时" if time.day_ends == "close_of_business" else "24时"
    yield Statement(
        "time",
        None,
        f"时间按{time.zone}时区计算;上班{time.opens:%H:%M}、下班{time.closes:%H:%M},上午与下午以{time.midday:%H:%M}为界{OPERATOR};"
        f"按日计算的时限,最后一日于{ends}届满。",
    )
    defaults = model.defaults
    yield Statement(
        "defaults",
        None,
        f"未另作规定时的提醒和逾期上报{OPERATOR}:",
        (
            f"按小时计的时限:{listed(map(reminder, defaults.reminders_by_clock)) or '不作提醒'}。",
            f"按日计的时限:{listed(map(reminder, defaults.reminders_by_day)) or '不作提醒'}。",
            f"逾期:{listed(escalation(book, step) for step in defaults.escalate) or '不上报'}。",
        ),
    )
    yield Statement(
        "joining",
        None,
        f"{budget(model.joining.window)}内出现的相同内容,自动并入同一舆情{mark(model.joining.source)}。",
        (_after_closing(model.joining),),
    )
    yield Statement("stability", None, _stability(book))
    for group in model.contradicting:
        names = listed(f"“{book.flag_names.get(flag, flag)}”" for flag in group)
        yield Statement("contradicting", None, f"{names}不能并存;并存时在定级理由中说明。")


def _after_closing(joining: Joining) -> str:
    if joining.reopen_within is None:
        return "办结后又出现的,另立新件,并注明与已办结的相关。"
    return f"办结后{budget(joining.reopen_within)}内又出现的,重新启动;此后出现的,另立新件,并注明与已办结的相关。"


def layer_statements(book: CompiledRulebook) -> Iterator[Statement]:
    """The rulebooks above this one, and who and what here stands for theirs."""
    model = book.model
    for above in model.stands_on:
        notes = [f"其中“{role}”在本单位为{role_name(model, here)}。" for role, here in above.roles.items()]
        notes += [f"其中等级“{level}”对应本规则的{level_names(model, here)}。" for level, here in above.levels.items()]
        text = f"同时适用上位规定“{above.rulebook}”;两者对同一事项都有时限的,以较严者为准{OPERATOR}。"
        yield Statement(f"stands_on {above.rulebook}", None, text, tuple(notes))


def _stability(book: CompiledRulebook) -> str:
    share = book.model.stability.falls_below
    if share == 100:
        return f"数据一旦低于定级标准,建议等级随之下降{OPERATOR}。"
    return f"建议等级升高后,数据未低于标准的{share}%的,等级保持{OPERATOR};已审定等级的下调只由人决定。"


def names_statements(book: CompiledRulebook) -> Iterator[Statement]:
    """Posts, flags and moments by name."""
    model = book.model
    inside = [role_name(model, key) for key, role in model.roles.items() if not role.external]
    outside = [role_name(model, key) for key, role in model.roles.items() if role.external]
    yield Statement("roles", None, f"本单位内的岗位和机构:{listed(inside)}。")
    if outside:
        yield Statement("external_roles", None, f"本单位以外的:{listed(outside)}。")
    if model.flags:
        yield Statement("flags", None, f"本规则另设的标记:{listed(f'“{name}”' for name in model.flags.values())}。")
    if model.moments:
        names = listed(f"“{moment_name(model, key)}”" for key in model.moments)
        yield Statement("moments", None, f"本规则另设的时点:{names}。")
