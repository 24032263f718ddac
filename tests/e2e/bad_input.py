"""`python -m tests.e2e.bad_input`: what nobody should send to the running product; each a clear answer, and never a 5xx."""

import sys
import time
from pathlib import Path

import httpx

from tests.e2e.bad_commands import bad_commands
from tests.e2e.bad_complaints import bad_complaints
from tests.e2e.bad_pushes import bad_pushes
from tests.e2e.caller import OFFSETS, Caller, WalkError
from tests.e2e.every_route import every_route
from tests.e2e.walk import arguments
from tests.e2e.ways import WAYS

EXAMPLES = """examples:
  python -m tests.e2e.bad_input                              against make run
  python -m tests.e2e.bad_input --var /tmp/b --port-base 8100
"""


def walk(var: Path, port_base: int) -> dict[int, int]:
    """Try everything; how often each status was answered. Raises `WalkError` at the first that is not as it must be."""
    caller = Caller(var, port_base)
    try:
        for way in WAYS:
            print(way.organisation, flush=True)
            bad_complaints(caller, way.organisation)
            bad_pushes(caller, way.organisation)
            bad_commands(caller, way)
        print("every route", flush=True)
        every_route(caller, WAYS[0].organisation)
        for service in OFFSETS:
            if caller.raw(service, "GET", "/readyz").status_code != httpx.codes.OK:
                raise WalkError(f"{service} is not ready after all this")
    finally:
        caller.close()
    return dict(sorted(caller.answered.items()))


def main(given: list[str]) -> int:
    """0 when everything is as it must be, 1 after saying what is not."""
    options = arguments("python -m tests.e2e.bad_input", "Try everything that is wrong over HTTP.", EXAMPLES, given)
    began = time.monotonic()
    try:
        answered = walk(options.var, options.port_base)
    except WalkError as error:
        print(f"not as it must be: {error}", file=sys.stderr)
        return 1
    counts = ", ".join(f"{status}: {count}" for status, count in answered.items())
    print(f"answers by status: {counts}; no 5xx; {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
