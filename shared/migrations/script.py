"""Running a whole SQL script inside a migration."""

from alembic import op
from sqlalchemy.util import await_only


def execute_script(sql: str) -> None:
    """Run many statements at once, inside the migration's transaction.

    The driver prepares single statements only, so the script goes to it directly; the statement before it makes sure that
    the transaction has begun, for otherwise each would commit by itself.
    """
    connection = op.get_bind()
    connection.exec_driver_sql("SELECT 1")
    driver = connection.connection.driver_connection
    assert driver is not None
    await_only(driver.execute(sql))
