"""`python -m deploy.sample.play`: the sample, or a file of complaints or posts, into the running product."""

import argparse
import asyncio
import sys
from pathlib import Path

from deploy.sample.client import SampleError
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
    made.add_argument("--var", type=Path, default=Path("var"), help="folder of the running product's state")
    made.add_argument("--port-base", type=int, default=8000, help="port of the console; the others follow it")
    return made


def main(arguments: list[str]) -> int | None:
    """Play; 0 when it went well, 1 after saying why not. What was played already is not played twice."""
    given = parser().parse_args(arguments)
    try:
        asyncio.run(play_sample(given.var, given.port_base))
    except SampleError as error:
        print(f"示范数据未能完成 / the sample could not be played: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
