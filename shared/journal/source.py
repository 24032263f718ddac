"""Which journal this is: `/huiying/<producer>/<id>`, the id made with the schema and never again."""

from shared.db import Transaction


def source_name(producer: str, journal_id: object) -> str:
    """The CloudEvents source of a journal's events."""
    return f"/huiying/{producer}/{journal_id}"


async def source_of(tx: Transaction, schema: str) -> str:
    """The source of this schema's journal."""
    return source_name(schema, await tx.value(f"SELECT journal_id FROM {schema}.identity"))
