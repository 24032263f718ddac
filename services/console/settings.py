"""What the environment says to the console; the only reader of it here."""

from shared.settings import DatabaseUrl, ServiceSettings


class Settings(ServiceSettings):
    """`directory_database_url` is the role of the schema `directory`, which this process hosts too."""

    directory_database_url: DatabaseUrl
