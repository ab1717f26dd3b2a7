"""The page in a real browser against `rag serve`: asked, stopped, cited, traced, uploaded to, on a desk and a phone.

Waiting goes by selectors: the page's content security policy forbids what `wait_for_function` does.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from rag import Pipeline
from tests.loaders.samples import pdf

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore")]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HANDBOOK = Path(__file__).parents[2] / "examples" / "handbook"
POLICY = "Dogs may come to the office on Fridays. A dog stays on its lead in the corridors."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    index = tmp_path_factory.mktemp("served") / "index"
    Pipeline.from_yaml("default", index=str(index)).index([HANDBOOK])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rag", "serve", "--config", "default", "--index", str(index), "--port", str(port)]
    server = subprocess.Popen(command)
    base = f"http://127.0.0.1:{port}"
    try:
        ends = monotonic() + 60
        while not _answers(base):
            assert server.poll() is None, "rag serve ended"
            assert monotonic() < ends, "rag serve does not answer"
            sleep(0.2)
        yield base
    finally:
        server.terminate()
        server.wait(30)


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/v1/models").status_code == 200
    except httpx.TransportError:
        return False


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


@pytest.fixture
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page, opened; whatever it says on the console, or asks of another host, fails the test.

    Its parameters are of the browser's context, and `console`, what may be said there.
    """
    given = {"viewport": {"width": 1280, "height": 820}, **getattr(request, "param", {})}
    expected = given.pop("console", None)
    context = browser.new_context(**given)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith(address) else None)
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.goto(f"{address}/")
    opened.wait_for_selector("#question")
    yield opened
    context.close()
    assert [text for text in said if expected is None or expected not in text] == []


def ask(page: Any, question: str) -> Any:
    """Asks by keyboard; gives the whole answer's element."""
    page.focus("#question")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.locator(".question").filter(has_text=question).wait_for()
    page.locator(".answer[aria-busy]").wait_for(state="detached")
    return page.locator(".answer").last


PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}


@pytest.mark.parametrize(
    "page", [{"viewport": {"width": 1280, "height": 820}}, PHONE], ids=["wide", "phone"], indirect=True
)
def test_a_citation_opens_its_source_at_the_quote(page: Any) -> None:
    answer = ask(page, "Who approves trips that cost up to 500 EUR?")
    assert "team lead" in answer.inner_text()
    answer.locator("button.chip").first.click()
    mark = page.locator("mark")
    mark.wait_for()
    assert "team lead approves trips" in mark.inner_text()
    box = mark.bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.locator("aside").wait_for(state="detached")
    assert page.evaluate("document.activeElement.classList.contains('chip')")


def test_the_trace_tells_every_step_and_what_was_left_out(page: Any) -> None:
    answer = ask(page, "How many days of annual leave are there?")
    answer.get_by_text("How it was answered").click()
    steps = page.locator("aside .steps > li")
    steps.first.wait_for()
    names = "".join(steps.all_inner_texts())
    assert all(name in names for name in ("Fusion", "Rerank", "Budget", "Reader"))
    page.locator("summary", has_text="Order").first.click()
    order = page.locator("aside .ranks").first.inner_text()
    assert "bm25 1" in order
    assert "from character" in order  # what was left out is told by its place, not by its id
    assert not re.search(r"\b[0-9a-f]{16}\b", order)
    page.locator("summary", has_text="What it left out").first.click()
    page.locator("aside del").first.wait_for()


def test_an_upload_is_answered_from_and_a_deletion_forgotten(page: Any) -> None:
    upload = {"name": "dogs.txt", "mimeType": "text/plain", "buffer": POLICY.encode()}
    page.set_input_files("#files", [upload])
    page.locator(".files li", has_text="dogs.txt").wait_for()
    page.locator(".files progress").wait_for(state="detached")
    assert "Fridays" in ask(page, "On which days may dogs come to the office?").inner_text()
    page.get_by_label("Delete dogs.txt").click()
    page.locator(".files li", has_text="dogs.txt").wait_for(state="detached")
    assert "Fridays" not in ask(page, "When may dogs come to the office?").inner_text()


def test_an_uploaded_pdf_opens_at_its_page(page: Any) -> None:
    """A document of its own: no other source could be cited in its place. Its first page fills a passage."""
    rules = [
        (f"Rule {n}: whoever takes boat {n} out signs the book and wears a life jacket.", 12) for n in range(1, 26)
    ]
    sheds = [(f"Shed {n} has room for {n + 2} oars and a bench.", 12) for n in range(1, 11)]
    red = ("The red kayak hangs behind the blue door of shed eleven.", 12)
    kayaks = [[("Boat house rules", 20), *rules], [("Sheds", 20), red, *sheds]]
    page.set_input_files("#files", [{"name": "boats.pdf", "mimeType": "application/pdf", "buffer": pdf(kayaks)}])
    page.locator(".files li", has_text="boats.pdf").wait_for()
    page.locator(".files progress").wait_for(state="detached")
    answer = ask(page, "Where does the red kayak hang?")
    answer.locator("button.chip").first.click()
    page.locator("mark").wait_for()
    assert page.locator("aside .original").inner_text() == "Open the PDF at page 2"
    with page.context.expect_event("page"):
        page.locator("aside .original").click()
    page.keyboard.press("Escape")
    page.get_by_label("Delete boats.pdf").click()
    page.locator(".files li", has_text="boats.pdf").wait_for(state="detached")


def test_conversations_are_kept_and_deleted(page: Any) -> None:
    ask(page, "Is alcohol paid?")
    page.reload()
    page.locator(".answer").wait_for()
    page.get_by_text("New conversation").click()
    page.locator(".empty").wait_for()
    ask(page, "How long is probation?")
    assert page.locator(".conversations li").count() == 2
    page.get_by_label("Delete conversation: Is alcohol paid?").click()
    page.locator(".conversations li").nth(1).wait_for(state="detached")


def test_by_keyboard_alone(page: Any) -> None:
    page.keyboard.press("Tab")
    page.locator("body").press("/")
    page.keyboard.type("Who approves trips above 2,500 EUR?")
    page.keyboard.press("Enter")
    page.locator(".answer .sources").wait_for()
    for _ in range(15):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('chip')"):
            break
    page.keyboard.press("Enter")
    page.locator("mark").wait_for()
    assert page.evaluate("document.activeElement.id") == "panel-title"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('chip')")


def test_an_answer_can_be_stopped_and_asked_again(page: Any) -> None:
    page.route("**/v1/chat/completions", lambda route: None)  # never answered
    page.focus("#question")
    page.keyboard.type("How long is probation?")
    page.keyboard.press("Enter")
    page.locator("button.stop").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Stopped.").wait_for()
    page.unroute("**/v1/chat/completions")
    page.get_by_text("Ask again").click()
    page.locator(".answer .sources").wait_for()
    assert "six months" in page.locator(".answer").inner_text()


@pytest.mark.parametrize("page", [{"console": "401"}], indirect=True)
def test_a_key_is_asked_for_and_kept_for_the_tab(page: Any) -> None:
    def guarded(route: Any) -> None:
        if route.request.headers.get("authorization") == "Bearer sesame":
            route.continue_()
        else:
            route.fulfill(status=401, json={"error": {"message": "No such key."}})

    page.route("**/v1/**", guarded)
    page.reload()
    for key in ("wrong", "sesame"):
        page.locator("dialog[open]").wait_for()
        page.fill("#key", key)
        page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for(state="detached")
    page.reload()
    assert ask(page, "Is alcohol paid?").locator("button.chip").count() > 0
    assert page.locator("dialog[open]").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(page: Any, theme: str) -> None:
    """axe-core finds no violation, with a source and with a trace open."""
    axe = pytest.importorskip("axe_playwright_python").__file__
    rules = Path(axe).with_name("axe.min.js").read_text(encoding="utf-8")
    while page.evaluate("document.documentElement.dataset.theme") != theme:
        page.locator(".theme").click()
    answer = ask(page, "Who approves trips above 2,500 EUR?")
    page.evaluate(rules)
    for opener in (answer.locator("button.chip").first, answer.get_by_text("How it was answered")):
        opener.click()
        page.locator("aside").wait_for()
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        page.keyboard.press("Escape")


def test_the_first_load_is_small(browser: Any, address: str) -> None:
    page = browser.new_page()
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(f"{address}/", wait_until="networkidle")
    assert 0 < sum(sizes) < 300_000
    page.close()
