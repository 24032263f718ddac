"""Every setting has its row in docs/settings.md, and a wrong value of any is told by its variable and by what was expected."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.documents.settings import OTHERS, SETTINGS, settings_document
from services.console.settings import Settings as ConsoleSettings
from shared.settings import PREFIX, load

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "HUIYING_DATABASE_URL": "postgresql://huiying_console:x@127.0.0.1:5432/huiying",
    "HUIYING_DIRECTORY_DATABASE_URL": "postgresql://huiying_directory:x@127.0.0.1:5432/huiying",
    "HUIYING_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HUIYING_SECRETS_DIR": "var/secrets",
    "HUIYING_VAR": "var",
}
FREE = {"kafka_username", "kafka_password", "secrets_dir", "var", "clock_file"}
"""Any text, and folders that are looked for when they are used."""
WRONG = {
    "database_url": ("mysql://x", "postgresql://role:password@host:port/database"),
    "directory_database_url": ("localhost", "postgresql://role:password@host:port/database"),
    "database_direct": ("localhost", "host:port"),
    "kafka_bootstrap": ("kafka-1:9092,kafka-2", "host:port"),
    "kafka_idempotent": ("perhaps", "boolean"),
    "kafka_security": ("TLS", "'PLAINTEXT', 'SSL'"),
    "kafka_sasl_mechanism": ("GSSAPI", "'PLAIN'"),
    "kafka_ca_file": ("/nowhere.pem", "file"),
    "kafka_cert_file": ("/nowhere.pem", "file"),
    "kafka_key_file": ("/nowhere.pem", "file"),
    "peers": ('{"tasks": "127.0.0.1:8003"}', "http://host:port"),
    "production": ("perhaps", "boolean"),
    "log_level": ("loud", "'debug', 'info'"),
    "traces": ("collector:4318", "http://host:port"),
    "drain_seconds": ("-1", "greater than or equal to 0"),
    "clock_pause_seconds": ("3601", "less than or equal to 3600"),
}


def test_every_setting_has_a_wrong_value_here() -> None:
    assert {name for model in SETTINGS.values() for name in model.model_fields} == WRONG.keys() | FREE


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_value_is_told_in_one_line_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for variable, value in GOOD.items():
        monkeypatch.setenv(variable, value)
    wrong, expected = WRONG[name]
    monkeypatch.setenv(PREFIX + name.upper(), wrong)
    with pytest.raises(SystemExit) as ended:
        load(ConsoleSettings)
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert f" {PREFIX}{name.upper()}: " in lines[0]
    assert expected in lines[0]


def test_the_document_has_a_row_for_every_setting_with_its_meaning() -> None:
    document = settings_document()
    for model in SETTINGS.values():
        for name, field in model.model_fields.items():
            assert field.description
            assert f"| `{PREFIX}{name.upper()}` |" in document
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == document


def test_every_variable_that_code_names_has_a_row() -> None:
    """Also those of the runner, of containers and of operators' commands, which no model of settings holds."""
    known = {PREFIX + name.upper() for model in SETTINGS.values() for name in model.model_fields}
    known |= {row[0] for row in OTHERS}
    for folder in ("shared", "services", "deploy"):
        for file in (ROOT / folder).rglob("*.py"):
            named = set(re.findall(r"[\"'](HUIYING_[A-Z_]+[A-Z])\b", file.read_text(encoding="utf-8")))
            assert named <= known, f"{file}: {sorted(named - known)}"


def test_tracing_that_is_off_loads_nothing_and_needs_nothing_installed() -> None:
    """FastAPI brings OpenTelemetry's bare API with it; of all else nothing is looked for, or it would fail here."""
    program = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter', 'opentelemetry.proto', 'requests')):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
import services.console.main, services.intake.main, services.grading.main, services.tasks.main, services.publishing.main
from shared.telemetry import spans
assert spans.active() is None and spans.present() is None and spans.of_subjects([]) is None
assert 'opentelemetry.sdk' not in sys.modules and 'shared.telemetry.tracing' not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_traces_without_opentelemetry_installed_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable, value in {**GOOD, "HUIYING_TRACES": "http://collector:4318"}.items():
        monkeypatch.setenv(variable, value)
    assert load(ConsoleSettings).traces == "http://collector:4318"
    monkeypatch.setattr("shared.settings.find_spec", lambda _: None)
    with pytest.raises(SystemExit):
        load(ConsoleSettings)
    assert "HUIYING_TRACES" in (said := capsys.readouterr().err)
    assert "not installed" in said
