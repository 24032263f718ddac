"""What grading reads from the environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service reads."""
