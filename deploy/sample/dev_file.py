"""`var/dev.json`: what scripts need to use this installation. The runner writes the addresses, the sample the rest."""

import json
from pathlib import Path
from typing import Any

from deploy.local.passwords import write_private
from deploy.sample.client import SampleError


class DevFile:
    """The file of one `var` folder, written through at every change (0600, in one step)."""

    def __init__(self, var: Path) -> None:
        self._file = var / "dev.json"

    def read(self) -> dict[str, Any]:
        """What it says now; empty where there is none."""
        if not self._file.exists():
            return {}
        content: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        return content

    def update(self, **changed: Any) -> None:
        """Put these members in."""
        write_private(self._file, json.dumps(self.read() | changed, ensure_ascii=False, indent=2) + "\n")

    def passwords(self) -> dict[str, str]:
        """By login."""
        return {person["login"]: person["password"] for person in self.read().get("staff", [])}

    def password(self, login: str) -> str:
        """The password of a login. Raises `SampleError` for one that is not here."""
        known = self.passwords().get(login)
        if known is None:
            raise SampleError(f"{self._file} has no account {login!r}.")
        return known

    def api_key(self, organisation: str) -> str | None:
        """The portal key of an organisation, if one is known."""
        known = {portal["organisation"]: portal["api_key"] for portal in self.read().get("portals", [])}
        return known.get(organisation)

    def vendor(self) -> tuple[str, str]:
        """Name and secret of the vendor. Raises `SampleError` where the sample has not been made."""
        vendor = self.read().get("vendor")
        if vendor is None:
            raise SampleError(f"{self._file} names no vendor: start the product with its sample first (make run).")
        return vendor["name"], vendor["secret"]

    def add_api_key(self, organisation: str, api_key: str) -> None:
        """Keep a key; the first organisation's is the one that scripts use."""
        others = [portal for portal in self.read().get("portals", []) if portal["organisation"] != organisation]
        portals = sorted(
            [*others, {"organisation": organisation, "api_key": api_key}], key=lambda portal: portal["organisation"]
        )
        self.update(portal=portals[0], portals=portals)

    def default_organisation(self) -> str:
        """The organisation that is meant where none is named. Raises `SampleError` where the sample has not been made."""
        portal = self.read().get("portal")
        if portal is None:
            raise SampleError(f"{self._file} names no portal: start the product with its sample first (make run).")
        organisation: str = portal["organisation"]
        return organisation
