"""The secrets of an installation: private, made once, complete, and named where they are missing."""

from pathlib import Path

import orjson
import pytest

from shared.errors import UnavailableError
from shared.secrets import Keyring, Secrets, check_keys, ensure_secrets, load_secrets


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return ensure_secrets(tmp_path_factory.mktemp("secrets") / "secrets")


def test_secrets_are_private_made_once_and_complete(keys: Secrets) -> None:
    files = [file for file in keys.folder.rglob("*") if file.is_file()]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    before = {file: file.read_bytes() for file in files}
    ensure_secrets(keys.folder)
    assert {file: file.read_bytes() for file in files} == before
    assert len(keys.pepper) == 32
    assert keys.passwords.keys() >= {"huiying_owner", "huiying_directory"}
    assert keys.admin[0] == "admin"
    assert len(keys.keyring.keys[keys.keyring.current]) == 32


def test_missing_secrets_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no folder of secrets"):
        load_secrets(tmp_path / "none")
    with pytest.raises(UnavailableError, match=r"staff\.pem is missing"):
        load_secrets(tmp_path).staff_signing()


def test_a_rotated_key_stays_published(tmp_path: Path) -> None:
    keys = ensure_secrets(tmp_path)
    old = keys.staff_signing().kid
    (tmp_path / "staff.pem").unlink()
    ensure_secrets(tmp_path)
    published = {key["kid"] for key in orjson.loads(keys.jwks_file.read_bytes())["keys"]}
    assert published == {old, keys.staff_signing().kid}


def test_a_sealing_key_in_use_but_missing_is_named() -> None:
    ring = Keyring("b", {"b": b"x" * 32})
    check_keys(ring, ["b"])
    with pytest.raises(UnavailableError, match="a1"):
        check_keys(ring, ["b", "a1"])
