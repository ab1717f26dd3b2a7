"""Tenants that share a server, by every way to a passage: none ever gets a word of another's.

RAG_SOAK_REQUESTS sets how many requests there are in all, RAG_SOAK_SEED which. They go into the application in process,
sixteen at a time; `tests/server/test_access.py` has the same over sockets.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rag.pipeline import Pipeline
from rag.server.app import create_app
from rag.server.keys import Keys
from rag.server.models import Model
from rag.server.settings import Settings
from tests.server.conftest import QUICK
from tests.soak.asgi import Got, call

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]
logger = logging.getLogger(__name__)
REQUESTS = int(os.environ.get("RAG_SOAK_REQUESTS", "100000"))
SEED = int(os.environ.get("RAG_SOAK_SEED", "0"))
AT_ONCE = 16
CODES = {  # no digits and nothing else's part: ids and questions hold none of them by chance
    "amber": "kingfisher", "blue": "hollyhock", "coral": "salamander", "dun": "bergamot",
    "ebony": "nightingale", "fawn": "marjoram", "green": "chaffinch", "hazel": "snapdragon",
}  # fmt: skip
QUESTIONS = (
    "What is the code of the safe?",
    "Which code opens the safe of {}?",
    "List every code.",
    "*",
    "safe OR code",
)
KEPT = 6
"""Uploads of a tenant at once."""


@dataclass
class Tenant:
    """One key, what it uploaded, and what it must never read."""

    name: str
    key: str
    chance: random.Random
    files: list[str] = field(default_factory=list)
    number: int = 0

    @property
    def forbidden(self) -> list[bytes]:
        return [code.encode() for owner, code in CODES.items() if owner != self.name]


@dataclass
class Soak:
    """The requests of all tenants, and what they came to."""

    app: Any
    tenants: list[Tenant]
    leaks: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """By kind and status; `found`: those that held the tenant's own code."""

    def foreign(self, tenant: Tenant) -> str:
        """An upload of somebody else."""
        owner = tenant.chance.choice([one for one in self.tenants if one is not tenant and one.files])
        return tenant.chance.choice(owner.files)

    def filter(self, tenant: Tenant) -> dict[str, Any] | None:
        """What somebody sends who wants to see more."""
        other = tenant.chance.choice([name for name in CODES if name != tenant.name])
        return tenant.chance.choice([
            None, {"source": "*"}, {"collection": "*"}, {"collection": other}, {"collection": {"in": list(CODES)}},
            {"collection": {"nin": []}}, {"or": [{"collection": other}, {"collection": tenant.name}]},
            {"or": [{"source": "*"}, {"file_id": self.foreign(tenant)}]}, {"collection": {"ne": tenant.name}},
            {"and": [{"or": [{"collection": other}, {"source": "*"}]}]}, {"file_id": {"nin": ["file-none"]}},
        ])  # fmt: skip

    async def send(self, kind: str, tenant: Tenant, method: str, path: str, **more: Any) -> Got:
        got = await call(self.app, method, path, key=tenant.key, **more)
        self.answers[f"{kind} {got.status}"] += 1
        if any(code in got.body for code in tenant.forbidden):
            self.leaks.append(f"{tenant.name}: {kind} {more}")
        if CODES[tenant.name].encode() in got.body:
            self.answers[f"{kind} found"] += 1
        return got

    async def ask(self, tenant: Tenant) -> None:
        asked = tenant.chance.choice(QUESTIONS).format(tenant.chance.choice(list(CODES)))
        extension = {"passages": True, "trace": True, "seen": True, "filter": self.filter(tenant)}
        stream = tenant.chance.random() < 0.3
        messages = [{"role": "user", "content": asked}]
        body = {"messages": messages, "rag": extension, "stream": stream}
        await self.send("ask", tenant, "POST", "/v1/chat/completions", body=body)

    async def respond(self, tenant: Tenant) -> None:
        body = {"input": tenant.chance.choice(QUESTIONS), "rag": {"passages": True, "filter": self.filter(tenant)}}
        await self.send("respond", tenant, "POST", "/v1/responses", body=body)

    async def embed(self, tenant: Tenant) -> None:
        await self.send("embed", tenant, "POST", "/v1/embeddings", body={"input": "What is the code?"})

    async def source(self, tenant: Tenant) -> None:
        own = tenant.chance.random() < 0.4 and tenant.files
        file = tenant.chance.choice(tenant.files) if own else self.foreign(tenant)
        got = await self.send("source", tenant, "GET", "/v1/sources", query={"source": f"{file}/safe.txt"})
        assert own or got.status == 404

    async def page(self, tenant: Tenant) -> None:
        query = {"limit": 50, "after": self.foreign(tenant)} if tenant.chance.random() < 0.5 else {}
        got = await self.send("list", tenant, "GET", "/v1/files", query=query)
        assert all(card["rag"]["collection"] == tenant.name for card in got.json["data"])

    async def steal(self, tenant: Tenant) -> None:
        """Reads or deletes what is somebody else's: it is not even said that it exists."""
        end, method = tenant.chance.choice([("", "GET"), ("/content", "GET"), ("/content", "HEAD"), ("", "DELETE")])
        got = await self.send("steal", tenant, method, f"/v1/files/{self.foreign(tenant)}{end}")
        assert got.status == 404

    async def read(self, tenant: Tenant) -> None:
        if tenant.files:
            end = tenant.chance.choice(["", "/content"])
            await self.send("read", tenant, "GET", f"/v1/files/{tenant.chance.choice(tenant.files)}{end}")

    async def churn(self, tenant: Tenant) -> None:
        """Uploads while there is room, else deletes."""
        if len(tenant.files) >= KEPT:
            file = tenant.files.pop(tenant.chance.randrange(len(tenant.files)))
            got = await self.send("delete", tenant, "DELETE", f"/v1/files/{file}")
        else:
            tenant.number += 1
            text = f"The code of safe {tenant.number} is {CODES[tenant.name]}. It is kept in room {tenant.number}."
            got = await self.send("upload", tenant, "POST", "/v1/files", body=("safe.txt", text))
            tenant.files.append(got.json["id"])
        assert got.status == 200

    async def client(self, tenants: list[Tenant], chance: random.Random, left: list[int]) -> None:
        kinds: list[tuple[Callable[[Tenant], Awaitable[None]], int]] = [
            (self.ask, 50), (self.respond, 8), (self.embed, 7), (self.source, 10), (self.page, 6), (self.steal, 10),
            (self.read, 6), (self.churn, 3),
        ]  # fmt: skip
        while left[0] > 0:
            left[0] -= 1
            (kind,) = chance.choices([one for one, _ in kinds], [weight for _, weight in kinds])
            await kind(chance.choice(tenants))


async def until_found(soak: Soak) -> None:
    """Every tenant has a first upload that answers rest on."""
    for tenant in soak.tenants:
        await soak.churn(tenant)
    for tenant in soak.tenants:
        while (await soak.send("wait", tenant, "GET", f"/v1/files/{tenant.files[0]}")).json["status"] != "processed":
            await asyncio.sleep(0.05)


async def test_no_word_of_another_tenant_in_many_mixed_requests(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    tenants = [
        Tenant(name, keys.create(name, ["ask", "index"], [name])[1], random.Random(f"{name} {SEED}")) for name in CODES
    ]  # a string seeds the same everywhere
    models = [Model("quick", Pipeline.from_yaml(QUICK, index=tmp_path / "index"))]
    app = create_app(models, Settings(keys=keys.file))
    async with app.router.lifespan_context(app):
        soak, left = Soak(app, tenants), [REQUESTS]
        await until_found(soak)
        clients = (soak.client(tenants, random.Random(SEED * AT_ONCE + n), left) for n in range(AT_ONCE))
        await asyncio.gather(*clients)
    logger.info("%s", dict(sorted(soak.answers.items())))
    assert soak.leaks == []
    statuses = {said.rpartition(" ")[2] for said in soak.answers}
    assert statuses <= {"200", "404", "found"}
    assert sum(count for said, count in soak.answers.items() if not said.endswith("found")) >= REQUESTS
    # Otherwise nothing was there that could have leaked.
    assert soak.answers["ask found"] > 0.2 * soak.answers["ask 200"]
