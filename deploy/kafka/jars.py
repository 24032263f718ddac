"""What a broker is run from: jars by Maven, an archive of loaded classes, and the storage that Kafka's own tool formats."""

import base64
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.kafka.properties import Place, write_properties
from deploy.local.errors import SetupError, StartError
from deploy.local.ports import answers, free_port
from deploy.local.processes import end, launch, tail

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
LOGGING = HERE / "log4j2.properties"
SMALL = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms64m", "-Xmx256m")
CLASSES = "classes.jsa"
CHECKPOINT = "bootstrap.checkpoint"
READY = "ready"
FIRST_RUN = 60.0


@dataclass(frozen=True, slots=True)
class Jars:
    """A folder with all that is needed: `lib/*.jar`, the class archive where the JVM could make one, the checkpoint.

    The checkpoint holds the feature levels of Kafka's `StorageTool format`; with `meta.properties` it is all of a fresh storage.
    """

    folder: Path
    java: str

    def command(self, main: str, *arguments: str | Path, archive: str | None = None) -> list[str | Path]:
        """A small JVM that starts quickly; `archive` is the option about class data, the archive's use if not given."""
        classes = self.folder / CLASSES
        shared = archive or (f"-XX:SharedArchiveFile={classes}" if classes.exists() else "-Xshare:auto")
        return [
            self.java,
            *SMALL,
            shared,
            "-Xlog:cds=off",
            "-Xlog:cds+dynamic=off",
            f"-XX:ErrorFile={self.folder}/java-error-%p.log",
            f"-Dlog4j2.configurationFile={LOGGING}",
            "-cp",
            f"{self.folder}/lib/*",
            main,
            *arguments,
        ]


def ensure_jars(kept: Path, say: Callable[[str], None]) -> Jars:
    """The jars in `kept`, fetched when they are not there yet; later starts need neither network nor Maven.

    Raises SetupError where Java or Maven is missing, StartError when Maven or the first run fails.
    """
    java = _program("java", "17")
    jars = Jars(kept / f"jars-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}", java)
    kept.mkdir(parents=True, exist_ok=True)
    # In its final place and not renamed into it: the archive of classes holds for jars at these very paths.
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (jars.folder / READY).exists():
            shutil.rmtree(jars.folder, ignore_errors=True)
            jars.folder.mkdir()
            _fetch(jars.folder, say)
            _first_run(jars, say)
            (jars.folder / READY).touch()
    return jars


def cluster_id() -> str:
    """A random cluster id as Kafka writes it: 16 bytes, URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")


def _program(name: str, version: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SetupError(
            f"找不到 {name}：请安装 JDK {version} 以上与 Maven（如 apt-get install default-jdk-headless maven）。",
            f"{name} is not installed: install a JDK of {version} or later and Maven, such as "
            "`apt-get install default-jdk-headless maven`",
        )
    return found


def _fetch(folder: Path, say: Callable[[str], None]) -> None:
    maven = _program("mvn", "17")
    say("用 Maven 下载 Kafka（首次，约 45 MB）/ fetching Kafka by Maven, 45 MB, this once")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={folder / 'lib'}", "-DincludeScope=runtime"]
    quiet = ["-q", "-B", "--no-transfer-progress", "-Dstyle.color=never"]
    done = subprocess.run(
        [maven, *quiet, "--strict-checksums", "-f", POM, *goal],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        words = " | ".join((done.stdout + done.stderr).decode(errors="replace").strip().splitlines()[:3])
        raise StartError(f"Maven ended with status {done.returncode}: {words}")


def _first_run(jars: Jars, say: Callable[[str], None]) -> None:
    """Format once for all, and run one node until it listens, for the JVM to write down the classes that it loaded."""
    say("首次启动，准备类缓存 / first run, making the archive of classes")
    place = Place(1, free_port(), free_port())
    home = jars.folder / "first"
    home.mkdir()
    properties = write_properties(home, place, (place,))
    log = jars.folder / "first.log"
    tool = jars.command("kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", properties)
    done = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise StartError(
            f"formatting ended with status {done.returncode}: {done.stderr.decode(errors='replace')[-400:]}"
        )
    shutil.copy(home / "data" / CHECKPOINT, jars.folder / CHECKPOINT)
    archiving = f"-XX:ArchiveClassesAtExit={jars.folder / CLASSES}"
    process = launch(jars.command("kafka.Kafka", properties, archive=archiving), log=log)
    deadline = time.monotonic() + FIRST_RUN
    while not answers(place.port) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if process.poll() is not None:
        raise StartError(f"the first run ended with status {process.returncode}: {tail(log)}")
    end(psutil.Process(process.pid), ((signal.SIGTERM, FIRST_RUN), (signal.SIGKILL, 5.0)))
    process.wait()
    shutil.rmtree(home)
