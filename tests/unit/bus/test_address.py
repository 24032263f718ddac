"""What the settings say reaches aiokafka, and settings that do not fit together are refused."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.bus.address import KafkaAddress
from shared.settings import KafkaSettings
from tests.builders.certificates import self_signed


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key, as PEM files."""
    return self_signed(tmp_path_factory.mktemp("tls"))


def settings(**given: Any) -> KafkaSettings:
    return KafkaSettings(kafka_bootstrap="kafka-1:9092,kafka-2:9092", **given)


def test_plain_is_the_default_and_says_nothing_of_secrets() -> None:
    address = settings().kafka
    assert address == KafkaAddress("kafka-1:9092,kafka-2:9092")
    assert address.client() == {"bootstrap_servers": "kafka-1:9092,kafka-2:9092", "security_protocol": "PLAINTEXT"}
    assert address.producer() == address.client() | {"acks": "all", "enable_idempotence": False}


def test_sasl_names_who_signs_in_and_how() -> None:
    address = settings(kafka_security="SASL_PLAINTEXT", kafka_username="huiying", kafka_password="s3cret").kafka
    assert address.client() == {
        "bootstrap_servers": "kafka-1:9092,kafka-2:9092",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "huiying",
        "sasl_plain_password": "s3cret",
    }
    assert "s3cret" not in repr(address)


def test_tls_checks_the_brokers_name_against_the_given_authority(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    address = settings(kafka_security="SSL", kafka_ca_file=cert, kafka_cert_file=cert, kafka_key_file=key).kafka
    context = address.client()["ssl_context"]
    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert [each["subject"] for each in context.get_ca_certs()] == [((("commonName", "kafka"),),)]


def test_an_idempotent_producer_is_asked_for() -> None:
    assert settings(kafka_idempotent=True).kafka.producer()["enable_idempotence"] is True


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kafka_security": "SASL_SSL"}, "KAFKA_USERNAME and _PASSWORD are needed"),
        ({"kafka_security": "SASL_PLAINTEXT", "kafka_username": "x"}, "KAFKA_USERNAME and _PASSWORD are needed"),
        ({"kafka_username": "x"}, "are for SASL"),
        ({"kafka_ca_file": __file__}, "are for SSL"),
        ({"kafka_security": "SSL", "kafka_cert_file": __file__}, "go together"),
        ({"kafka_security": "SSL", "kafka_ca_file": "/nowhere.pem"}, "kafka_ca_file"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**given)
