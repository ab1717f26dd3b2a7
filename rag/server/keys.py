"""API keys: a file of SHA-256 hashes, what each may do, and which collections it sees.

A key has 256 random bits, so one round of SHA-256 keeps it: there is nothing to guess. It is shown once, when made.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from filelock import FileLock

from rag.errors import UsageError, did_you_mean

__all__ = ["SCOPES", "Key", "Keys", "check_collection"]

SCOPES = ("ask", "index", "admin")
"""Ask questions; upload and delete files; everything, figures included."""
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PREFIX = "rag-"


def check_collection(name: str) -> str:
    """A collection's name. It goes into filters, where `*` would stand for every collection.

    Raises:
        UsageError: it is not of letters, digits, `.`, `_` and `-`.
    """
    if not _COLLECTION.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a collection: 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first"
        )
    return name


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do. The key itself is not kept."""

    id: str
    hash: str
    name: str = ""
    scopes: tuple[str, ...] = ("ask",)
    collections: tuple[str, ...] | None = None
    """Collections it sees; every document where None."""
    rate: int | None = None
    """Requests a minute; no bound where None."""
    created: str = ""


class Keys:
    """The keys of one file. A change of the file counts from the next request on."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._by_hash: dict[str, Key] = {}

    def find(self, secret: str) -> Key | None:
        """The key that a secret is; None where there is no such key."""
        self._refresh()
        return self._by_hash.get(_hash(secret))

    def all(self) -> list[Key]:
        """Every key, oldest first."""
        self._refresh()
        return list(self._by_hash.values())

    def create(
        self,
        name: str = "",
        scopes: Sequence[str] = ("ask",),
        collections: Sequence[str] | None = None,
        rate: int | None = None,
    ) -> tuple[Key, str]:
        """A new key, and the secret that is shown once.

        Raises:
            UsageError: a scope or a collection is not one.
        """
        for scope in scopes:
            if scope not in SCOPES:
                hint = did_you_mean(scope, SCOPES)
                raise UsageError(f"no scope is called {scope!r}; there are: {', '.join(SCOPES)}. {hint}".rstrip())
        if rate is not None and rate < 1:
            raise UsageError(f"a rate is at least 1 request a minute, not {rate}")
        secret = _PREFIX + secrets.token_urlsafe(32)
        seen = tuple(check_collection(one) for one in collections) if collections else None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        key = Key(secrets.token_hex(4), _hash(secret), name, tuple(scopes) or ("ask",), seen, rate, now)
        with self._changing() as keys:
            keys.append(key)
            self._write(keys)
        return key, secret

    def revoke(self, wanted: str) -> Key:
        """Forgets a key, named by its id or name.

        Raises:
            UsageError: there is none, or several of that name.
        """
        with self._changing() as keys:
            found = [key for key in keys if wanted in (key.id, key.name)]
            if len(found) != 1:
                ids = ", ".join(key.id for key in found)
                said = f"several keys are called {wanted!r}: name one of {ids}" if found else f"no key {wanted!r}"
                raise UsageError(f"{said} in {self.file}: rag key list shows them")
            self._write([key for key in keys if key is not found[0]])
        return found[0]

    def _changing(self) -> _Changing:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        return _Changing(self)

    def read(self) -> list[Key]:
        """The file as it is now.

        Raises:
            UsageError: it is no file of keys. A server then lets nobody in.
        """
        try:
            rows = json.loads(self.file.read_text(encoding="utf-8"))["keys"]
            return [
                replace(
                    Key(**row),
                    scopes=tuple(row["scopes"]),
                    collections=None if row["collections"] is None else tuple(row["collections"]),
                )
                for row in rows
            ]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{self.file} is not a file of keys ({error}): rag key create makes one") from None

    def _refresh(self) -> None:
        found = self.file.stat() if self.file.exists() else None
        seen = (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
        with self._lock:
            if seen != self._seen or seen is None:
                self._by_hash = {key.hash: key for key in self.read()} if seen else {}
                self._seen = seen

    def _write(self, keys: Sequence[Key]) -> None:
        """The new file in place of the old one, readable by its owner only."""
        text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1)
        beside = self.file.with_name(self.file.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self.file)


class _Changing:
    """The keys while one process changes them."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._lock = FileLock(keys.file.with_name(keys.file.name + ".lock"), timeout=10)

    def __enter__(self) -> list[Key]:
        self._lock.acquire()
        try:
            return self._keys.read() if self._keys.file.exists() else []
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", errors="surrogateescape")).hexdigest()
