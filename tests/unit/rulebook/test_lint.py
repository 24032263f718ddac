"""Each thing that can be wrong with a rulebook is told with its line, what was expected and what was probably meant."""

import pytest

from services.grading.rulebook import Finding, RulebookError, lint, load_rulebook
from tests.unit.rulebook.test_load import SMALL, line_of

DUE = "    due: {from: discovered, within: 1 h}\n"
SECOND = """\
  - id: answer
    name: 答复
    kind: respond
    clause: Art. 3
    phrase: 及时答复
    owner: office
    to: [public]
    when: {levels: [high]}
    due: {from: discovered, within: 2 h}
"""


def edited(*edits: tuple[str, str]) -> str:
    """A second duty behind the first, then the edits, each once."""
    text = SMALL.replace("approval_chains:", SECOND + "approval_chains:")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def told(text: str) -> list[str]:
    looked = lint(text)
    return [str(problem).removeprefix("<text>:") for problem in looked.problems]


def assert_refused(text: str, line: str, message: str) -> None:
    """Lint says it at that line, and loading refuses."""
    number = line_of(text, line)
    problems = told(text)
    assert [each for each in problems if each.startswith(f"{number}: ") and message in each], problems
    with pytest.raises(RulebookError):
        load_rulebook(text)


def test_the_rulebook_that_is_edited_is_sound() -> None:
    assert told(edited()) == []


BAD_INPUT = [
    # Every line of the list of bad input that has to do with meaning; the rest is in test_load and marked_yaml.
    ("unknown anchor", [("from: discovered", "from: discoverd")], "discoverd", "unknown moment 'discoverd'"),
    ("unknown anchor meant", [("from: discovered", "from: discoverd")], "discoverd", "did you mean 'discovered'?"),
    (
        "cycle of duties",
        [
            ("roles:", "moments: {warned: 预警, told: 告知}\nroles:"),
            (DUE, "    due: {from: warned}\n    marks: told\n"),
            ("    due: {from: discovered, within: 2 h}", "    due: {from: told}\n    marks: warned"),
        ],
        "due: {from: warned}",
        "a cycle of duties that nothing outside can start: report → answer → report (see lines 25, 35)",
    ),
    ("unreachable level", [("level: low, name: 传播不广", "level: high, name: 传播不广")], "{id: low", "no criterion proposes it"),
    ("two duties with one id", [("  - id: answer", "  - id: report")], "name: 答复", ""),
    ("a missing clause", [("    clause: Art. 2\n", "")], "- id: report", "clause and phrase, or `source: operator`"),
    ("a duration of zero", [("within: 1 h", "within: 0 h")], "within: 0 h", "longer than zero"),
    ("a duration of 10,000 days", [("within: 1 h", "within: 10000 days")], "10000 days", "at most 3650 days"),
    ("a role nobody declares", [("owner: office", "owner: ofice")], "ofice", "did you mean 'office'?"),
    ("duplicate key", [("    kind: report", "    kind: report\n    kind: notify")], "kind: notify", "duplicate key 'kind'"),
    ("tabs", [("    kind: report", "\tkind: report")], "\tkind", "a tab: YAML is indented with spaces"),
    ("alias bomb", [("issuer: 某局", "issuer: &a 某局")], "&a", "the anchor &a is not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edits", "line", "message"), [row[1:] for row in BAD_INPUT], ids=[row[0] for row in BAD_INPUT]
)
def test_bad_input_is_refused_with_its_line(edits: list[tuple[str, str]], line: str, message: str) -> None:
    text = edited(*edits)
    if not message:
        # The finding is at the later of the two.
        number = line_of(text, line) - 1
        assert [
            each for each in told(text) if each.startswith(f"{number}: duties.1.id: the id 'report' is used 2 times")
        ]
        return
    assert_refused(text, line, message)


MISSPELT = [
    ("    owner: office", "    ownr: office", "ownr", "unknown key 'ownr'"),
    ("    owner: office", "    ownr: office", "ownr", "did you mean 'owner'?"),
    ("    owner: office", "    ownr: office", "- id: report", "the key `owner` is missing: text"),
    ("due: {from: discovered, within: 1 h}", "due: {form: discovered, within: 1 h}", "form:", "did you mean 'from'?"),
    ("kind: report", "kind: reprot", "reprot", "did you mean 'report'?"),
    ("metrics: {reads: 1000}", "metrics: {raeds: 1000}", "raeds", "did you mean 'reads'?"),
    ("metrics: {reads: 1000}", "metrics: {reads: many}", "many", "a whole number"),
    ("metrics: {reads: 1000}", "flags: [legacy]", "[legacy]", "did you mean 'legacy_issue'?"),
    ("chain: reply", "chain: replay", "replay", "did you mean 'reply'?"),
    ("levels: [high]", "levels: [higher]", "[higher]", "did you mean 'high'?"),
    ('version: "1"', "version: 1", "version", "put quotes round a number"),
    ("in_force: 2020-01-01", "in_force: 1 January", "in_force", "a date"),
    ("    to: [chief]", "    to: chief", "to: chief", "a list: `[a, b]`"),
    ("criteria:", "levls: []\ncriteria:", "levls", "did you mean 'levels'?"),
    ("    kind: report", "    kind: report\n    recurring: perhaps", "perhaps", "true or false"),
    ("  chief: {name", "  chief!: {name", "chief!", "short id"),
    ("in_force: 2020-01-01", "in_force: 86400", "in_force", "86400 is no date: write YYYY-MM-DD"),
    ("in_force: 2020-01-01", "in_force: 2020-02-30", "in_force", "a date: 2026-01-31"),
    ("criteria:", "time: {opens: 8}\ncriteria:", "opens", "8 is no time of day: write HH:MM in quotes"),
    ("criteria:", "time: {opens: 08:30Z}\ncriteria:", "opens", "'08:30Z' is no time of day"),
    ("criteria:", "time: {opens: 8:30}\ncriteria:", "opens", "'8:30' is no time of day"),
    ("criteria:", "time: {opens: 18:30}\ncriteria:", "opens", "opens must lie before closes"),
    ("criteria:", "time: {zone: Mars/Base}\ncriteria:", "Mars", "'Mars/Base' is no time zone"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message"), MISSPELT)
def test_what_was_meant_is_suggested(old: str, new: str, line: str, message: str) -> None:
    assert_refused(edited((old, new)), line, message)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("1h", "1 h"), ("2 hours", "2 h"), ("24小时", "24 h"), ("24个小时", "24 h"), ("30 minutes", "30 min"),
        ("30分钟", "30 min"), ("半小时", "30 min"), ("half an hour", "30 min"), ("一小时", "1 h"), ("3d", "3 days"), ("三天", "3 days"),
        ("1 days later", ""), ("5个工作日", "5 working days"), ("5 business days", "5 working days"), ("1 workday", "1 working day"),
        ("one working day", "1 working day"), ("立即", "at once"), ("immediately", "at once"), ("当日", "same day"),
        ("及时", "in time"), ("promptly", "in time"), ("0 hours", ""),
    ],
)  # fmt: skip
def test_a_duration_written_another_way_is_shown_the_right_way(wrong: str, right: str) -> None:
    text = edited(("within: 1 h}", f"within: {wrong}}}"))
    (problem,) = told(text)
    assert problem.startswith(
        f"{line_of(text, f'within: {wrong}}}')}: duties.0.due.within: {wrong!r} is no duration: write '30 min'"
    )
    assert problem.endswith(f"; write {right!r}") if right else "; write" not in problem


NEVER = [
    (
        [("when: {levels: [high]}", "when: {flags: [urgent], without_flags: [urgent]}")],
        "urgent",
        "urgent both required (flags) and forbidden",
    ),
    (
        [("when: {levels: [high]}", "when: {any_flags: [urgent], without_flags: [urgent, sensitive]}")],
        "urgent",
        "all of any_flags are forbidden",
    ),
    (
        [("when: {levels: [high]}", "when: {after: [closed], before: [closed]}")],
        "[closed]",
        "closed both come (after) and not come (before)",
    ),
    (
        [("when: {levels: [high]}", "when: [{levels: [low]}, {flags: [urgent], without_flags: [urgent]}]")],
        "urgent",
        "can never hold",
    ),
    (
        [
            ("criteria:", "contradicting: [[category_1, category_2]]\ncriteria:"),
            ("when: {levels: [high]}", "when: {flags: [category_1, category_2]}"),
        ],
        "flags: [category_1, category_2]",
        "category_1, category_2 contradict each other",
    ),
    ([("criteria:", "contradicting: [[urgent, urgnt]]\ncriteria:")], "urgnt", "unknown flag 'urgnt'"),
    ([("criteria:", "contradicting: [[urgent, urgent]]\ncriteria:")], "contradicting", "a flag stands twice"),
    (
        [("within: 2 h}", "within: 2 h, by_level: {low: 3 h}}")],
        "by_level",
        "a time for the level 'low', at which the duty's `when` never demands it",
    ),
    (
        [("within: 2 h}", "within: 2 h, variants: [{when: {levels: [low]}, within: 3 h, source: operator}]}")],
        "variants",
        "the duty's own `when` excludes it",
    ),
    (
        [("when: {metrics: {reads: 1000}}", "when: {metrics: {reads: 1000}, below: {reads: 900}}")],
        "900",
        "`below` excludes every threshold",
    ),
    (
        [("when: {metrics: {reads: 1000}}", "when: {flags: [urgent], without_flags: [urgent]}")],
        "urgent",
        "every flag it looks for is forbidden",
    ),
    (
        [("    - {chain: reply}", "    - {chain: reply}\n    - {chain: reply, when: {levels: [low]}}")],
        "levels: [low]",
        "must hold always",
    ),
    (
        [("    - {chain: reply}", "    - {chain: reply} # first\n    - {chain: reply}")],
        "# first",
        "those after it are never asked",
    ),
    (
        [("when: {below: {reads: 1000}}", "when: {metrics: {reads: 2000}}")],
        "{id: low",
        "whatever meets its criteria meets a higher level's ('quiet' by 'loud' of 'high')",
    ),
    ([("{id: high, ", "{id: high, by_hand: true, ")], "id: loud", "set by hand only, yet criterion 'loud' proposes it"),
]


@pytest.mark.parametrize(("edits", "line", "message"), NEVER, ids=[row[2][:50] for row in NEVER])
def test_what_could_never_hold_is_refused(edits: list[tuple[str, str]], line: str, message: str) -> None:
    assert_refused(edited(*edits), line, message)


UNABLE = [
    (
        [("{id: low, name: 一般, approver: [chief]", "{id: low, name: 一般, approver: [public]")],
        "approver: [public]",
        "nobody here can approve",
    ),
    (
        [("steps: [{name: 审批, roles: [chief]}]", "steps: [{name: 审批, roles: [public]}]")],
        "roles: [public]",
        "nobody here can sign",
    ),
    ([("closed_by: [office]", "closed_by: [public]")], "closed_by", "nobody here can close a matter"),
    ([(DUE, DUE + "    reminders: [3/2]\n")], "3/2", "at or after the due moment"),
    ([(DUE, DUE + "    reminders: [2 h before]\n")], "2 h before", "lies before the start: the time is 1 h"),
    ([(DUE, DUE + "    reminders: [1 h before]\n")], "1 h before", "lies before the start"),
    ([(DUE, "    due: {from: discovered}\n    reminders: [1/2]\n")], "reminders", "the duty has no deadline"),
    (
        [(DUE, "    due: {from: discovered, within: at once}\n    reminders: [1/2]\n")],
        "reminders",
        "lies before the start",
    ),
    ([("criteria:", "defaults: {reminders_by_clock: [2/2]}\ncriteria:")], "2/2", "at or after the due moment"),
    ([(DUE, DUE + "    warn: {from: discovered, within: 1 h}\n")], "warn", "at or after the due moment"),
    (
        [(DUE, DUE + "    extension: {request_within: 2 h, from: discovered, to: chief, source: operator}\n")],
        "extension",
        "longer than the time itself (1 h)",
    ),
    ([(DUE, "    due: {from: discovered, default: one patrol interval}\n")], "patrol", "needs patrol routines"),
    (
        [("kind: report", "kind: approve_grade"), ("kind: respond", "kind: approve_grade # two")],
        "# two",
        "only one duty",
    ),
]


@pytest.mark.parametrize(("edits", "line", "message"), UNABLE, ids=[row[2][:50] for row in UNABLE])
def test_what_could_never_take_effect_is_refused(edits: list[tuple[str, str]], line: str, message: str) -> None:
    assert_refused(edited(*edits), line, message)


def test_a_duty_that_starts_itself_is_a_cycle() -> None:
    text = edited(
        ("roles:", "moments: {told: 告知}\nroles:"), ("from: discovered, within: 1 h}", "from: told}\n    marks: told")
    )
    assert_refused(text, "from: told", "report → report")


def test_a_cycle_with_a_way_in_is_none() -> None:
    text = edited(
        ("roles:", "moments: {warned: 预警, told: 告知}\nroles:"),
        (DUE, "    due: {from: [discovered, warned]}\n    marks: told\n"),
        ("    due: {from: discovered, within: 2 h}", "    due: {from: told}\n    marks: warned"),
    )
    assert told(text) == []


def test_a_condition_can_close_a_cycle_too() -> None:
    text = edited(
        ("roles:", "moments: {warned: 预警, told: 告知}\nroles:"),
        (DUE, "    when: {after: [warned]}\n    due: {from: discovered}\n    marks: told\n"),
        ("    due: {from: discovered, within: 2 h}", "    due: {from: told}\n    marks: warned"),
    )
    assert any("report → answer → report" in problem for problem in told(text))


def test_everything_is_told_at_once_in_the_order_of_the_file() -> None:
    text = edited(
        ("approver: [chief]", "approver: [chef]"),
        ("level: high", "level: hgh"),
        ("    kind: report", "    kind: reprot"),
        ("    owner: office\n    to: [public]", "    owner: ofice\n    to: [public]"),
        ("closed_by: [office]", "closed_by: [offce]"),
        ("in_force: 2020-01-01", "in_force: long ago"),
        ("criteria:", "colour: red\ncriteria:"),
    )
    problems = told(text)
    numbers = [int(problem.split(":")[0]) for problem in problems]
    assert numbers == sorted(numbers)
    # The malformed duty does not hide what is wrong elsewhere, and the second keeps its index.
    for part in (
        "'chef'",
        "'hgh'",
        "'reprot'",
        "duties.1.owner: unknown role 'ofice'",
        "'offce'",
        "a date",
        "'colour'",
    ):
        assert any(part in problem for problem in problems), (part, problems)


def test_further_checks_are_told_beside_the_rest() -> None:
    text = edited()
    looked = lint(text, [lambda model: [Finding(("duties", 1), f"{model.id} is silent", "say more", warning=True)]])
    assert [str(problem) for problem in looked.problems] == [
        f"<text>:{line_of(text, 'id: answer')}: warning: duties.1: small is silent; say more"
    ]
    assert looked.rulebook is not None
    assert looked.errors == ()
