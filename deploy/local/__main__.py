"""`python -m deploy.local`: the whole product on one machine. What `make run` calls."""

import argparse
import os
import sys
from pathlib import Path

from deploy.local.errors import SetupError, StartError
from deploy.local.runner import Options, Runner, Stopped
from deploy.local.screen import Screen, refuse
from deploy.local.services import PRODUCT, Product

EXAMPLES = """examples:
  python -m deploy.local                              everything on ports 8000-8004, state under var/
  python -m deploy.local --no-sample                  without the sample organisations and incidents
  python -m deploy.local --var /tmp/b --port-base 8100   a second one beside the first
  KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 python -m deploy.local   with a Kafka of yours instead of the embedded broker

Ctrl-C stops everything. After a crash, just start it again: it goes on where it was.
"""


def parse(arguments: list[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local",
        description="回应 Huiying，单机运行：PostgreSQL、Kafka 协议代理与五个服务 / the whole product on one machine",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of all state (default: var)")
    parser.add_argument("--port-base", type=int, default=8000, help="port of the console; the others follow it")
    parser.add_argument("--no-sample", action="store_true", help="do not play the sample in")
    given = parser.parse_args(arguments)
    if not 1024 <= given.port_base <= 65000:
        parser.error(f"--port-base {given.port_base}: give a number from 1024 to 65000")
    return Options(
        var=given.var.resolve(),
        port_base=given.port_base,
        sample=not given.no_sample,
        kafka=os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
    )


def main(arguments: list[str], product: Product = PRODUCT) -> int:
    """Run until stopped; the exit status: 0 stopped as asked, 1 something did not start, 2 a person must act first."""
    options = parse(arguments)
    try:
        with Screen(steps=3 + len(product.services)) as screen:
            Runner(options, product, screen).run()
    except SetupError as error:
        refuse(error)
        return 2
    except StartError as error:
        refuse(SetupError(f"启动失败，详见 {options.var / 'log'}。", f"the start failed: {error}"))
        return 1
    except Stopped:
        print("已停止 / stopped", flush=True)
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
