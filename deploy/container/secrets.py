"""`python -m deploy.container.secrets`: an installation's secrets, made before there is a cluster, as a Kubernetes Secret."""

import argparse
import base64
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.services import PRODUCT, Service
from deploy.pgbouncer.userlist import write_userlist
from shared.secrets import ensure_secrets

EXAMPLES = """examples:
  python -m deploy.container.secrets ./secrets | kubectl apply -f -
  python -m deploy.container.secrets ./secrets --name huiying-secrets --namespace huiying > secret.json

Keep the folder as well, apart from the database's backups and where few can read it: without sealing.json the originals of all
complaints are lost. Safe to repeat: what is there stays, what a newer version wants besides is added.
"""


def manifest(folder: Path, name: str, namespace: str | None) -> dict[str, object]:
    """The Secret; makes what is missing in `folder` first. Its keys are what the chart mounts, a service's own apart."""
    found = ensure_secrets(folder)
    write_userlist(found.passwords, folder / "userlist.txt")
    content = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
    content |= {f"services.{file.name}": file.read_bytes() for file in sorted((folder / "services").iterdir())}
    content |= {f"passwords.{each.name}.json": _own(each, found.passwords) for each in PRODUCT.services}
    place = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, **place},
        "type": "Opaque",
        "data": {key: base64.b64encode(value).decode() for key, value in content.items()},
    }


def _own(service: Service, passwords: Mapping[str, str]) -> bytes:
    """The passwords of a service's own roles, and no other's."""
    roles = [service.role, *(role for _, role in service.further)]
    return json.dumps({role: passwords[role] for role in roles}).encode()


def main(arguments: list[str]) -> int:
    """Write the manifest to standard output."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.container.secrets",
        description="生成本套系统的密钥，输出 Kubernetes Secret / make an installation's secrets and print them as a Secret",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="where the secrets are, or are to be made (0700)")
    parser.add_argument("--name", default="huiying-secrets", help="of the Secret (default: huiying-secrets)")
    parser.add_argument("--namespace", help="of the Secret (default: kubectl's present one)")
    given = parser.parse_args(arguments)
    json.dump(manifest(given.folder, given.name, given.namespace), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
