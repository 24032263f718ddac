"""Who calls, and what they may do: staff and service tokens, the access table, rate limits."""

from shared.auth.access import PORTAL, PUBLIC, SERVICE, VENDOR, Access, AccessTableError, check_table, staff
from shared.auth.gate import AccountGate
from shared.auth.guard import CallingService, CurrentStaff, Guard, bearer, current_staff, require_service
from shared.auth.keyset import KeySet, fetch_from
from shared.auth.limits import RateLimiter
from shared.auth.tokens import STAFF_AUDIENCE, ServiceTokens, Staff, StaffTokens, Verifier

__all__ = [
    "PORTAL",
    "PUBLIC",
    "SERVICE",
    "STAFF_AUDIENCE",
    "VENDOR",
    "Access",
    "AccessTableError",
    "AccountGate",
    "CallingService",
    "CurrentStaff",
    "Guard",
    "KeySet",
    "RateLimiter",
    "ServiceTokens",
    "Staff",
    "StaffTokens",
    "Verifier",
    "bearer",
    "check_table",
    "current_staff",
    "fetch_from",
    "require_service",
    "staff",
]
