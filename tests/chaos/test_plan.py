"""The plan follows from the seed, has every kind in it that is possible, and enough of them."""

from collections import Counter
from pathlib import Path

import pytest

from tests.bench.product import SERVICES, Product
from tests.chaos.disk import Disk
from tests.chaos.plan import BY_NAME, OUTAGE, plan, quick
from tests.chaos.stage import Stage
from tests.chaos.wires import Wires

NAMES = [name for service in SERVICES for name in (service, f"{service}-2")]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(Stage, "names", lambda _: NAMES)
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    return Stage(Product(tmp_path, 9400), Wires([], lambda: 0), 2, Disk(tmp_path), None)


def test_a_run_has_two_hundred_faults_of_every_kind_on_everybody(stage: Stage) -> None:
    faults = plan(7, stage, 210, tuple(BY_NAME), 300.0)
    assert len(faults) >= 200
    assert {fault.kind for fault in faults} == set(BY_NAME)
    killed = Counter(fault.target for fault in faults if fault.kind == "kill")
    assert killed.keys() == set(NAMES)
    assert min(killed.values()) >= 8
    assert [fault.lasts for fault in faults if fault.kind == OUTAGE] == [300.0]


def test_the_same_seed_makes_the_same_plan_and_another_another(stage: Stage) -> None:
    assert plan(7, stage, 60, tuple(BY_NAME), 5.0) == plan(7, stage, 60, tuple(BY_NAME), 5.0)
    assert plan(7, stage, 60, tuple(BY_NAME), 5.0) != plan(8, stage, 60, tuple(BY_NAME), 5.0)


def test_what_is_not_possible_is_left_out_and_what_is_not_asked_for_too(stage: Stage) -> None:
    stage.disk = None
    kinds = {fault.kind for fault in plan(7, stage, 20, ("kill", "full-disk"), 0.0)}
    assert kinds == {"kill"}


def test_a_kafka_whose_processes_are_not_ours_is_left_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.delenv("HUIYING_KAFKA_NODES", raising=False)
    kinds = {fault.kind for fault in [*plan(7, stage, 210, tuple(BY_NAME), 300.0), *quick(7, stage)]}
    assert not kinds & {"kill-broker", "hang-broker", OUTAGE}


def test_a_quick_round_kills_everybody_and_has_nothing_long(stage: Stage) -> None:
    faults = quick(7, stage)
    assert {fault.target for fault in faults if fault.kind == "kill"} == set(NAMES)
    assert max(fault.lasts for fault in faults) <= 2.5
