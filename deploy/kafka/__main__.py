"""`python -m deploy.kafka`: a real Apache Kafka, to stay or for one command. What `make kafka` calls."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from deploy.kafka.cluster import KEPT, KafkaCluster
from deploy.kafka.jars import HERE, ensure_jars
from deploy.local.errors import SetupError, StartError
from deploy.local.screen import refuse

EXAMPLES = """examples:
  python -m deploy.kafka                                three brokers, state under var/kafka, until Ctrl-C
  python -m deploy.kafka --brokers 1                    one
  python -m deploy.kafka fetch                          only fetch the jars; status 2 where Java or Maven is missing
  python -m deploy.kafka run pytest tests/flows         three fresh brokers for one command; its status is ours
  python -m deploy.kafka --brokers 1 run make test

A command of `run` finds in its environment KAFKA_BOOTSTRAP_SERVERS, and in HUIYING_KAFKA_NODES the file that says which
process each broker is. A broker that is killed is started again after two seconds, with its data.
"""
LOOK_EVERY = 0.2
COMPOSE_BOOTSTRAP = "127.0.0.1:19092,127.0.0.1:19094,127.0.0.1:19096"


class Stopped(BaseException):
    """Somebody asked us to stop."""


def main(arguments: list[str]) -> int:
    """Run; the exit status: 0 stopped as asked, 1 something did not start, 2 a person must act first, or the command's."""
    given = _parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        if given.action == "fetch":
            ensure_jars(KEPT, _say)
            return 0
        if given.action == "run":
            return _run(given.brokers, given.command)
        return _stay(given.var / "kafka", given.brokers)
    except SetupError as error:
        refuse(error)
        return 2
    except StartError as error:
        refuse(SetupError("Kafka 启动失败。", f"Kafka did not start: {error}"))
        return 1
    except Stopped:
        _say("已停止 / stopped")
        return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.kafka",
        description="在本机运行真正的 Apache Kafka / a real Apache Kafka on this machine",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--brokers", type=int, default=3, metavar="N", help="how many (default: 3)")
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of all state (default: var)")
    parser.add_argument("action", nargs="?", choices=("run", "fetch"), help="without one: stay until Ctrl-C")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND…", help="what to run")
    given = parser.parse_args(arguments)
    if not 1 <= given.brokers <= 9:
        parser.error(f"--brokers {given.brokers}: give a number from 1 to 9")
    if (given.action == "run") != bool(given.command):
        parser.error("run takes a command, such as: run pytest tests/flows")
    return given


def _stay(home: Path, brokers: int) -> int:
    if shutil.which("java") is None and shutil.which("docker") is not None:
        return _compose()
    cluster = KafkaCluster(home, brokers, say=_say)
    begun = time.monotonic()
    try:
        cluster.start()
        _say(f"{brokers} 个代理就绪 / brokers ready, {time.monotonic() - begun:.1f} s; Ctrl-C 停止 / stops them")
        _say(f"export KAFKA_BOOTSTRAP_SERVERS={cluster.bootstrap}")
        while True:
            cluster.look()
            time.sleep(LOOK_EVERY)
    finally:
        _deaf()
        cluster.stop()


def _run(brokers: int, command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="huiying-kafka-", ignore_cleanup_errors=True) as folder:
        cluster = KafkaCluster(Path(folder), brokers, say=_say)
        try:
            cluster.start()
            _say(f"KAFKA_BOOTSTRAP_SERVERS={cluster.bootstrap}")
            return _command(cluster, command)
        finally:
            _deaf()
            cluster.stop()


def _command(cluster: KafkaCluster, command: list[str]) -> int:
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap,
        "HUIYING_KAFKA_NODES": str(cluster.nodes_file),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as error:
        raise SetupError(f"无法运行 {command[0]}。", f"cannot run {command[0]}: {error.strerror}") from error
    try:
        while child.poll() is None:
            cluster.look()
            time.sleep(LOOK_EVERY)
    except Stopped:
        child.terminate()
        child.wait()
        return 128 + signal.SIGTERM
    status = child.returncode
    return status if status >= 0 else 128 - status


def _compose() -> int:
    _say("没有 Java，改用 Docker / no Java here: by Docker")
    _say(f"export KAFKA_BOOTSTRAP_SERVERS={COMPOSE_BOOTSTRAP}")
    return subprocess.run(["docker", "compose", "-f", HERE / "compose.yml", "up"], check=False).returncode


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _deaf() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # stopping is short and happens once


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
