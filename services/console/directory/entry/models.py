"""What the directory's routes take and give."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.console.directory.domain.rules import Account, Organisation
from shared.web.fields import Version

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", examples=["anhui-medical"])]
Login = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@-]{1,59}$", examples=["office@anhui-medical"])]
Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", examples=["office"])]
Name = Annotated[str, Field(min_length=1, max_length=80)]
RulebookName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,79}$", examples=["xuancheng-2015"])]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class Credentials(_Given):
    """Login and password."""

    login: Annotated[str, Field(max_length=100)]
    password: Annotated[SecretStr, Field(max_length=200)]


class Token(BaseModel):
    """A staff token; `expires_in` in seconds."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


class NewOrganisation(_Given):
    """`rulebook`: the id of a shipped rulebook, as `xuancheng-2015`. `layers`: the ids of those it stands on, as `state-council-2016`."""

    id: Slug
    name: Name
    rulebook: RulebookName
    layers: Annotated[list[RulebookName], Field(max_length=5)] = []


class OrganisationView(BaseModel):
    """An organisation."""

    id: str
    name: str
    rulebook: str | None
    state: str
    version: int
    layers: list[str]

    @classmethod
    def of(cls, found: Organisation) -> "OrganisationView":
        """From the domain."""
        return cls(
            id=found.organisation_id,
            name=found.name,
            rulebook=found.rulebook,
            state=found.state,
            version=found.version,
            layers=list(found.layers),
        )


class NewAccount(_Given):
    """`organisation_id` is for platform administrators; an administrator's own organisation otherwise."""

    login: Login
    password: Annotated[SecretStr, Field(min_length=10, max_length=200)]
    display_name: Name
    roles: Annotated[list[Role], Field(max_length=30)]
    organisation_id: Slug | None = None


class Disabling(_Given):
    """`version`: the one last seen; another present one is a conflict."""

    version: Version | None = None


class AccountView(BaseModel):
    """An account, without anything of its password."""

    login: str
    organisation_id: str
    display_name: str
    roles: list[str]
    state: str
    version: int

    @classmethod
    def of(cls, found: Account) -> "AccountView":
        """From the domain."""
        return cls(
            login=found.login,
            organisation_id=found.organisation_id,
            display_name=found.display_name,
            roles=sorted(found.roles),
            state=found.state,
            version=found.version,
        )


class Me(BaseModel):
    """Who the token says one is."""

    login: str
    organisation_id: str
    display_name: str
    roles: list[str]
