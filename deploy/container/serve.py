"""`python -m deploy.container.serve NAME`: one service in the foreground, on the same server as on one machine."""

import argparse
import socket
import sys

from deploy.container.addresses import database_urls
from deploy.local.errors import SetupError
from deploy.local.forks import serve
from deploy.local.screen import refuse
from deploy.local.services import PRODUCT, resolve
from shared.errors import UnavailableError

FIRST_PORT = 8000
EXAMPLES = """environment:
  HUIYING_DATABASE       host:port/name; URLs are made from it and the secrets where HUIYING_DATABASE_URL is not set
  HUIYING_…              the service's settings, see docs/operations.md

examples:
  python -m deploy.container.serve console               on port 8000
  python -m deploy.container.serve tasks --port 9003
"""


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; 2 when a setting is missing or the port cannot be had."""
    services = {service.name: service for service in PRODUCT.services}
    parser = argparse.ArgumentParser(
        prog="python -m deploy.container.serve",
        description="运行一个服务 / run one service",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("service", choices=sorted(services), help="which one")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all of the container's)")  # noqa: S104
    parser.add_argument("--port", type=int, help="port to listen on (default: 8000 for console, the others follow)")
    given = parser.parse_args(arguments)
    service = services[given.service]
    try:
        urls = database_urls(service)
    except SetupError as error:
        refuse(error)
        return 2
    except UnavailableError as error:
        refuse(SetupError("缺少密钥，请先运行 prepare。", f"{error.detail} Run deploy.container.prepare first."))
        return 2
    port = given.port or FIRST_PORT + service.offset
    try:
        listening = socket.create_server((given.host, port), backlog=2048)
    except OSError as error:
        refuse(SetupError(f"无法监听 {given.host}:{port}。", f"cannot listen on {given.host}:{port}: {error.strerror}"))
        return 2
    serve(resolve(f"{service.module}:create_app"), [listening], [], dict(urls))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
