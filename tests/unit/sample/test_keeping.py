"""What the sample keeps under `var/`, and how it signs."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from deploy.sample.client import SampleError
from deploy.sample.dev_file import DevFile
from deploy.sample.played import Played
from deploy.sample.signing import signed

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="


def test_dev_file_has_the_members_that_scripts_rely_on(tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    file.write_text('{"database_url": "postgresql://x", "kafka_bootstrap": "127.0.0.1:1"}')
    dev = DevFile(tmp_path)
    with pytest.raises(SampleError, match="make run"):
        dev.default_organisation()
    with pytest.raises(SampleError, match="make run"):
        dev.vendor()
    dev.add_api_key("b-city", "key-b")
    dev.add_api_key("a-bureau", "key-a")
    dev.add_api_key("b-city", "key-b2")
    dev.update(vendor={"name": "v", "secret": SECRET})
    dev.update(staff=[{"organisation": "a-bureau", "login": "x@a", "password": "p", "roles": ["office"]}])
    assert json.loads(file.read_text()) == {
        "database_url": "postgresql://x",
        "kafka_bootstrap": "127.0.0.1:1",
        "portal": {"organisation": "a-bureau", "api_key": "key-a"},
        "portals": [
            {"organisation": "a-bureau", "api_key": "key-a"},
            {"organisation": "b-city", "api_key": "key-b2"},
        ],
        "vendor": {"name": "v", "secret": SECRET},
        "staff": [{"organisation": "a-bureau", "login": "x@a", "password": "p", "roles": ["office"]}],
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert (dev.default_organisation(), dev.api_key("b-city"), dev.api_key("c")) == ("a-bureau", "key-b2", None)
    assert dev.password("x@a") == "p"
    with pytest.raises(SampleError, match="y@a"):
        dev.password("y@a")


def test_played_goes_on_where_it_was(tmp_path: Path) -> None:
    first = Played(tmp_path)
    first.became("a", "story", "incident-1")
    second = Played(tmp_path)
    assert second.begun == first.begun
    assert second.incident("a", "story") == "incident-1"
    assert second.incident("b", "story") is None
    second.forget()
    assert Played(tmp_path).incident("a", "story") is None


def test_a_push_is_signed_as_the_standard_asks() -> None:
    content = '{"organisation": "甲"}'.encode()
    at = datetime.now(UTC)
    headers = signed(SECRET, "id-1", content, at)
    assert Webhook(SECRET).verify(content.decode(), headers) == {"organisation": "甲"}
    assert headers["webhook-timestamp"] == str(int(at.timestamp()))
