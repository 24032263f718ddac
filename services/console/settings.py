"""What the environment says to the console; the only reader of it here."""

from pydantic import Field

from shared.settings import DatabaseUrl, ServiceSettings


class Settings(ServiceSettings):
    """Beyond what every service reads: the schema `directory`, which this process hosts too."""

    directory_database_url: DatabaseUrl = Field(
        description="`postgresql://role:password@host:port/database` of the role `huiying_directory`"
    )
