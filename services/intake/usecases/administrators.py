"""Who manages keys and vendors, and for whom."""

from dataclasses import dataclass

from services.intake.domain.clients import PLATFORM
from shared.errors import ConflictError, MissingError


@dataclass(frozen=True, slots=True)
class Administrator:
    """A member of staff with the right to manage keys: of one organisation, or (`organisation_id` None) of all."""

    login: str
    organisation_id: str | None

    @property
    def owner(self) -> str:
        """The organisation that what they register belongs to."""
        return self.organisation_id or PLATFORM

    def answers_for(self, organisation_id: str) -> bool:
        """Whether that organisation's keys are theirs to manage."""
        return self.organisation_id is None or self.organisation_id == organisation_id

    def require(self, organisation_id: str) -> None:
        """Raise `MissingError` for a foreign organisation, which looks like one that is not there."""
        if not self.answers_for(organisation_id):
            raise MissingError(f"没有这个单位 / There is no organisation {organisation_id}.")


def check_version(present: int, expected: int | None) -> None:
    """Raise `ConflictError` where the client has seen another version; without one, the last word wins."""
    if expected is not None and expected != present:
        raise ConflictError("内容已被他人更改，请刷新 / Changed since you read it; read it again.", version=present)
