"""Every event type there is, found in `shared.contracts`: one module a producer, one model a type."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc
from types import ModuleType

from shared.contracts.envelope import TOPICS, Payload


class ContractError(Exception):
    """The models of one event type contradict each other."""


@dataclass(frozen=True)
class EventType:
    """One type. `payload` has all that the producer says; `readings` are models of a part, for consumers in a hurry."""

    producer: str
    payload: type[Payload]
    readings: tuple[type[Payload], ...]

    @property
    def name(self) -> str:
        """As in `ce_type`, with the version at its end."""
        return self.payload.TYPE


def event_types() -> list[EventType]:
    """All of them, by producer in the order of `TOPICS`, then as they stand in the file."""
    return [found for topic in TOPICS for found in _of(topic, import_module(f"shared.contracts.{topic}"))]


def said_by(producer: str) -> str:
    """What the producer's module says about itself."""
    return getdoc(import_module(f"shared.contracts.{producer}")) or ""


def _of(producer: str, module: ModuleType) -> list[EventType]:
    models: dict[str, list[type[Payload]]] = {}
    for model in vars(module).values():
        if isinstance(model, type) and issubclass(model, Payload) and model.__module__ == module.__name__:
            models.setdefault(model.TYPE, []).append(model)
    return [_event_type(producer, name, found) for name, found in models.items()]


def _event_type(producer: str, name: str, models: Sequence[type[Payload]]) -> EventType:
    whole = max(models, key=lambda model: len(model.model_fields))
    readings = tuple(model for model in models if model is not whole)
    for reading in readings:
        if strange := reading.model_fields.keys() - whole.model_fields.keys():
            raise ContractError(
                f"{name}: {reading.__name__} reads {sorted(strange)}, which {whole.__name__} does not have."
            )
    return EventType(producer, whole, readings)
