"""`python -m deploy.grafana`: write the dashboards as Grafana reads them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import as_json

_FOLDER = Path(__file__).resolve().parent
_EXAMPLES = """examples:
  python -m deploy.grafana                     write deploy/grafana/*.json: after boards.py changed
  python -m deploy.grafana --folder /etc/grafana/dashboards    write them where a Grafana looks for them
"""


def main(arguments: Sequence[str]) -> int:
    """Write every board; 0 when done, 2 where the folder cannot be written."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.grafana",
        description="生成 Grafana 看板 / write the Grafana dashboards",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where to (default: deploy/grafana)")
    folder = parser.parse_args(arguments).folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for board in BOARDS:
            (folder / f"{board.uid}.json").write_text(as_json(board), encoding="utf-8", newline="\n")
            print(folder / f"{board.uid}.json")
    except OSError as error:
        print(f"无法写入 {folder} / cannot write there: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
