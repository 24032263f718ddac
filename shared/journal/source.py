"""Which journal this is: `/huiying/<producer>/<id>`, the id made with the schema and never again."""

from shared.db import Transaction


def source_name(producer: str, journal_id: object) -> str:
    """The CloudEvents source of a journal's events."""
    return f"/huiying/{producer}/{journal_id}"


async def source_of(tx: Transaction, schema: str) -> str:
    """The source of this schema's journal."""
    return source_name(schema, await tx.value(f"SELECT journal_id FROM {schema}.identity"))


RENAME = "UPDATE {schema}.identity SET journal_id = gen_random_uuid()"
"""Makes a schema's journal another one: for the owner, on a database that goes on from an earlier state of itself."""
