"""From the checked model to the compiled rulebook, with the hash that pins it."""

import hashlib
from collections.abc import Iterable
from fractions import Fraction

import orjson

from services.grading.rulebook.engine.compiled import (
    CompiledCriterion,
    CompiledDuty,
    CompiledRulebook,
    ExtensionRule,
    LevelInfo,
    RoleInfo,
    Time,
    TimeVariant,
    When,
)
from services.grading.rulebook.engine.facts import Mark
from services.grading.rulebook.engine.orders import Chain
from services.grading.rulebook.engine.pace import WITHOUT_DUE, Pace, Reminder, pace
from services.grading.rulebook.engine.signs import eased, looks
from services.grading.rulebook.written.duties import Condition, Due, Duty, Sourced
from services.grading.rulebook.written.model import Criterion, Rulebook
from services.grading.rulebook.written.vocabulary import (
    APPROVER,
    FLAGS,
    HALF_OF_SHORTEST,
    MOMENTS,
    ONE_PATROL_INTERVAL,
    WITHOUT_NUMBER,
)
from shared.calendar import Budget, Unit, parse_budget

FLAG_NAMES = {
    "sensitive": "敏感",
    "legacy_issue": "历史遗留问题",
    "high_attention": "高关注度",
    "group_petition": "群体上访",
    "urgent": "紧急",
    "mass_incident": "群体性事件",
    "category_1": "第一类",
    "category_2": "第二类",
    "category_3": "第三类",
    "category_4": "第四类",
}


def canonical(model: Rulebook) -> bytes:
    """The one JSON form of a rulebook: sorted keys, defaults left out, so that a new optional field changes no hash."""
    return orjson.dumps(
        model.model_dump(mode="json", by_alias=True, exclude_defaults=True), option=orjson.OPT_SORT_KEYS
    )


def compile_rulebook(model: Rulebook) -> CompiledRulebook:
    """Compile a model that `check` found consistent. Pure; the same model always gives the same hash."""
    levels = tuple(
        LevelInfo(level.id, level.name, rank, level.colour, tuple(level.approver), level.by_hand)
        for rank, level in enumerate(model.levels)
    )
    duties = tuple(_duty(model, duty) for duty in model.duties)
    return CompiledRulebook(
        id=model.id,
        version=model.version,
        hash=hashlib.sha256(canonical(model)).hexdigest(),
        title=model.title,
        model=model,
        hours=model.time.hours(),
        roles={key: RoleInfo(key, role.name, role.external) for key, role in model.roles.items()},
        levels=levels,
        level={level.id: level for level in levels},
        ranks={level.id: level.rank for level in levels},
        chains=_chains(model),
        duties=tuple(duty for duty in duties if duty.kind != "approve_grade"),
        duty={duty.id: duty for duty in duties},
        grade_duty=next((duty for duty in duties if duty.kind == "approve_grade"), None),
        criteria=_criteria(model),
        words=tuple(sorted({word for criterion in model.criteria for word in criterion.when.words})),
        marks={duty.id: Mark(duty.marks, duty.marks_if) for duty in model.duties if duty.marks},
        flag_names=FLAG_NAMES | dict(model.flags),
        moments=known_moments(model),
        patrol=patrol_intervals(model),
        release_rules=tuple((when(rule.when), rule.chain) for rule in model.release.rules),
        contradicting=tuple(tuple(flags) for flags in model.contradicting),
        falls_below=model.stability.falls_below,
        suspension={reason.id: reason.name for reason in model.suspension.reasons},
        suspended_by=tuple(model.suspension.by) or tuple(dict.fromkeys(r for each in levels for r in each.approver)),
    )


def known_moments(model: Rulebook) -> frozenset[str]:
    """The standard moments and those the rulebook names itself."""
    return MOMENTS | model.moments.keys()


def patrol_intervals(model: Rulebook) -> dict[str, Budget]:
    """How far apart patrols are, in working hours and outside them, as the patrol routines say."""
    cycles = [routine.cycle for routine in model.routines if routine.kind == "patrol"]
    return {cycle.during: parse_budget(cycle.every) for cycle in cycles if cycle.during and cycle.every}


def known_flags(model: Rulebook) -> frozenset[str]:
    """The standard flags and those the rulebook names itself."""
    return FLAGS | model.flags.keys()


def _criteria(model: Rulebook) -> tuple[CompiledCriterion, ...]:
    """Highest level first, so that the first met gives the proposal."""
    ranks = {level.id: rank for rank, level in enumerate(model.levels)}
    return tuple(
        _criterion(c, ranks, model.stability.falls_below) for c in sorted(model.criteria, key=lambda c: -ranks[c.level])
    )


def _criterion(criterion: Criterion, ranks: dict[str, int], falls_below: int) -> CompiledCriterion:
    return CompiledCriterion(
        id=criterion.id,
        level=criterion.level,
        rank=ranks[criterion.level],
        clause=criterion.clause or "",
        phrase=criterion.phrase or criterion.name,
        source=criterion.source,
        without_flags=frozenset(criterion.when.without_flags),
        looks=looks(criterion.when),
        relaxed=looks(eased(criterion.when, falls_below)) if criterion.when.metrics and falls_below < 100 else (),
    )


def _chains(model: Rulebook) -> dict[str, Chain]:
    return {
        key: Chain(
            id=key,
            name=chain.name,
            steps=tuple(tuple(step.roles) for step in chain.steps),
            step_names=tuple(step.name for step in chain.steps),
            clause=chain.clause or "",
            phrase=chain.phrase or "",
            source=chain.source,
        )
        for key, chain in model.approval_chains.items()
    }


def when(condition: Condition) -> When:
    """A condition as sets."""
    return When(
        levels=None if condition.levels is None else frozenset(condition.levels),
        flags=frozenset(condition.flags),
        any_flags=frozenset(condition.any_flags),
        without_flags=frozenset(condition.without_flags),
        after=frozenset(condition.after),
        before=frozenset(condition.before),
    )


def _watched(variants: Iterable[TimeVariant]) -> tuple[frozenset[str], frozenset[str]]:
    conditions = [variant.when for variant in variants]
    flags = [each.flags | each.any_flags | each.without_flags for each in conditions]
    return frozenset[str]().union(*flags), frozenset[str]().union(*(each.after | each.before for each in conditions))


def _duty(model: Rulebook, duty: Duty) -> CompiledDuty:
    clauses = tuple(when(condition) for condition in duty.when)
    levels = (
        None if any(c.levels is None for c in clauses) else frozenset[str]().union(*(c.levels or () for c in clauses))
    )
    time = _time(model, duty)
    variants = tuple(TimeVariant(when(v.when), _plain(v, parse_budget(v.within))) for v in duty.due.variants)
    reminders, escalate = _reminders(model, duty, time), _escalation(model, duty)
    ends = time.budget is None and not time.patrol and not duty.due.by_level and not {"closed"} & set(duty.due.from_)
    return CompiledDuty(
        id=duty.id,
        name=duty.name,
        kind=duty.kind,
        desk=duty.desk or ("publishing" if duty.kind == "respond" else "tasks"),
        owner=duty.owner,
        owner_name="" if duty.owner == APPROVER else model.roles[duty.owner].name,
        jointly=tuple(duty.jointly),
        to=tuple(duty.to),
        clauses=clauses,
        always=all(condition == Condition() for condition in duty.when),
        levels=levels,
        found_by=frozenset(duty.found_by),
        anchors=tuple(duty.due.from_),
        happened=frozenset(duty.due.from_),
        anchor_source=duty.due.from_source,
        time=time,
        by_level={level: _plain(duty, parse_budget(text)) for level, text in duty.due.by_level.items()},
        variants=variants,
        watched=_watched(variants),
        recurring=duty.recurring,
        each=duty.each,
        repeats=duty.recurring or duty.each,
        until=duty.until or ("calmed" if duty.recurring or duty.due.within in ("continuing", "until calm") else None),
        ends_at_closing=ends,
        optional=duty.optional,
        presumable=any(c.levels is not None for c in clauses) or bool(duty.due.by_level),
        hand_in=tuple(duty.hand_in),
        marks=duty.marks,
        fulfilled_by=duty.fulfilled_by,
        chain=duty.chain,
        extension=_extension(duty),
        reminders=reminders,
        warn=(duty.warn.from_, parse_budget(duty.warn.within)) if duty.warn else None,
        escalate=escalate,
        pace=_pace(duty, time, reminders, escalate),
        target=parse_budget(duty.due.target) if duty.due.target else None,
        bounds=frozenset(duty.bounds),
    )


def _plain(words: Sourced, budget: Budget) -> Time:
    return Time(budget, str(budget), words.clause or "", words.phrase or "", words.source)


def _time(model: Rulebook, duty: Duty) -> Time:
    due = duty.due
    if due.within not in WITHOUT_NUMBER:
        return _plain(duty, parse_budget(due.within))
    clause, phrase = duty.clause or "", duty.phrase or ""
    if due.default is None:
        return Time(None, None if due.within == "silent" else due.within, clause, phrase, duty.source)
    if due.default == ONE_PATROL_INTERVAL:
        return Time(None, due.within, clause, phrase, "operator", patrol=True)
    budget = _half_of_shortest(model) if due.default == HALF_OF_SHORTEST else parse_budget(due.default)
    return Time(budget, str(budget) if budget else None, clause, phrase, "operator")


def _half_of_shortest(model: Rulebook) -> Budget | None:
    """Half the shortest budget that hangs on the grade; immediate ones leave nothing to halve."""
    budgets = [budget for duty in model.duties for budget in _graded_budgets(duty) if budget.minutes]
    return min(budgets, key=lambda budget: budget.minutes).half() if budgets else None


def _graded_budgets(duty: Duty) -> list[Budget]:
    due: Due = duty.due
    texts = list(due.by_level.values())
    if due.within not in WITHOUT_NUMBER and all(condition.levels is not None for condition in duty.when):
        texts.append(due.within)
    return [parse_budget(text) for text in texts]


def _extension(duty: Duty) -> ExtensionRule | None:
    rule = duty.extension
    if rule is None:
        return None
    within = parse_budget(rule.request_within)
    return ExtensionRule(rule.from_, within, rule.to, rule.clause or "", rule.phrase or "", rule.source)


def _pace(
    duty: Duty, time: Time, reminders: tuple[Reminder, ...], escalate: tuple[tuple[Budget, str], ...]
) -> Pace | None:
    """Worked out beforehand where neither the calendar nor the case has a say."""
    if time.patrol or duty.due.by_level or duty.due.variants or duty.due.target or duty.warn:
        return None
    return WITHOUT_DUE if time.budget is None else pace(time.budget, reminders, escalate)


def _reminders(model: Rulebook, duty: Duty, time: Time) -> tuple[Reminder, ...]:
    texts = duty.reminders
    if texts is None:
        aim = parse_budget(duty.due.target) if duty.due.target else time.budget
        by_clock = time.patrol or (aim is not None and (aim.runs_by_clock or aim.unit is Unit.BUSINESS_HOURS))
        texts = model.defaults.reminders_by_clock if by_clock else model.defaults.reminders_by_day
    return tuple(
        Reminder(None, parse_budget(text.removesuffix(" before")))
        if text.endswith(" before")
        else Reminder(Fraction(text), None)
        for text in texts
    )


def _escalation(model: Rulebook, duty: Duty) -> tuple[tuple[Budget, str], ...]:
    steps = model.defaults.escalate if duty.escalate is None else duty.escalate
    return tuple((parse_budget(step.after), step.to) for step in steps if step.to != duty.owner)
