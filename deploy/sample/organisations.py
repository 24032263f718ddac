"""The sample organisations, as `deploy/organisations/*.yaml` describe them."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.marked_yaml import read_yaml

FOLDER = Path(__file__).parents[1] / "organisations"


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SampleAccount(_Described):
    """A post with a login; the login's full form ends in the organisation's id."""

    login: str
    name: str
    roles: Annotated[list[str], Field(min_length=1)]


class SampleOrganisation(_Described):
    """An organisation under one of the shipped rulebooks, and the layers above it."""

    id: str
    name: str
    rulebook: str
    layers: list[str] = Field(default_factory=list)
    accounts: Annotated[list[SampleAccount], Field(min_length=1)]

    def login(self, account: SampleAccount) -> str:
        """The login as it is typed: `office@anhui-medical`."""
        return f"{account.login}@{self.id}"

    def holders(self, role: str) -> list[str]:
        """The logins that hold a role, in the order of the file."""
        return [self.login(account) for account in self.accounts if role in account.roles]


def load_organisations(folder: Path = FOLDER) -> list[SampleOrganisation]:
    """All of them by id. Raises pydantic's ValidationError for a file that can't be used."""
    read = [read_yaml(file.read_text(encoding="utf-8"), file.name) for file in sorted(folder.glob("*.yaml"))]
    return [SampleOrganisation.model_validate(document.data) for document in read]
