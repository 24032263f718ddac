"""Warnings: what runs, but is probably not meant; and roles that an organisation leaves vacant."""

import pytest

from services.grading.rulebook import check_holders, lint, load_rulebook, locate
from tests.unit.rulebook.test_lint import DUE, edited, told
from tests.unit.rulebook.test_load import line_of

MOMENTS = ("roles:", "moments: {warned: 预警}\nroles:")

DOUBTFUL = [
    ([MOMENTS, ("from: discovered, within: 1 h", "from: warned, within: 1 h")], "from: warned", "nothing brings about the moment 'warned'"),
    ([("from: discovered, within: 1 h", "from: worsening, within: 1 h")], "worsening", "else a person has to report it"),
    ([MOMENTS], "moments:", "the moment 'warned' is used by nothing"),
    ([("roles:", "flags: {loud: 声大}\nroles:")], "flags:", "the flag 'loud' is used by nothing"),
    ([("  public: {", "  deputy: {name: 副职}\n  public: {")], "deputy:", "the role 'deputy' is used by nothing; leave it out"),
    (
        [("approval_chains:", "approval_chains:\n  spare: {name: 备用, source: operator, steps: [{name: 审批, roles: [chief]}]}")],
        "spare:",
        "the approval chain 'spare' is used by nothing",
    ),
    ([("    owner: office", "    owner: public")], "owner: public", "owed by 'public', who lies outside: nobody here will see it"),
    ([(DUE, DUE + "    escalate: [{after: 1 h, to: office}]\n")], "escalate", "goes up to 'office', who owes it"),
    ([(DUE, DUE + "    escalate: [{after: 1 h, to: public}]\n")], "escalate", "goes up to 'public', who lies outside"),
    ([("roles: [chief]}]", "roles: [chief, public]}]")], "roles: [chief, public]", "must sign, and public lies outside"),
    (
        [(DUE, DUE + "    extension: {request_within: 30 min, from: discovered, to: public, source: operator}\n")],
        "extension",
        "'public' lies outside: nobody here can grant it",
    ),
    (
        [(DUE, "    due: {from: discovered}\n    extension: {request_within: 30 min, from: discovered, to: chief, source: operator}\n")],
        "extension",
        "the duty has no deadline",
    ),
    (
        [(DUE, "    due: {from: discovered, within: 1 h, by_level: {low: 8 h}}\n    reminders: [2 h before]\n")],
        "reminders",
        "lies before the start where the time is 1 h: left out there",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "line", "message"), DOUBTFUL, ids=[row[2][:50] for row in DOUBTFUL])
def test_what_is_doubtful_is_marked_and_runs(edits: list[tuple[str, str]], line: str, message: str) -> None:
    text = edited(*edits)
    found = [each for each in told(text) if message in each]
    assert [each.partition(" ")[0] for each in found] == [f"{line_of(text, line)}:"]
    assert found[0].partition(" ")[2].startswith("warning: ")
    assert lint(text).rulebook is not None
    assert load_rulebook(text).id == "small"


def test_a_moment_that_a_duty_marks_or_a_service_reports_is_no_doubt() -> None:
    marked = edited(
        MOMENTS, ("from: discovered, within: 2 h", "from: warned, within: 2 h"), (DUE, DUE + "    marks: warned\n")
    )
    assert told(marked) == []
    assert told(edited(("from: discovered, within: 1 h", "from: [occurred, instruction, closed], within: 1 h"))) == []


def test_every_role_that_must_act_is_held() -> None:
    model = load_rulebook(edited()).model
    assert check_holders(model, {"office", "chief"}) == []
    assert [finding.place for finding in check_holders(model, {"office"})] == [("levels", 0, "approver")]
    assert [finding.place for finding in check_holders(model, {"chief", "public"})] == [("duties", 0, "owner")]


def test_a_role_is_told_once_and_at_its_line() -> None:
    text = edited()
    told_of = locate(text, check_holders(load_rulebook(text).model, ()), "small.yaml")
    assert told_of == [
        (
            f"small.yaml:{line_of(text, 'id: low')}: levels.0.approver: nobody holds the role 'chief' (主要负责同志), "
            "who must approve the level 'low'; give the role to an account"
        ),
        (
            f"small.yaml:{line_of(text, 'owner: office')}: duties.0.owner: nobody holds the role 'office' (办公室), "
            "who must do the duty 'report'; give the role to an account"
        ),
    ]


def test_of_several_approvers_one_suffices_but_every_signer_is_needed() -> None:
    several = ("approver: [chief]", "approver: [chief, deputy]")
    text = edited(("  public: {", "  deputy: {name: 副职}\n  public: {"), several)
    assert check_holders(load_rulebook(text).model, {"office", "chief"}) == []
    text = edited(
        ("  public: {", "  deputy: {name: 副职}\n  public: {"), ("roles: [chief]}]", "roles: [chief, deputy]}]")
    )
    (finding,) = check_holders(load_rulebook(text).model, {"office", "chief"})
    assert finding.place == ("approval_chains", "reply", "steps", 0, "roles")


def test_somebody_who_is_only_gone_up_to_is_a_warning() -> None:
    text = edited(
        ("  public: {", "  deputy: {name: 副职}\n  public: {"),
        (DUE, DUE + "    escalate: [{after: 1 h, to: deputy}]\n"),
    )
    (finding,) = check_holders(load_rulebook(text).model, {"office", "chief"})
    assert finding.warning


def test_findings_on_a_text_that_cannot_be_read_are_still_told() -> None:
    findings = check_holders(load_rulebook(edited()).model, {"office"})
    assert locate("a: [", findings)[0].startswith("<text>:1: levels.0.approver: ")
