"""The archive of PostgreSQL's write-ahead log: what is kept of every change, so that any moment can be restored.

One compressed file a segment, named as PostgreSQL names it with `.gz` behind it. The commands run in the database's working
directory as its user; a segment that is there already is taken as archived only if its content is the same.
"""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local.errors import SetupError
from deploy.local.processes import User, unprivileged_user

SECONDS = 60
"""A segment is closed after so long where anything was written: what a lost machine can take with it."""


def archive_settings(folder: Path) -> Mapping[str, str]:
    """Settings of a server that archives into `folder`, which is made if missing.

    Raises SetupError where the database's user cannot write there.
    """
    _make(folder)
    place = _quoted(folder)
    file, fresh = f"{place}/%f.gz", f"{place}/.%f.new"
    known = f"test -f {file} && gzip -dc {file} | cmp -s - %p"
    keep = f"test ! -e {file} && gzip -1 -c %p > {fresh} && sync {fresh} && mv {fresh} {file} && sync {place}"
    return {
        "archive_mode": "on",
        "archive_command": f"{{ {known}; }} || {{ {keep}; }}",
        "archive_timeout": f"{SECONDS}s",
    }


def restore_settings(folder: Path) -> Mapping[str, str]:
    """Settings of a server that recovers from `folder`. Raises SetupError where the database's user cannot read there."""
    if not _may(folder, "-r", unprivileged_user()):
        raise _refusal(folder, "读取", "read")
    return {"restore_command": f"gzip -dc {_quoted(folder)}/%f.gz > %p"}


def _quoted(folder: Path) -> str:
    """For the shell, and with PostgreSQL's own places (%f, %p) told from a percent sign in a name."""
    return shlex.quote(str(folder)).replace("%", "%%")


def _make(folder: Path) -> None:
    user = unprivileged_user()
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        if user is not None:
            os.chown(folder, user.uid, user.gid)
    if not _may(folder, "-w", user):
        raise _refusal(folder, "写入", "write to")


def _may(folder: Path, right: str, user: User | None) -> bool:
    """Whether the user may do so in the folder, asked of the system itself: the way there may be closed to it too."""
    asked = subprocess.run(
        ["test", "-d", str(folder), "-a", right, str(folder), "-a", "-x", str(folder)],
        user=None if user is None else user.uid,
        group=None if user is None else user.gid,
        extra_groups=None if user is None else [],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0


def _refusal(folder: Path, chinese: str, english: str) -> SetupError:
    user = unprivileged_user()
    name = user.name if user else "this user"
    return SetupError(
        f"数据库用户 {name} 无法{chinese} {folder}：请换一个它可进入的目录，或修改其属主。",
        f"the database's user {name} cannot {english} {folder}: name a folder it may enter, or give it that one",
    )
