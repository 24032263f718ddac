"""A member of a group as a process of its own, to be killed: `python member.py BOOTSTRAP GROUP`."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared.bus.address import KafkaAddress
from shared.bus.subscriber import Subscriber


async def main(bootstrap: str, group: str) -> None:
    """Poll for ever."""
    member = Subscriber(KafkaAddress(bootstrap), group, ["intake"])
    while True:
        await member.poll()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
