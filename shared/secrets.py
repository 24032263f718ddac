"""The secrets of an installation: made once at first start, every file 0600, read back with types.

`staff.pem` + `jwks.json`: the console's signing pair for staff tokens and its public half. `services/<name>.pem` +
`services.json`: a pair for each service and all public halves. `sealing.json`: AES keys by id. `pepper`: the HMAC key
of API keys and idempotency. `passwords.json`: PostgreSQL roles. `admin.json`: the first platform administrator.
A real installation may give each service only the files that it needs: each is read when it is asked for.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.errors import UnavailableError

SERVICES = ("intake", "grading", "tasks", "publishing", "console")
ROLES = tuple(
    f"huiying_{role}" for role in ("owner", "intake", "grading", "tasks", "publishing", "console", "directory")
)
ADMIN_LOGIN = "admin"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private Ed25519 key and the id under which its public half is published."""

    kid: str
    private: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Keyring:
    """The AES-256 keys that seal personal data, by id; `current` is the id new data is sealed under."""

    current: str
    keys: Mapping[str, bytes]

    def missing(self, in_use: Iterable[str]) -> list[str]:
        """The key ids that data was sealed under and that are not here, sorted."""
        return sorted(set(in_use) - self.keys.keys())


def check_keys(keyring: Keyring, in_use: Iterable[str]) -> None:
    """Refuse readiness (`UnavailableError`) while a key id in use is missing: sealed data could not be opened."""
    if missing := keyring.missing(in_use):
        raise UnavailableError(f"Sealing keys {', '.join(missing)} are in use but not in sealing.json; restore them.")


class Secrets:
    """The secrets under one folder. Each property reads its file and raises `UnavailableError` where it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def jwks_file(self) -> Path:
        """The public keys of staff tokens, a JSON Web Key Set."""
        return self.folder / "jwks.json"

    @property
    def services_file(self) -> Path:
        """The public keys of service tokens, a JSON Web Key Set whose `use` is the service's name."""
        return self.folder / "services.json"

    def staff_signing(self) -> SigningKey:
        """The console's key for staff tokens."""
        return _read_pair(self.folder / "staff.pem")

    def service_signing(self, service: str) -> SigningKey:
        """The key with which `service` speaks to the others."""
        return _read_pair(self.folder / "services" / f"{service}.pem")

    @property
    def keyring(self) -> Keyring:
        """The sealing keys."""
        content = orjson.loads(_read(self.folder / "sealing.json"))
        return Keyring(content["current"], {kid: base64.b64decode(key) for kid, key in content["keys"].items()})

    @property
    def pepper(self) -> bytes:
        """32 bytes, the HMAC key of what is kept only as a fingerprint."""
        return base64.b64decode(_read(self.folder / "pepper"))

    @property
    def passwords(self) -> dict[str, str]:
        """The PostgreSQL passwords by role."""
        content: dict[str, str] = orjson.loads(_read(self.folder / "passwords.json"))
        return content

    @property
    def admin(self) -> tuple[str, str]:
        """Login and first password of the platform administrator."""
        content = orjson.loads(_read(self.folder / "admin.json"))
        return content["login"], content["password"]


def load_secrets(folder: Path) -> Secrets:
    """The secrets of a folder that `ensure_secrets` has filled; raises `UnavailableError` where there is none."""
    if not folder.is_dir():
        raise UnavailableError(f"There is no folder of secrets at {folder}; the first start makes it.")
    return Secrets(folder)


def ensure_secrets(folder: Path) -> Secrets:
    """Make whatever is missing under `folder` and change nothing that is there. One process calls it at a time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "services").mkdir(exist_ok=True, mode=0o700)
    found = Secrets(folder)
    _ensure_pair(folder / "staff.pem")
    _ensure_publics(found.jwks_file, {"sig": found.staff_signing()})
    for service in SERVICES:
        _ensure_pair(folder / "services" / f"{service}.pem")
    _ensure_publics(found.services_file, {service: found.service_signing(service) for service in SERVICES})
    kid = secrets.token_hex(4)
    _ensure(folder / "sealing.json", orjson.dumps({"current": kid, "keys": {kid: _random_key()}}))
    _ensure(folder / "pepper", _random_key().encode())
    _ensure(folder / "admin.json", orjson.dumps({"login": ADMIN_LOGIN, "password": secrets.token_urlsafe(15)}))
    _ensure_passwords(folder / "passwords.json")
    return found


def public_jwk(public: Ed25519PublicKey, use: str) -> dict[str, str]:
    """The JSON Web Key of a public key; its `kid` is the RFC 7638 thumbprint."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw), "alg": "EdDSA", "use": use, "kid": _thumbprint(raw)}


def _thumbprint(raw: bytes) -> str:
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{_base64url(raw)}"}}'
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise UnavailableError(f"The secret {file.name} is missing; restore it or start once more.") from None


def _read_pair(file: Path) -> SigningKey:
    private = serialization.load_pem_private_key(_read(file), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise UnavailableError(f"The secret {file.name} is not an Ed25519 key.")
    return SigningKey(public_jwk(private.public_key(), "sig")["kid"], private)


def _ensure_pair(file: Path) -> None:
    if not file.exists():
        form, clear = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        _write(file, Ed25519PrivateKey.generate().private_bytes(serialization.Encoding.PEM, form, clear))


def _ensure_publics(file: Path, pairs: Mapping[str, SigningKey]) -> None:
    """Publish the keys in use beside those published before, so that tokens signed by a rotated key stay good."""
    published: list[dict[str, Any]] = orjson.loads(file.read_bytes())["keys"] if file.exists() else []
    known = {key["kid"] for key in published}
    fresh = [public_jwk(pair.private.public_key(), use) for use, pair in pairs.items() if pair.kid not in known]
    if fresh:
        _write(file, orjson.dumps({"keys": published + fresh}))


def _ensure_passwords(file: Path) -> None:
    known: dict[str, str] = orjson.loads(file.read_bytes()) if file.exists() else {}
    if missing := [role for role in ROLES if role not in known]:
        _write(file, orjson.dumps(known | {role: secrets.token_urlsafe(24) for role in missing}))


def _ensure(file: Path, content: bytes) -> None:
    if not file.exists():
        _write(file, content)


def _write(file: Path, content: bytes) -> None:
    """Write in one step: a reader sees the old file or the whole new one."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
