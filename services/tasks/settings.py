"""The settings of the tasks service: those that every service has."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing of its own."""
