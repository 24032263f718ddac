"""`python -m deploy.container.prepare`: secrets, roles, migrations and topics, once before the services start."""

import argparse
import asyncio
import sys

from deploy.container.addresses import required, secrets_folder
from deploy.local.errors import SetupError, StartError
from deploy.local.prepare import prepare, prepare_database
from deploy.local.screen import refuse
from deploy.local.topics import PARTITIONS, create_topics
from deploy.pgbouncer.userlist import write_userlist
from shared.errors import UnavailableError
from shared.secrets import load_secrets
from shared.settings import KafkaSettings, load

EXAMPLES = """environment:
  HUIYING_ADMIN_DATABASE_URL   a superuser's, to the product's own database (named huiying)
  HUIYING_SECRETS_DIR          folder of secrets; what is missing there is made
  HUIYING_KAFKA_BOOTSTRAP      host:port of Apache Kafka

examples:
  docker compose run --rm prepare
  python -m deploy.container.prepare --replication 3     on a Kafka of three brokers or more

Safe to repeat: what is there stays.
"""


def main(arguments: list[str]) -> int:
    """Prepare; 0 when all is there, 1 when something did not work, 2 when a setting is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.container.prepare",
        description="准备密钥、数据库角色与结构、主题 / make secrets, roles, schemas and topics ready",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--replication", type=int, default=1, metavar="N", help="copies of each topic (default: 1)")
    parser.add_argument(
        "--keep-secrets", action="store_true", help="make none: they are mounted (deploy.container.secrets made them)"
    )
    given = parser.parse_args(arguments)
    try:
        _prepare(given.keep_secrets)
        required("HUIYING_KAFKA_BOOTSTRAP", "host:port of Kafka, such as kafka:9092")
        kafka = load(KafkaSettings).kafka
        asyncio.run(create_topics(kafka, partitions=PARTITIONS, replication=given.replication))
    except SetupError as error:
        refuse(error)
        return 2
    except UnavailableError as error:
        refuse(SetupError("缺少密钥，请先运行 deploy.container.secrets。", error.detail))
        return 2
    except StartError as error:
        print(f"准备失败 / preparing failed: {error}", file=sys.stderr, flush=True)
        return 1
    print("准备完成 / ready for the services", flush=True)
    return 0


def _prepare(keep_secrets: bool) -> None:
    admin_url = required("HUIYING_ADMIN_DATABASE_URL", "postgresql://postgres:…@postgres:5432/huiying")
    folder = secrets_folder()
    if keep_secrets:
        prepare_database(admin_url, load_secrets(folder).passwords)
    else:
        prepare(admin_url, folder)
        write_userlist(load_secrets(folder).passwords, folder / "userlist.txt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
