"""Any database that SQLAlchemy reaches, read in a transaction that is read-only where the database has such."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.errors import MissingExtra, UsageError
from rag.sql.database import Database, Refused, Rows, StatementError, TooSlow, must_read
from rag.sql.schema import Column, Join, Schema, Table

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["Alchemy"]

_DIALECTS = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
"""SQLAlchemy's names that sqlglot has others for."""
_PRIVATE = (
    "pg_",
    "lo_",
    "dblink",
    "xp_",
    "sp_",
    "dbms_",
    "utl_",
    "read_",
    "load_",
    "system$",
    "query_to_xml",
    "pragma_",
)
_NEVER = frozenset(
    {
        "sleep", "benchmark", "nextval", "setval", "set_config", "openrowset", "opendatasource", "openquery", "glob",
        "get_lock", "release_lock", "sys_exec", "sys_eval", "waitfor", "table_to_xml", "cursor_to_xml", "getenv",
        "copy", "file_read", "httpuritype", "url", "s3", "file", "remote", "shell",
    }
)  # fmt: skip
"""Functions that write, wait, or reach out of the database: by name, or by how their names begin."""


class Alchemy(Database):
    """A database by its address.

    A statement is run only if sqlglot reads it as a single query without anything that writes, and it is run in a
    transaction that is rolled back; PostgreSQL and MySQL are told that it only reads, and how long it may take. Others
    know no such limit: give a user who may read and nothing else.
    """

    def __init__(self, address: str) -> None:
        try:
            import sqlalchemy
            import sqlglot
        except ImportError as error:
            raise MissingExtra(str(error.name), "sql", "a database by its address") from error
        self._alchemy, self._glot = sqlalchemy, sqlglot
        try:
            self._address = sqlalchemy.engine.make_url(address)
            self._dialect = self._address.get_dialect()().name
        except (sqlalchemy.exc.ArgumentError, sqlalchemy.exc.NoSuchModuleError) as error:
            raise UsageError(f"the address of the database cannot be read: {error}") from error
        self.name = self._address.render_as_string(hide_password=True)
        self.dialect = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mssql": "SQL Server"}.get(
            self._dialect, self._dialect
        )

    @cached_property
    def _engine(self) -> Engine:
        try:
            return self._alchemy.create_engine(self._address)
        except ImportError as error:
            raise UsageError(f"{self.name}: needs the driver {error.name!r}, which is not installed") from error

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                if self._dialect == "postgresql":
                    connection.execution_options(postgresql_readonly=True)
                yield connection
                connection.rollback()
        except self._alchemy.exc.OperationalError as error:
            raise UsageError(f"{self.name}: cannot be read: {error.orig}") from error

    def stamp(self) -> str:
        """The same always: an address does not tell whether its database changed."""
        return self.name

    def schema(self) -> Schema:
        """By SQLAlchemy's inspector, of the address's own schema."""
        tables: dict[str, Table] = {}
        joins: list[Join] = []
        with self._connection() as connection:
            inspector = self._alchemy.inspect(connection)
            names = [*inspector.get_table_names(), *inspector.get_view_names()]
            for name in names:
                keys = set(inspector.get_pk_constraint(name).get("constrained_columns") or ())
                columns = [
                    Column(
                        one["name"],
                        _type(one["type"]),
                        one["name"] in keys,
                        " ".join(str(one.get("comment") or "").split()),
                    )
                    for one in inspector.get_columns(name)
                ]
                tables[name] = Table(name, tuple(columns))
            for name in names:
                for key in inspector.get_foreign_keys(name):
                    if key["referred_table"] in tables and not key.get("referred_schema"):
                        ends = tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"])
                        joins.append(Join(name, *ends))
        if not tables:
            raise UsageError(f"{self.name}: the database has no table")
        return Schema(tuple(tables.values()), tuple(joins))

    def values(self, table: str, column: str, most: int) -> Sequence[Any]:
        """Of the rows that the database gives first."""
        alchemy = self._alchemy
        field = alchemy.column(column)
        some = (
            alchemy.select(field.label("v")).select_from(alchemy.table(table)).where(field.isnot(None)).limit(most * 20)
        )
        asked = alchemy.select(some.subquery().c.v).distinct().limit(most)
        with self._connection() as connection:
            return [value for (value,) in connection.execute(asked)]

    def native(self, statement: str) -> str:
        """Translated by sqlglot, every name quoted: they are written as the database has them, in its case."""
        write = _DIALECTS.get(self._dialect, self._dialect)
        translated: str = self._glot.transpile(statement, read="sqlite", write=write, identify=True)[0]
        return translated

    def run(self, statement: str, *, rows: int, seconds: float) -> Rows:
        """Read by sqlglot first, then run."""
        tables = self._checked(statement)
        exc = self._alchemy.exc
        with self._connection() as connection:
            try:
                self._limit(connection, seconds)
                found = connection.exec_driver_sql(statement.replace("%", "%%") if self._percent else statement)
                read = [tuple(row) for row in found.fetchmany(rows + 1)]
                columns = tuple(found.keys())
            except exc.DBAPIError as error:
                told = " ".join(str(error.orig).split())
                if "timeout" in told or "maximum statement execution time" in told:
                    raise TooSlow(f"the statement did not end within {seconds:g} s") from None
                raise StatementError(told) from None
            connection.rollback()
        return Rows(columns, tuple(read[:rows]), len(read) > rows, tables)

    @property
    def _percent(self) -> bool:
        """Whether the driver reads a percent sign as the place of a parameter."""
        return self._engine.dialect.paramstyle in {"format", "pyformat"}

    def _limit(self, connection: Connection, seconds: float) -> None:
        milliseconds = max(1, int(seconds * 1000))
        if self._dialect == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
        elif self._dialect in ("mysql", "mariadb"):
            limit = (
                f"max_execution_time = {milliseconds}"
                if self._dialect == "mysql"
                else f"max_statement_time = {seconds}"
            )
            connection.exec_driver_sql(f"SET SESSION {limit}")
            connection.exec_driver_sql("START TRANSACTION READ ONLY")

    def _checked(self, statement: str) -> tuple[str, ...]:
        """The tables that a statement reads.

        Raises:
            Refused: it is no single query, or does more than read.
        """
        from sqlglot import exp

        must_read(statement)
        dialect = _DIALECTS.get(self._dialect, self._dialect)
        try:
            parsed = [one for one in self._glot.parse(statement, read=dialect) if one is not None]
        except self._glot.errors.SqlglotError as error:
            raise StatementError(f"the statement cannot be read: {' '.join(str(error).split())[:300]}") from None
        if len(parsed) != 1:
            raise Refused("only one statement is run")
        (query,) = parsed
        if not isinstance(query, exp.Query):
            raise Refused(f"only a SELECT is run, not {query.key.upper()}")
        for node in query.walk():
            if isinstance(node, (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Lock)) and not isinstance(
                node, exp.Query
            ):
                raise Refused(f"only reading is allowed, not {node.key.upper()}")
            if isinstance(node, exp.Func):
                name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
                if name in _NEVER or name.startswith(_PRIVATE):
                    raise Refused(f"only reading is allowed, not the function {name}")
        inner = {cte.alias for cte in query.find_all(exp.CTE)}
        return tuple(dict.fromkeys(table.name for table in query.find_all(exp.Table) if table.name not in inner))


def _type(kind: Any) -> str:
    try:
        return str(kind)
    except Exception:  # noqa: BLE001  # types that need a dialect to be written
        return type(kind).__name__
