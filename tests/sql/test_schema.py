"""A part of a schema is whole enough to be joined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.sql.schema import Column, Join, Schema, Table, quoted

NAMES = "abcdefgh"


def table(name: str) -> Table:
    columns = [
        Column("id", "INTEGER", True),
        *(Column(f"{other}_id", "INTEGER") for other in NAMES),
        Column("text", "TEXT"),
    ]
    return Table(name, tuple(columns))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=10))
    joins = [Join(one, (f"{other}_id",), other, ("id",)) for one, other in pairs if one != other]
    return Schema(tuple(map(table, names)), tuple(dict.fromkeys(joins)))


def groups(schema: Schema, names: set[str]) -> set[frozenset[str]]:
    """The tables among some that joins over these alone hold together."""
    found = {name: frozenset({name}) for name in names}
    for join in schema.joins:
        if join.table in names and join.to_table in names:
            both = found[join.table] | found[join.to_table]
            found.update(dict.fromkeys(both, both))
    return set(found.values())


@given(schemas(), st.data())
def test_a_part_is_closed_over_foreign_keys(schema: Schema, data: st.DataObject) -> None:
    names = [one.name for one in schema.tables]
    wanted = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    part = schema.only({name: ["text"] for name in wanted})
    kept = {one.name for one in part.tables}
    assert set(wanted) <= kept
    for whole in groups(schema, set(names)):
        together = [group for group in groups(part, kept) if group & whole & set(wanted)]
        assert len(together) <= 1  # what can be joined in the whole schema can be joined in the part
    for join in part.joins:
        for name, columns in join.ends:
            one = part.table(name)
            assert one is not None
            assert all(one.column(column) for column in columns)
    for one in part.tables:
        assert one.primary == ("id",)
    assert part.only(dict.fromkeys(kept)) == part


@given(schemas(), st.data())
def test_joins_reach_every_table_once(schema: Schema, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.sampled_from([one.name for one in schema.tables]), min_size=1, unique=True))
    joins = schema.joined(wanted)
    reached = {name for join in joins for name, _ in join.ends}
    count = len(groups(Schema(schema.tables, tuple(joins)), reached)) if reached else 0
    assert len(joins) == len(reached) - count  # a forest: no join too many


def test_a_path_is_the_shortest() -> None:
    joins = [Join(one, ("x",), other, ("id",)) for one, other in (("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"))]
    schema = Schema(tuple(map(table, "abcde")), tuple(joins))
    assert schema.path(["a"], "d") == [joins[3]]
    assert schema.path(["a"], "c") in ([joins[0], joins[1]], [joins[3], joins[2]])
    assert schema.path(["a"], "a") == []
    assert schema.path(["a"], "e") is None
    assert schema.closed(["a", "e"]) == ["a", "e"]


def test_names_are_quoted_where_they_must_be() -> None:
    assert [quoted(name) for name in ("Name", "order", "two words", 'a"b', "é", "1st", "")] == [
        "Name", '"order"', '"two words"', '"a""b"', '"é"', '"1st"', '""',
    ]  # fmt: skip
