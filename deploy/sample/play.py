"""`python -m deploy.sample.play`: the sample, or a file of complaints or posts, into the running product."""

import argparse
import asyncio
import sys
from pathlib import Path

from deploy.sample.client import SampleError
from deploy.sample.from_file import Order, play_file
from deploy.sample.sample import play_sample

EXAMPLES = """examples:
  python -m deploy.sample.play                                   the sample organisations and incidents
  python -m deploy.sample.play complaints.jsonl.gz               a file of complaints, as fast as they are taken
  python -m deploy.sample.play posts.jsonl.gz --rate 500 --limit 5000
  python -m deploy.sample.play complaints.jsonl --organisation xuancheng-city --var /tmp/b --port-base 8100
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m deploy.sample.play",
        description="把示范事件或文件中的来件、帖子送入正在运行的系统 / play the sample or a file into the running product",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("file", type=Path, nargs="?", metavar="FILE", help=".jsonl or .jsonl.gz; without one, the sample")
    made.add_argument("--var", type=Path, default=Path("var"), help="folder of the running product's state")
    made.add_argument("--port-base", type=int, default=8000, help="port of the console; the others follow it")
    made.add_argument("--organisation", metavar="ID", help="for whom (default: the first in var/dev.json)")
    made.add_argument("--rate", type=_positive, metavar="N", help="at most so many lines a second")
    made.add_argument("--limit", type=_positive, metavar="N", help="only the first so many lines")
    made.add_argument("--connections", type=_positive, default=32, metavar="N", help="calls at the same time (32)")
    return made


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from 1 up")
    return int(text)


def main(arguments: list[str]) -> int | None:
    """Play; 0 when it went well, 1 after saying why not. What was played already is not played twice."""
    given = parser().parse_args(arguments)
    try:
        if given.file is None:
            asyncio.run(play_sample(given.var, given.port_base))
            return 0
        return 0 if asyncio.run(play_file(_order(given))) else 1
    except SampleError as error:
        print(f"未能完成 / could not be played: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("已中断 / interrupted", file=sys.stderr, flush=True)
        return 130


def _order(given: argparse.Namespace) -> Order:
    return Order(given.file, given.var, given.port_base, given.organisation, given.rate, given.limit, given.connections)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
