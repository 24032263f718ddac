"""The settings of a node: broker and controller in one, bounded for a machine that has other things to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK

SESSION_MS = 4000
"""After this a dead node's partitions are led by others."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node's number and its two ports on loopback: for clients and brokers, and for controllers."""

    node: int
    port: int
    controller: int


def write_properties(
    home: Path, place: Place, all_places: Sequence[Place], more: Mapping[str, str] | None = None
) -> Path:
    """Write `server.properties` into `home`, whose `data` is the node's storage; `more` adds to it or overrules it."""
    copies = min(3, len(all_places))
    surely = max(1, copies - 1)
    voters = ",".join(f"{each.node}@{LOOPBACK}:{each.controller}" for each in all_places)
    clients = f"CLIENTS://{LOOPBACK}:{place.port}"
    settings = {
        "process.roles": "broker,controller",
        "node.id": place.node,
        "controller.quorum.voters": voters,
        "listeners": f"{clients},CONTROLLER://{LOOPBACK}:{place.controller}",
        "advertised.listeners": clients,
        "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": home / "data",
        # What was acknowledged is on two of three; one may be lost.
        "default.replication.factor": copies,
        "min.insync.replicas": surely,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": surely,
        "offsets.topic.num.partitions": 6,
        "auto.create.topics.enable": "false",
        # The journals are the record; a day of messages is plenty.
        "log.retention.hours": 24,
        "log.segment.bytes": 64 * 1024 * 1024,
        "log.index.size.max.bytes": 1024 * 1024,
        "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "broker.heartbeat.interval.ms": SESSION_MS // 4,
        "broker.session.timeout.ms": SESSION_MS,
        # All members of a group start together here, or a test waits for one: nothing is gained by waiting for more.
        "group.initial.rebalance.delay.ms": 0,
        "controlled.shutdown.enable": "true",
        **(more or {}),
    }
    home.mkdir(parents=True, exist_ok=True)
    file = home / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="ascii")
    return file
