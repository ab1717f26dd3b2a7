"""A small database of singers and their concerts, for tests."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

SCRIPT = """
CREATE TABLE stadium (
    Stadium_ID INTEGER PRIMARY KEY, Name TEXT, City TEXT, Capacity INTEGER
);
CREATE TABLE singer (
    Singer_ID INTEGER PRIMARY KEY, Name TEXT, Country TEXT, Age INTEGER, Net_Worth_Millions REAL, Is_male TEXT
);
CREATE TABLE concert (
    Concert_ID INTEGER PRIMARY KEY, Concert_Name TEXT, Theme TEXT, Year INTEGER,
    Stadium_ID INTEGER REFERENCES stadium (Stadium_ID)
);
CREATE TABLE singer_in_concert (
    Concert_ID INTEGER REFERENCES concert (Concert_ID), Singer_ID INTEGER REFERENCES singer (Singer_ID),
    PRIMARY KEY (Concert_ID, Singer_ID)
);
CREATE TABLE ticket_shop (Shop_ID INTEGER PRIMARY KEY, Street TEXT, "order" TEXT);
INSERT INTO stadium VALUES
    (1, 'Rose Park', 'Oslo', 4000), (2, 'Harbour Hall', 'Bergen', 900), (3, 'Old Mill', 'Oslo', 300);
INSERT INTO singer VALUES
    (1, 'Joe Sharp', 'Netherlands', 52, 12.5, 'F'), (2, 'Timbaland', 'United States', 32, 85, 'T'),
    (3, 'Rose White', 'France', 41, 3, 'F'), (4, 'John Nizinik', 'France', 43, 7, 'T'),
    (5, 'Tribal King', 'France', 25, 1, 'T');
INSERT INTO concert VALUES
    (1, 'Auditions', 'Free choice', 2014, 1), (2, 'Super bootcamp', 'Bleeding Love', 2014, 2),
    (3, 'Home visits', 'Wide Awake', 2015, 2), (4, 'Week 1', 'Party All Night', 2015, 1);
INSERT INTO singer_in_concert VALUES (1, 2), (1, 3), (1, 5), (2, 3), (3, 5), (4, 3);
INSERT INTO ticket_shop VALUES (1, 'Quay 3', 'first');
"""


def concerts(path: Path) -> Path:
    """Makes the database at a path, and returns it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
    return path


_FOLDER = tempfile.TemporaryDirectory(prefix="concerts-")  # goes with the process
CONCERTS = str(concerts(Path(_FOLDER.name) / "concerts.sqlite"))
"""For tests that need one before a fixture can make it."""
