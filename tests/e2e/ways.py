"""What each sample organisation's regulation makes of the way: its posts, its duties, its thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """Role ids and duties as the regulation names them. `claimed`: a duty of two people's post that is claimed and handed in.

    `spreads`: counts (reads, comments, reposts, likes) below every threshold, and at one that asks for `higher`.
    """

    organisation: str
    lowest: str
    higher: str
    approver: str
    closer: str
    from_discovery: Mapping[str, str | None]
    on_grading: tuple[str, ...]
    investigation: str
    after_investigation: str
    claimed_first: str | None
    grown: tuple[int, int, int, int]
    low: tuple[int, int, int, int] = (120, 3, 1, 8)


WAYS = (
    Way(
        organisation="anhui-medical",
        lowest="III",
        higher="I",
        approver="deputy_in_charge",
        closer="office",
        from_discovery={"report_to_leaders": "1 h", "report_iii": "1 h", "approve_grade": None},
        on_grading=("launch_plan", "investigate_iii", "track"),
        investigation="investigate_iii",
        after_investigation="media_feedback_iii",
        claimed_first=None,
        grown=(150_000, 3_000, 1_500, 9_000),
    ),
    Way(
        organisation="xuancheng-city",
        lowest="general",
        higher="major_sensitive",
        approver="department_chief",
        closer="information_office",
        from_discovery={"claim": None, "approve_grade": None},
        on_grading=("report_with_proposal",),
        investigation="investigate",
        after_investigation="reply",
        claimed_first="claim",
        grown=(60_000, 1_200, 600, 4_000),
    ),
    Way(
        organisation="yichun-market",
        lowest="general",
        higher="major",
        approver="news_deputy",
        closer="news_section",
        from_discovery={"circulate": None, "approve_grade": None},
        on_grading=("pass_on", "investigate"),
        investigation="investigate",
        after_investigation="forward_report",
        claimed_first=None,
        grown=(150_000, 3_000, 1_500, 9_000),
    ),
)
