"""Questions over rows: what is computed, and above all what is left alone."""

import pytest

from rag.tabular.computing import compute
from rag.tabular.naming import Names
from rag.tabular.question import asked
from rag.tabular.table import Table

HEAD = ["Flat", "City", "Monthly rent", "Rooms", "Balcony", "Available from", "Features", "Status"]
ROWS = [
    ["Lund 1", "Berlin", "€1,450", "3", "yes", "2024-03-01", "lift, garage", "let"],
    ["Lund 2", "Berlin", "€1,200", "2", "no", "2024-01-15", "lift", "free"],
    ["Pier 7", "Hamburg", "€980", "2", "yes", "2023-11-01", "garage", "free"],
    ["Mole 3", "Munich", "€2,100", "5", "no", "2024-06-01", "lift, sauna", "late"],
    ["Mole 4", "Munich", "€1,450", "3", "yes", "2024-06-01", "", "let"],
]


def table(head: list[str], rows: list[list[str]], called: str) -> Table:
    return Table(
        head, list(map(list, zip(*rows, strict=True))), [(place, place + 1) for place in range(len(rows))], [called]
    )


FLATS = Names.of(table(HEAD, ROWS, "flats"))


def answer(question: str, names: Names = FLATS) -> str | None:
    read = asked(question, names)
    result = read and compute(read, names.table, shown=20)
    return result.text if result else None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which flat has the highest rent?", "Mole 3 (Monthly rent: €2,100)"),
        ("Which flat in Berlin has the lowest rent?", "Lund 2 (Monthly rent: €1,200)"),
        ("What is the highest rent in Berlin?", "€1,450 (Lund 1)"),
        ("cheapest flat with a balcony", "Pier 7 (Monthly rent: €980)"),
        ("How much is the cheapest flat?", "€980 (Pier 7)"),
        ("Which flat has the most rooms?", "Mole 3 (Rooms: 5)"),
        ("Which two flats are the cheapest?", None),
        ("What are the two cheapest flats?", "Pier 7 (€980), Lund 2 (€1,200)"),
        ("Which flats have the highest rent in Munich?", "Mole 3 (Monthly rent: €2,100)"),
        ("Which city has the most expensive flat?", "Munich (Monthly rent: €2,100)"),
        ("Which city has the most flats?", "Berlin and Munich (2 rows)"),
        ("Which flat has the second highest rent?", "Lund 1 and Mole 4 (Monthly rent: €1,450)"),
        ("What is the 2nd cheapest flat?", "Lund 2 (Monthly rent: €1,200)"),
        (
            "What is the average rent per city?",
            "Munich: €1,775; Berlin: €1,325; Hamburg: €980 (mean of Monthly rent by City, 5 rows)",
        ),
        ("total rooms by status", "let: 6; late: 5; free: 4 (sum of Rooms by Status, 5 rows)"),
        ("How many flats are there in each city?", "Berlin: 2; Munich: 2; Hamburg: 1 (rows by City, 5 rows)"),
        ("How many flats with a balcony per city?", "Berlin: 1; Hamburg: 1; Munich: 1 (rows by City, 3 rows)"),
        (
            "How many different cities are there per status?",
            "let: 2; free: 2; late: 1 (different values of City by Status, 5 rows)",
        ),
        (
            "What is the highest rent for each city?",
            "Munich: €2,100; Berlin: €1,450; Hamburg: €980 (highest of Monthly rent by City, 5 rows)",
        ),
        ("How many flats are there by number of rooms?", "2: 2; 3: 2; 5: 1 (rows by Rooms, 5 rows)"),
        ("Which city has the lowest average rent?", "Hamburg (mean of Monthly rent: €980, 1 row)"),
        ("How many flats are in Berlin?", "2 (of 5 rows)"),
        ("How many flats are there?", "5"),
        ("How many flats in Munich do not have a balcony?", "1 (of 5 rows)"),
        ("How many flats were late?", "1 (of 5 rows)"),
        ("How many flats have no more than 2 rooms?", "2 (of 5 rows)"),
        ("How many flats in Hamburg are late?", "0 (of 5 rows)"),
        ("How many different cities are there?", "3 (different values of City in 5 rows)"),
        ("Which cities are there?", "Berlin, Hamburg, Munich"),
        ("List all flats with a lift", "Lund 1, Lund 2, Mole 3"),
        ("Which flats are in Berlin or Hamburg?", "Lund 1, Lund 2, Pier 7"),
        ("Which flats are not free?", "Lund 1, Mole 3, Mole 4"),
        ("Which flats cost less than €1,300?", "Lund 2, Pier 7"),
        ("Which flats have a rent between 1000 and 1500 euros?", "Lund 1, Lund 2, Mole 4"),
        ("Which flats are available after 2023?", "Lund 1, Lund 2, Mole 3, Mole 4"),
        ("Which cities have flats with a garage?", "Berlin, Hamburg"),
        ("What is the average rent of flats in Berlin?", "€1,325 (mean of Monthly rent, 2 rows)"),
        ("What is the total monthly rent of all flats?", "€7,180 (sum of Monthly rent, 5 rows)"),
        ("What is the median rent?", "€1,450 (median of Monthly rent, 5 rows)"),
        ("What is the rent of Pier 7?", "€980"),
        ("How many rooms does Pier 7 have?", "2"),
    ],
)
def test_it_is_computed(question: str, expected: str | None) -> None:
    assert answer(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How many flats have a pool?",
        "How many houses are in Berlin?",
        "How many people live in Berlin?",
        "How many flats were let in 2024?",  # the date is of something else
        "How many flats were let after 2023?",
        "How many flats are in Berlin and Munich?",
        "How many flats have a balcony or a lift?",
        "How many more rooms does Mole 3 have than Pier 7?",
        "Who has the highest rent?",
        "What is the oldest flat?",
        "What is the second lowest number of rooms?",  # two share the first place
        "What is the rent per city?",
        "What is the average rent per room?",  # divided, or of each number of rooms?
        "What is the average rent by flat?",
        "What is the average rent by city and status?",
        "What is the cheapest flat per city?",
        "Which city has the second highest average rent?",
        "Which flat has the highest average rent?",
        "List the flats by rent",
        "How many flats were let in January?",  # the date is of something else
        "What percentage of flats have a balcony?",
        "Which flat had the highest rent increase?",
        "Which flats cost more than 1000 dollars?",
        "What are the three cheapest flats?",  # two share the third place
        "What is the difference between the highest and the lowest rent?",
        "Is the average rent above 1000?",
        "Why do flats in Berlin have the highest rent?",
        "Where is the cheapest flat?",
        "What is the rent of flats in Berlin?",
        "Which is the best flat?",
        "What is the city?",
        "What do the cities include?",
        "flats",
        "",
    ],
)
def test_what_is_not_understood_is_left_alone(question: str) -> None:
    assert answer(question) is None


def test_names_that_may_mean_two_things() -> None:
    rows = [["A", "5", "9", "red", "blue"], ["B", "7", "8", "blue", "dark red"], ["C", "6", "7", "red", "red"]]
    names = Names.of(table(["Thing", "Cold rent", "Warm rent", "Body", "Roof"], rows, "things"))
    assert answer("Which thing has the highest rent?", names) is None
    assert answer("Which thing has the highest cold rent?", names) == "B (Cold rent: 7)"
    assert answer("Which things are blue?", names) is None
    assert answer("Which things have a blue roof?", names) == "A"
    assert answer("Which things have the body blue?", names) == "B"
    assert answer("How many things have the roof red?", names) == "1 (of 3 rows)"


def test_a_value_within_another_is_not_taken_for_it() -> None:
    names = Names.of(table(["Car", "Colour"], [["A", "red"], ["B", "dark red"], ["C", "blue"]], "cars"))
    assert answer("How many cars are red?", names) is None
    assert answer("How many cars are blue?", names) == "1 (of 3 rows)"


def test_empty_cells_are_told() -> None:
    rows = [["A", "5"], ["B", ""], ["C", "7"], ["D", "n/a"]]
    names = Names.of(table(["Flat", "Rent"], rows, "flats"))
    assert answer("What is the total rent?", names) == "12 (sum of Rent, 2 rows; 2 rows without a value left out)"
    assert answer("Which flat has the lowest rent?", names) == "A (Rent: 5); 2 rows without a value left out"


def test_several_rows_of_one_thing() -> None:
    rows = [["France", "1952", "42"], ["France", "2007", "61"], ["Italy", "2007", "58"]]
    names = Names.of(table(["country", "year", "pop"], rows, "countries"))
    assert answer("How many countries are there?", names) == "2 (different values of country in 3 rows)"
    assert answer("What is the total population of all countries?", names) is None
    assert answer("What was the population of France in 1952?", names) == "42"
    assert answer("Which country had the lowest population in 2007?", names) == "Italy (pop: 58)"


ORDERS = [
    ["1", "2022-12-05", "Bolt", "10"],
    ["2", "2023-06-01", "Nut", "20"],
    ["3", "2023-12-09", "Bolt", "40"],
    ["4", "2023-12-30", "Nut", "25"],
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the average price in December?", "25 (mean of price, 3 rows)"),
        ("What was the highest price in Dec 2023?", "40"),
        ("How many orders were there in December 2023?", "2 (of 4 rows)"),
        ("How many orders were there in 2023?", "3 (of 4 rows)"),
        ("total price in May 2023", None),  # no row
        ("What is the total price by item in 2023?", "Nut: 45; Bolt: 40 (sum of price by item, 3 rows)"),
        ("How many orders were there in December?", None),  # of which year
        ("What is the total price in December?", None),
        ("How many orders may be late?", None),
        ("What was the average price before December?", None),
    ],
)
def test_the_month_of_the_one_date(question: str, expected: str | None) -> None:
    head = ["no", "order date", "item", "price"]
    assert answer(question, Names.of(table(head, ORDERS, "orders"))) == expected
    also = Names.of(table([*head, "delivery date"], [[*row, row[1]] for row in ORDERS], "orders"))
    assert answer(question, also) is None


def test_a_cell_that_is_called_like_a_month_or_a_place_in_line() -> None:
    rows = [["May", "first", "3"], ["June", "second", "5"], ["Ann", "second", "4"]]
    names = Names.of(table(["Guest", "Class", "Nights"], rows, "guests"))
    assert answer("How many guests are in second class?", names) == "2 (of 3 rows)"
    assert answer("How many nights for May?", names) == "3"
    assert answer("What is the second highest nights?", names) is None


def test_a_column_whose_cell_the_question_gives_is_not_listed_beside_another() -> None:
    rows = [["3.0.0", "2020-07-07", "14, 16"], ["4.0.0", "2022-06-08", "18, 20"], ["5.0.0", "2024-09-17", "20, 22"]]
    versions = Names.of(table(["Version", "Release Date", "Node.js"], rows, ""))
    assert answer("Which Node.js versions does version 5.0.0 support?", versions) == "20, 22"


def test_what_the_question_gives_is_no_answer() -> None:
    rows = [["7", "Wheezy", "2013-05-04"], ["8", "Jessie", "2015-04-25"], ["9", "Stretch", "2017-06-17"]]
    names = Names.of(table(["Version", "Codename", "Release"], rows, "Releases"))
    assert answer("What is the release of Wheezy?", names) is None
    assert answer("What is the version of Wheezy?", names) == "7"


def test_groups_that_some_rows_are_not_of() -> None:
    rows = [["A", "x", "3"], ["B", "", "5"], ["C", "x", ""], ["D", "y", ""], ["E", "y", "2"], ["F", "x", "2"]]
    names = Names.of(table(["Flat", "Block", "Rooms"], rows, "flats"))
    assert answer("How many flats per block?", names) == (
        "x: 3; y: 2 (rows by Block, 5 rows; 1 row without a value left out)"
    )
    assert answer("average rooms per block", names) == (
        "x: 2.5; y: 2 (mean of Rooms by Block, 3 rows; 3 rows without a value left out)"
    )


def test_rows_that_count_others() -> None:
    names = Names.of(table(["Class", "Freq"], [["first", "5"], ["second", "7"]], "passengers"))
    assert answer("How many passengers are there?", names) is None


def test_numbers_as_the_column_writes_them() -> None:
    rows = [["A", "1.200,50 €", "12%"], ["B", "980,00 €", "8%"]]
    names = Names.of(table(["Flat", "Rent", "Share"], rows, "flats"))
    assert answer("What is the total rent?", names) == "2.180,50 € (sum of Rent, 2 rows)"
    assert answer("What is the average share?", names) == "10% (mean of Share, 2 rows)"
    assert answer("What is the total share?", names) is None


def test_an_unknown_noun_is_asked_for() -> None:
    asks: list[str] = []

    def is_row(noun: str) -> bool:
        asks.append(noun)
        return noun == "houses"

    read = asked("How many houses are in Berlin?", FLATS, is_row)
    assert read is not None
    assert read.certainty == pytest.approx(0.85)
    assert asked("How many tenants are in Berlin?", FLATS, is_row) is None
    assert asked("How many odd tenants are in Berlin?", FLATS, is_row) is None
    assert asked("Why are houses in Berlin the cheapest?", FLATS, is_row) is None
    assert asks == ["houses", "tenants"]
