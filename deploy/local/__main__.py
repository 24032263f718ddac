"""`python -m deploy.local`: the whole product on one machine. What `make run` calls."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from deploy.local.errors import SetupError, StartError
from deploy.local.runner import Options, Runner, Stopped
from deploy.local.screen import Screen, refuse
from deploy.local.services import PRODUCT, Product

EXAMPLES = """examples:
  python -m deploy.local                              everything on ports 8000-8004, state under var/
  python -m deploy.local --no-sample                  without the sample organisations and incidents
  python -m deploy.local --var /tmp/b --port-base 8100   a second one beside the first
  python -m deploy.local --replicas 2                 two processes of every service, listed in var/state/processes.json
  kill -USR1 $(cat var/run.lock)                      replace one process after another, without a pause
  python -m deploy.local --database-port tasks=5599   tasks finds the database through a proxy on port 5599
  python -m deploy.local --wal-archive /backup/wal    the database keeps its log there: see python -m deploy.backup --help
  KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 python -m deploy.local   with a Kafka of yours instead of the embedded broker

Ctrl-C stops everything. After a crash, just start it again: it goes on where it was.
"""
MOST_REPLICAS = 8


class OneLine(argparse.ArgumentParser):
    """A parser whose refusals are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"参数有误 / wrong option: {message} (--help shows examples)\n")


def parse(arguments: list[str], product: Product = PRODUCT) -> Options:
    """Read the command line."""
    parser = OneLine(
        prog="python -m deploy.local",
        description="回应 Huiying，单机运行：PostgreSQL、Kafka 协议代理与五个服务 / the whole product on one machine",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of all state (default: var)")
    parser.add_argument("--port-base", type=int, default=8000, help="port of the console; the others follow it")
    parser.add_argument("--no-sample", action="store_true", help="do not play the sample in")
    parser.add_argument(
        "--replicas",
        type=int,
        default=1,
        metavar="N",
        help=f"processes of each service, 1 to {MOST_REPLICAS} (default: 1)",
    )
    parser.add_argument(
        "--database-port",
        action="append",
        default=[],
        metavar="SERVICE=PORT",
        help="where this service finds the database, on 127.0.0.1; may be repeated",
    )
    parser.add_argument(
        "--wal-archive", type=Path, metavar="DIR", help="folder in which the database keeps its log for restores"
    )
    given = parser.parse_args(arguments)
    if not 1024 <= given.port_base <= 65000:
        parser.error(f"--port-base {given.port_base}: give a number from 1024 to 65000")
    if not 1 <= given.replicas <= MOST_REPLICAS:
        parser.error(f"--replicas {given.replicas}: give a number from 1 to {MOST_REPLICAS}")
    try:
        ports = dict(_database_port(text, product) for text in given.database_port)
        kafka = _servers(os.environ.get("KAFKA_BOOTSTRAP_SERVERS", ""))
        drain = _seconds("HUIYING_DRAIN_SECONDS")
    except ValueError as error:
        parser.error(str(error))
    return Options(
        var=given.var.resolve(),
        port_base=given.port_base,
        sample=not given.no_sample,
        kafka=kafka,
        replicas=given.replicas,
        drain_seconds=drain,
        database_ports=ports,
        wal_archive=given.wal_archive.resolve() if given.wal_archive else None,
    )


def _database_port(text: str, product: Product) -> tuple[str, int]:
    names = [service.name for service in product.services]
    name, equals, port = text.partition("=")
    if not equals or name not in names:
        raise ValueError(f"--database-port {text}: give SERVICE=PORT with a service of {', '.join(names)}")
    if not _is_port(port):
        raise ValueError(f"--database-port {text}: {port or 'nothing'} is no port, give a number from 1 to 65535")
    return name, int(port)


def _servers(text: str) -> str | None:
    """What `KAFKA_BOOTSTRAP_SERVERS` says, None where it says nothing. Raises ValueError unless each is host:port."""
    for server in text.split(",") if text.strip() else []:
        host, _, port = server.strip().rpartition(":")
        if not host or not _is_port(port):
            raise ValueError(f"KAFKA_BOOTSTRAP_SERVERS={text}: {server.strip()!r} is not host:port")
    return text.strip() or None


def _seconds(variable: str) -> float:
    text = os.environ.get(variable, "0")
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{variable}={text} is no number of seconds") from None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def main(arguments: list[str], product: Product = PRODUCT) -> int:
    """Run until stopped; the exit status: 0 stopped as asked, 1 something did not start, 2 a person must act first."""
    options = parse(arguments, product)
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
