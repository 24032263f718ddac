"""What is to be said, and the seal of it."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words of an answer and where they go: one channel, one account of the organisation there."""

    channel: str
    account: str
    title: str | None
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the UTF-8 JSON array `[channel, account, title, text]` without spaces.

        An array, so that no text can imitate a title by holding a separator.
        """
        parts = [self.channel, self.account, self.title, self.text]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    @property
    def composed(self) -> str:
        """The words as they stand on the channel: a title goes before the text in lenticular brackets."""
        return f"【{self.title}】{self.text}" if self.title else self.text


def normalised(text: str) -> str:
    """Line ends as LF, no space at either end: what browsers and platforms change without anyone wishing it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
