"""The settings of the publishing service: those that every service has."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing of its own."""
