"""The report in a real browser: 5,000 queries, on a desk and on a phone, without a word on the console."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from rag.evaluation import Result
from rag.evaluation.measures import summary
from rag.evaluation.report import write_page
from rag.evaluation.stored import Run, named

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore")]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUERIES = 5000
WORDS = "trip rail leave receipt portal month approve head department meal laptop hotel"


def run_of(folder: Path, seed: int) -> Run:
    """A run of many queries, each with twenty passages of a hundred words."""
    random = np.random.default_rng(seed)
    folder.mkdir()
    texts = [" ".join(random.choice(WORDS.split(), 100)) for _ in range(4000)]
    ndcg = random.uniform(0, 1, QUERIES).round(3)
    with (folder / "queries.jsonl").open("w") as lines:
        for number in range(QUERIES):
            places = random.choice(len(texts), 20, replace=False)
            passages = [
                {"id": f"p{at}", "text": texts[at], "score": 0.5, "source": f"d{at}", "start": 0, "end": len(texts[at])}
                for at in places
            ]
            spans = [
                {"name": "retrieve:Fusion", "ms": 3.0, "passages_in": [], "passages_out": [f"p{at}" for at in places]}
            ]
            answer = {"text": f"{texts[places[0]][:80]} [1]", "citations": [], "passages": passages, "trace": spans}
            record: dict[str, Any] = {
                "id": f"q{number}",
                "question": " ".join(random.choice(WORDS.split(), 9)) + f" {number}?",
                "answers": [texts[places[0]][:20]],
                "relevant": {f"d{places[3]}": 1, "d-gone": 1},
                "ranking": [f"d{at}" for at in places],
                "answer": {**answer, "abstained": False, "usage": {}, "route": None},
                "error": None,
                "latency_ms": 5.0,
            }
            lines.write(json.dumps(record) + "\n")
    (folder / "run.yaml").write_text(f"version: 1\npipeline:\n  - retrieve: {{use: bm25, top_k: {20 + seed}}}\n")
    table = {"ndcg@10": ndcg.tolist(), "context_tokens": (ndcg * 900).tolist(), "latency_ms": [5.0] * QUERIES}
    ids = [f"q{number}" for number in range(QUERIES)]
    return Run.of(Result("handbook", "default", summary(table), ids, table, 20, str(seed), folder=str(folder)))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_page(named([run_of(folder / f"run{seed}", seed) for seed in (0, 1)]), folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["wide", "phone"])
def test_five_thousand_queries_stay_responsive(browser: Any, report: Path, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    seconds: dict[str, float] = {}

    def timed(name: str, started: float) -> None:
        seconds[name] = perf_counter() - started

    started = perf_counter()
    page.goto(report.as_uri())
    page.wait_for_selector("#list > li")
    timed("ready", started)
    assert page.inner_text("#count") == "5,000 queries"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    started = perf_counter()
    page.select_option("[name=order]", "best")
    page.wait_for_function("document.querySelector('#list .chosen').textContent.includes('1.0')")
    timed("sort", started)

    started = perf_counter()
    page.fill("[name=text]", "4321?")
    page.wait_for_function("document.getElementById('count').textContent.startsWith('1 of')")
    timed("search", started)

    started = perf_counter()
    page.click("#list .row")
    page.wait_for_selector(".passages .right")
    timed("open", started)
    detail = page.inner_text(".detail")
    assert "not found" in detail  # the right document that nothing returned
    assert "right document" in detail
    assert page.locator("mark.gold").count() >= 1

    started = perf_counter()
    page.fill("[name=text]", "")
    page.wait_for_function("document.getElementById('count').textContent === '5,000 queries'")
    for _ in range(400):  # to the very end, page after page
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(20)
        if page.locator("#list > li").count() == QUERIES:
            break
    timed("scroll to the end", started)
    assert page.locator("#list > li").count() == QUERIES
    print({name: round(value, 2) for name, value in seconds.items()}, f"{report.stat().st_size / 1e6:.1f} MB")  # noqa: T201
    assert seconds["ready"] < 10
    assert max(seconds[name] for name in ("sort", "search", "open")) < 2
    assert said == []
    page.close()


HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of one query whose token is markup; what it met stands behind a character that scripts count twice."""
    folder = tmp_path_factory.mktemp("late")
    text = f"\U0001f642 Who reads {HOSTILE} here?"
    passage = {"id": "p", "text": text, "score": 0.5, "source": "d", "start": 7, "end": 99}
    met = [[HOSTILE, 0.9, text.index(HOSTILE)], ["", 0.3, None]]
    record: dict[str, Any] = {
        "id": "q",
        "question": "What?",
        "answers": [],
        "relevant": {"d": 1},
        "ranking": ["d"],
        "answer": {"text": "", "citations": [], "passages": [passage], "trace": [], "abstained": True, "usage": {}},
        "matches": [{"question": [HOSTILE, ""], "passages": [[1, met]]}],
        "error": None,
    }
    (folder / "queries.jsonl").write_text(json.dumps(record) + "\n")
    table = {"ndcg@10": [1.0]}
    run = Run.of(Result("handbook", "late", summary(table), ["q"], table, 1, "k", folder=str(folder)))
    write_page([run], folder / "report.html")
    return folder / "report.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_cell_shows_its_token_in_the_passage(browser: Any, late: Path, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(late.as_uri() + "#query=q")
    first, own = (page.locator(f".heat tbody tr:nth-child({row}) td") for row in (1, 2))
    assert first.inner_text().split("\n")[0].startswith(HOSTILE)
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colours = [cell.evaluate("cell => getComputedStyle(cell).backgroundColor") for cell in (first, own)]
    assert colours[0] != colours[1]
    first.hover()
    assert page.locator(".passages mark.met").all_inner_texts() == [HOSTILE]
    assert HOSTILE in page.locator(".peek").inner_text()
    page.mouse.move(0, 0)
    assert page.locator(".passages mark.met").count() == 0
    page.locator(".heat td[tabindex='0']").focus()
    assert page.locator(".passages mark.met").all_inner_texts() == [HOSTILE]
    page.keyboard.press("ArrowDown")
    assert page.locator(".passages mark.met").count() == 0
    assert "of the model's own" in page.locator(".peek").inner_text()
    assert said == []
    page.close()
