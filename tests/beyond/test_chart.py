"""The chart: rendered by helm, held against the cluster's own schemas, and against what the product really reads and makes."""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.container.secrets import manifest
from deploy.local.services import PRODUCT
from services.console.settings import Settings as ConsoleSettings
from shared.settings import PREFIX, ServiceSettings
from tests.beyond.programs import ROOT, program

CHART = ROOT / "deploy" / "kubernetes" / "huiying"
BUILD = "deploy/local/gotools.sh"
KUBERNETES = "1.34"
OUTSIDE = {"PodMonitor"}
"""Kinds that belong to an operator and have no schema among Kubernetes' own."""
CONTAINER = {"HUIYING_DATABASE", "HUIYING_DATABASE_OPTIONS", "HUIYING_ADMIN_DATABASE_URL"}
"""Read by deploy.container before there are settings."""
LARGE = {
    "monitoring.enabled": "true",
    "kafka.security": "SASL_SSL",
    "kafka.saslMechanism": "SCRAM-SHA-512",
    "kafka.credentialsSecret": "kafka-user",
    "kafka.caSecret": "kafka-ca",
    "database.sslmode": "verify-full",
    "database.caSecret": "database-ca",
}
SMALL = {"pgbouncer.enabled": "false", "ingress.enabled": "false"}
VALUES: Mapping[str, Mapping[str, str]] = {"default": {}, "large": LARGE, "small": SMALL}


@cache
def _render(values: str) -> str:
    helm = program("helm", BUILD)
    given = [part for name, value in VALUES[values].items() for part in ("--set", f"{name}={value}")]
    command: list[str | Path] = [helm, "template", "office", CHART, "--kube-version", f"{KUBERNETES}.0", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _documents(values: str = "default") -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(_render(values)) if each]


def _containers(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    pod = document["spec"].get("template", {}).get("spec", {})
    return [*pod.get("containers", []), *pod.get("initContainers", [])]


def test_helm_finds_nothing_to_say() -> None:
    helm = program("helm", BUILD)
    done = subprocess.run([helm, "lint", "--strict", CHART], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("values", VALUES)
def test_every_document_is_what_the_cluster_takes(values: str, tmp_path: Path) -> None:
    documents = _documents(values)
    assert {document["kind"] for document in documents} >= {"Deployment", "Service", "ConfigMap", "Job"}
    for document in documents:
        if document["kind"] not in OUTSIDE:
            kubernetes_validate.validate(document, KUBERNETES, strict=True)
    _kubeconform(_render(values), tmp_path)


def _kubeconform(rendered: str, folder: Path) -> None:
    """The same by kubeconform, with the schemas of the Python package: the network has none here."""
    kubeconform = program("kubeconform", BUILD)
    schemas = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    place = next(schemas.glob(f"v{KUBERNETES}.*-local-strict"))
    parts = json.loads((place / "_definitions.json").read_text().replace("/api/_definitions.json#", "#"))["$defs"]
    for each in parts.values():
        each.pop("$id", None)
    for document in yaml.safe_load_all(rendered):
        if document and document["kind"] not in OUTSIDE:
            group, _, version = document["apiVersion"].rpartition("/")
            name = "-".join(filter(None, [document["kind"].lower(), group.partition(".")[0], version]))
            schema = json.loads((place / f"{name}.json").read_text().replace("/api/_definitions.json#", "#"))
            schema.pop("$id", None)
            (folder / f"{name}.json").write_text(json.dumps(schema | {"$defs": parts}))
    command: list[str | Path] = [kubeconform, "-strict", "-skip", ",".join(OUTSIDE), "-schema-location"]
    command += [f"{folder}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", "-"]
    done = subprocess.run(command, input=rendered, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_variable_is_one_that_the_product_reads() -> None:
    known = CONTAINER | {PREFIX + name.upper() for name in ConsoleSettings.model_fields}
    for values in VALUES:
        for document in _documents(values):
            given = set(document.get("data", {})) if document["kind"] == "ConfigMap" else set()
            if document["kind"] in {"Deployment", "Job"} and "pgbouncer" not in document["metadata"]["name"]:
                given |= {each["name"] for container in _containers(document) for each in container.get("env", [])}
            assert given <= known, given - known


def test_the_settings_it_makes_are_good_ones() -> None:
    data = next(each for each in _documents("large") if each["kind"] == "ConfigMap")["data"]
    fields = {name.removeprefix(PREFIX).lower(): value for name, value in data.items() if name not in CONTAINER}
    mounted = {"kafka_ca_file": str(CHART / "Chart.yaml")}  # any file that is there
    fields |= {"kafka_username": "huiying", "kafka_password": "x", "database_url": "postgresql://a:b@c/d"} | mounted
    read = ServiceSettings.model_validate(fields | {"peers": json.loads(fields["peers"])})
    assert set(read.peers) == {service.name for service in PRODUCT.services}


def test_every_secret_that_is_mounted_is_made(tmp_path: Path) -> None:
    data: Any = manifest(tmp_path / "secrets", "huiying-secrets", None)["data"]
    made = set(data)
    for document in _documents():
        if document["kind"] not in {"Deployment", "Job"}:
            continue
        for volume in document["spec"]["template"]["spec"]["volumes"]:
            if volume.get("secret", {}).get("secretName") == "huiying-secrets":
                assert {item["key"] for item in volume["secret"]["items"]} <= made


def test_a_service_is_given_its_own_passwords_and_no_others(tmp_path: Path) -> None:
    data: Any = manifest(tmp_path / "secrets", "huiying-secrets", "office")["data"]
    for document in _documents():
        name = document["metadata"].get("labels", {}).get("app.kubernetes.io/component")
        if document["kind"] != "Deployment" or name == "pgbouncer":
            continue
        secret = next(each for each in document["spec"]["template"]["spec"]["volumes"] if each["name"] == "secrets")
        keys = {item["path"]: item["key"] for item in secret["secret"]["items"]}
        assert keys["passwords.json"] == f"passwords.{name}.json"
        assert (name == "intake") == ("sealing.json" in keys)
        assert f"services.{name}.pem" in data
