"""The shipped proxy configuration in a real nginx: what is for outsiders passes, what is not does not exist."""

import http.client
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, answers, free_port
from deploy.local.processes import launch
from tests.beyond.programs import ROOT, libraries, program


class Names(http.server.BaseHTTPRequestHandler):
    """A service that answers with its own port and the path that it was asked for."""

    def do_GET(self) -> None:
        _, port = self.connection.getsockname()
        body = f"{port} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing on the terminal."""


@pytest.fixture(scope="module")
def services() -> Iterator[dict[str, int]]:
    """Five small servers, by name."""
    servers = {
        name: http.server.ThreadingHTTPServer((LOOPBACK, 0), Names)
        for name in ("console", "intake", "grading", "tasks", "publishing")
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield {name: server.socket.getsockname()[1] for name, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def proxy(services: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with the shipped file, its names and its port replaced by this test's."""
    nginx = program("nginx", "deploy/local/debian.sh nginx")
    home, port = tmp_path_factory.mktemp("nginx"), free_port()
    shipped = (ROOT / "deploy" / "proxy" / "huiying.conf").read_text(encoding="utf-8")
    for number, (name, at) in enumerate(services.items()):
        shipped = shipped.replace(f"server {name}:{8000 + number};", f"server {LOOPBACK}:{at};")
    shipped = shipped.replace("listen 8080;", f"listen {LOOPBACK}:{port};").replace("/dev/stdout", "access.log")
    (home / "huiying.conf").write_text(shipped, encoding="utf-8")
    folders = "".join(
        f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (home / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {home}/pid; error_log {home}/error.log;\n"
        f"events {{}}\nhttp {{ {folders} include {home}/huiying.conf; }}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in libraries(nginx).items():
            patch.setenv(name, value)
        process = launch([nginx, "-p", f"{home}/", "-c", home / "nginx.conf"], log=home / "said.log", cwd=home)
    until = time.monotonic() + 10
    while not answers(port) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert process.poll() is None, (home / "said.log").read_text()
    yield port
    process.kill()
    process.wait()


def _ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "service", "seen"),
    [
        ("/", "console", "/"),
        ("/login", "console", "/login"),
        ("/static/console.css", "console", "/static/console.css"),
        ("/console/v1/token", "console", "/v1/token"),
        ("/v1/complaints", "intake", "/v1/complaints"),
        ("/v1/complaints/ABC-123", "intake", "/v1/complaints/ABC-123"),
        ("/v1/monitoring/watcher/events", "intake", "/v1/monitoring/watcher/events"),
        ("/intake/v1/incidents?limit=5", "intake", "/v1/incidents?limit=5"),
        ("/grading/v1/gradings", "grading", "/v1/gradings"),
        ("/tasks/v1/tasks", "tasks", "/v1/tasks"),
        ("/publishing/v1/responses", "publishing", "/v1/responses"),
    ],
)
def test_what_is_for_outsiders_passes(proxy: int, services: dict[str, int], path: str, service: str, seen: str) -> None:
    assert _ask(proxy, path) == (200, f"{services[service]} {seen}")


@pytest.mark.parametrize(
    "path",
    [
        "/internal/journal",
        "/tasks/internal/parked",
        "/tasks/v1/../internal/parked",
        "/tasks/v1/%2e%2e/internal/parked",
        "/v1/complaints/../../internal/journal",
        "/tasks/v1/..%2finternal/parked/../../../internal/parked",
        "/metrics",
        "/intake/metrics",
        "/readyz",
        "/v1/incidents",
        "/v1/complaints/%2e%2e/incidents",
        "/docs",
    ],
)
def test_what_is_not_does_not_exist(proxy: int, path: str) -> None:
    status, body = _ask(proxy, path)
    assert status in {400, 404}, body


def test_nothing_of_a_request_line_reaches_the_log(proxy: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    _ask(proxy, "/v1/complaints/RECEIPT-OF-SOMEBODY?phone=13800138000")
    logs: list[Path] = list(tmp_path_factory.getbasetemp().glob("nginx*/access.log"))
    text = "".join(file.read_text() for file in logs)
    assert text
    assert "RECEIPT" not in text
    assert "13800138000" not in text
