"""`python -m tests.e2e.walk`: the whole way against the running product, over HTTP alone, for all three organisations."""

import argparse
import sys
import time
from pathlib import Path

from tests.e2e.caller import Caller, WalkError
from tests.e2e.complaint_way import walk_complaint
from tests.e2e.joining_way import walk_joining
from tests.e2e.push_way import walk_push
from tests.e2e.ways import WAYS

EXAMPLES = """examples:
  python -m tests.e2e.walk                              against make run
  python -m tests.e2e.walk --var /tmp/b --port-base 8100
"""


def walk(var: Path, port_base: int) -> int:
    """Walk every way; how many steps it took. Raises `WalkError` at the first that is not as it must be."""
    caller = Caller(var, port_base)
    try:
        for way in WAYS:
            print(f"{way.organisation}: a complaint", flush=True)
            walk_complaint(caller, way)
            print(f"{way.organisation}: a post", flush=True)
            walk_push(caller, way)
            print(f"{way.organisation}: two complaints about one matter", flush=True)
            walk_joining(caller, way)
    finally:
        caller.close()
    return caller.steps


def arguments(program: str, description: str, epilog: str, given: list[str]) -> argparse.Namespace:
    """The command line of the walks."""
    parser = argparse.ArgumentParser(
        prog=program, description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of the running product's state")
    parser.add_argument("--port-base", type=int, default=8000, help="port of the console; the others follow it")
    return parser.parse_args(given)


def main(given: list[str]) -> int:
    """0 when everything is as it must be, 1 after saying what is not."""
    options = arguments("python -m tests.e2e.walk", "Walk the whole way over HTTP, step by step.", EXAMPLES, given)
    began = time.monotonic()
    try:
        steps = walk(options.var, options.port_base)
    except WalkError as error:
        print(f"not as it must be: {error}", file=sys.stderr)
        return 1
    print(f"{steps} steps, all as they must be, {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
