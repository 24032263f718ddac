"""The closed lists a rulebook draws on: moments, flags, phrases for times without a number, kinds of duty."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

MOMENTS: Final = frozenset({
    "event", "occurred", "discovered", "reported", "oral_report", "graded", "claimed", "claim_overdue", "instruction",
    "approved", "investigation_filed", "response_approved", "first_release", "replied", "resolved", "worsening",
    "calmed", "closed", "reopened", "quarter_end",
})  # fmt: skip
FLAGS: Final = frozenset({
    "sensitive", "legacy_issue", "high_attention", "group_petition", "urgent", "mass_incident", "category_1",
    "category_2", "category_3", "category_4",
})  # fmt: skip
# What texts say instead of a number: no due moment follows from them, and none is invented.
WITHOUT_NUMBER: Final = frozenset({
    "silent", "in time", "quickly", "as fits", "as required", "continuing", "until calm", "recurring", "in real time",
    "first moment", "at the same time", "regularly", "daily", "each quarter", "throughout", "beforehand",
})  # fmt: skip
HALF_OF_SHORTEST: Final = "half of the shortest budget that depends on it"
ONE_PATROL_INTERVAL: Final = "one patrol interval"
SPECIAL_DEFAULTS: Final = frozenset({HALF_OF_SHORTEST, ONE_PATROL_INTERVAL})
APPROVER: Final = "approver"

Source = Literal["regulation", "operator"]
Metric = Literal["reads", "comments", "reposts", "likes"]
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
METRIC_NAMES: Final = {"reads": "阅读", "comments": "评论", "reposts": "转发", "likes": "点赞"}
Names = Mapping[str, str]
Desk = Literal["tasks", "publishing"]
Kind = Literal[
    "report", "claim", "designate", "investigate", "grade", "approve_grade", "approve", "respond", "notify", "meet",
    "track", "follow_up", "evaluate", "instruct", "decide", "launch", "contact", "draft", "request", "verify", "warn",
    "bulletin", "train", "browse", "patrol", "coordinate", "assign", "archive",
]  # fmt: skip
