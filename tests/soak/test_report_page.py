"""The report in a real browser: 5,000 queries, on a desk and on a phone, without a word on the console."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from rag.evaluation import Result
from rag.evaluation.measures import summary
from rag.evaluation.report import write_page
from rag.evaluation.stored import Run, named
from tests.evaluation.report.test_marks import BY, EVIDENCE, evaluated

__all__ = ["evaluated"]  # a fixture

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


SOURCE = "Trips \U0001f642 are long. Menus are printed. Heads approve trips. Umbrellas stand outside. Doors are old."
KEPT = ("Trips \U0001f642 are long. ", "Heads approve trips. ", "Doors are old.")


def record_of(name: str, passages: list[dict[str, Any]], cited: list[str], evidence: list[str]) -> dict[str, Any]:
    """A query that cites some places of the source `d` and has evidence at others, each given by its words."""

    def places(of: list[str]) -> list[dict[str, Any]]:
        return [{"source": "d", "start": SOURCE.index(one), "end": SOURCE.index(one) + len(one)} for one in of]

    answer = {"text": "So it is [1]", "citations": [{**one, "number": 1} for one in places(cited)], "trace": []}
    return {
        "id": name,
        "question": f"{name}?",
        "answers": None,
        "relevant": {"d": 1},
        "references": places(evidence),
        "ranking": ["d"],
        "answer": {**answer, "passages": passages, "abstained": False, "usage": {}},
        "error": None,
    }


@pytest.fixture(scope="module")
def shortened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of queries whose passage is whole, was shortened, was written anew, or comes from an older run."""
    folder = tmp_path_factory.mktemp("shortened")
    whole = {"id": "p", "text": SOURCE, "score": 0.5, "source": "d", "start": 0, "end": len(SOURCE)}
    short = {**whole, "text": "".join(KEPT)}
    asked = ["Heads", "trips. Umbrellas stand outside. Doors"], ["approve", "Menus are printed."]
    masked = {**whole, "text": "Trips [...]!"}
    rewritten = [[6, 0], [6, 6, SOURCE.index(" Menus")]]
    records = [
        record_of("whole", [whole], *asked),
        record_of("short", [short], *asked) | {"shortened": [[1, [[len(one), SOURCE.index(one)] for one in KEPT]]]},
        record_of("anew", [masked], ["are"], ["Trips"]) | {"shortened": [[1, rewritten]]},
        record_of("older", [short], *asked),
    ]
    (folder / "queries.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    ids = [record["id"] for record in records]
    table = {"ndcg@10": [1.0] * len(ids)}
    run = Run.of(Result("handbook", "short", summary(table), ids, table, len(ids), "k", folder=str(folder)))
    write_page([run], folder / "report.html")
    return folder / "report.html"


UNKNOWN = "not marked: the run does not tell where this text comes from"
SEEN: list[tuple[str, list[str], list[str], list[str], list[str]]] = [
    ("whole", ["Heads", "trips. Umbrellas stand outside. Doors"], ["Menus are printed.", "approve"], [], []),
    (
        "short",
        ["Heads", "trips. ", "Doors"],
        ["approve"],
        ["quote left out in part", "evidence left out"],
        ["1 piece of evidence is not in the text of these passages."],
    ),
    ("anew", ["[...]!"], ["Trips"], [], []),
    ("older", [], [], [f"quote {UNKNOWN}", f"evidence {UNKNOWN}"], []),
]  # fmt: skip


@pytest.mark.parametrize(("query", "quoted", "gold", "notes", "nowhere"), SEEN, ids=[one[0] for one in SEEN])
def test_places_of_the_source_are_marked_where_a_shortened_passage_has_them(
    browser: Any, shortened: Path, query: str, quoted: list[str], gold: list[str], notes: list[str], nowhere: list[str]
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{shortened.as_uri()}#query={query}")
    page.wait_for_selector(".passages .text")
    marks = page.locator(".passages .text mark:not(.gold)"), page.locator(".passages .text mark.gold")
    assert [one.all_text_contents() for one in marks] == [quoted, gold]
    assert page.locator(".passages .place .away").all_inner_texts() == notes
    assert page.locator("p.away").all_inner_texts() == nowhere
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []
    page.close()


@pytest.mark.parametrize("compress", BY)
def test_the_page_of_a_run_marks_evidence_behind_what_its_compressor_left_out(
    browser: Any, evaluated: Callable[[str], str], compress: str
) -> None:
    evaluated(compress)
    page = browser.new_page()
    page.goto(Path("report.html").absolute().as_uri() + "#query=q")
    page.wait_for_selector(".passages .text")
    gold = page.locator(".passages .text mark.gold").all_text_contents()
    assert EVIDENCE in "".join(gold)
    assert len("".join(gold)) < len(EVIDENCE) + 20  # of the sentence that went a few words at most
    assert any(note.startswith("evidence left out") for note in page.locator(".place .away").all_inner_texts())
    page.close()


def test_evidence_that_is_in_no_passage_any_more_is_told(browser: Any, evaluated: Callable[[str], str]) -> None:
    evaluated("{use: prune, max_tokens: 12}")  # cuts passages: what it leaves out is in none
    page = browser.new_page()
    page.goto(Path("report.html").absolute().as_uri() + "#query=q")
    page.wait_for_selector(".passages .text")
    assert page.locator(".passages .text mark.gold").all_text_contents() == [EVIDENCE]
    assert page.locator("p.away").all_inner_texts() == ["1 piece of evidence is not in the text of these passages."]
    page.close()
