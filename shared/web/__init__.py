"""The web edge that all services share: one app factory, one way to refuse."""

from shared.web.app import HuiyingApp, create_app
from shared.web.probes import Readiness
from shared.web.requests import MAX_BODY, EdgeRequest, UnsupportedMediaError, parse_json
from shared.web.responses import OrjsonResponse, ProblemResponse, problem

__all__ = [
    "MAX_BODY",
    "EdgeRequest",
    "HuiyingApp",
    "OrjsonResponse",
    "ProblemResponse",
    "Readiness",
    "UnsupportedMediaError",
    "create_app",
    "parse_json",
    "problem",
]
