"""What the settings say reaches aiokafka, and settings that do not fit together are refused."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from shared.bus.address import KafkaAddress
from shared.settings import KafkaSettings


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key, as PEM files."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafka")]), datetime.now(UTC)
    begun = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = begun.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return folder / "cert.pem", folder / "key.pem"


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
