"""What stops a start and what the person at the keyboard can do about it."""


class SetupError(Exception):
    """Nothing can start until a person changes something; one Chinese and one English line say what."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english


class StartError(Exception):
    """A program of ours was started and did not become ready; the message carries the end of its log."""
