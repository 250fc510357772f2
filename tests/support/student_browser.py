"""A notebook in JupyterLab in headless Chromium, driven as a student drives it."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from support.student_machine import environment

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
PATIENCE_MS = 300_000  # a busy machine; nothing waits that long unless something is broken


class Notebook:
    """An open notebook: its cells by number, what they show, and what a student does with them."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.path = page, path
        self.cells = json.loads(path.read_text("utf-8"))["cells"]

    def number(self, grade_id: str) -> int:
        """Where the unit's cell of this name stands."""
        return next(
            number
            for number, cell in enumerate(self.cells)
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
        )

    def cell(self, number: int) -> Locator:
        """The cell, scrolled into view."""
        cell = self.page.locator(f'.jp-Cell[data-windowed-list-index="{number}"]')
        cell.scroll_into_view_if_needed()
        return cell

    def output(self, number: int) -> str:
        """The text that stands below a cell that has run."""
        area = self.cell(number).locator(".jp-OutputArea-output").first
        area.wait_for()
        self._wait(lambda: bool(area.inner_text().strip()), f"nothing stands below cell {number}")
        return self.cell(number).locator(".jp-OutputArea").inner_text()

    def run_all(self) -> None:
        """Run, Run All Cells; returns when the last cell has run."""
        self._menu("Run", "Run All Cells")
        self._wait(lambda: self._has_run(len(self.cells) - 1), "the last cell did not run")

    def answer(self, number: int, source: str) -> None:
        """Replace the text of a cell and run it."""
        editor = self.cell(number).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(source)
        self._run(number)

    def run(self, number: int) -> None:
        """Click into a cell and run it."""
        self.cell(number).locator(".cm-content").click()
        self._run(number)

    def _run(self, number: int) -> None:
        before = self._prompt(number)
        self.page.keyboard.press("Control+Enter")
        self._wait(
            lambda: self._has_run(number) and self._prompt(number) != before,
            f"cell {number} did not finish",
        )

    def _has_run(self, number: int) -> bool:
        return any(sign.isdigit() for sign in self._prompt(number))

    def _prompt(self, number: int) -> str:
        return self.cell(number).locator(".jp-InputPrompt").inner_text()

    def _wait(self, reached: Callable[[], bool], failure: str) -> None:
        for _ in range(PATIENCE_MS // 200):
            if reached():
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(failure)

    def save(self) -> None:
        """Ctrl+S; returns when the file has changed."""
        before = self.path.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        self._wait(lambda: self.path.stat().st_mtime_ns != before, "the notebook was not saved")

    def _menu(self, menu: str, item: str) -> None:
        self.page.locator(".lm-MenuBar-item", has_text=menu).first.click()
        self.page.locator(".lm-Menu-item", has_text=item).first.click()


@contextlib.contextmanager
def open_notebook(
    python: Path, path: Path, size: tuple[int, int] = (1200, 900)
) -> Iterator[Notebook]:
    """JupyterLab of this Python on the loopback interface, and the notebook in Chromium."""
    home = python.parent.parent / "home"
    with jupyterlab(python, path.parent, home, environment(home)) as url, chromium(size) as page:
        page.goto(url(f"lab/tree/{path.name}"))
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.locator(".jp-StatusBar-Widget", has_text="| Idle").wait_for()  # its kernel is there
        yield Notebook(page, path)


@contextlib.contextmanager
def jupyterlab(
    python: Path, folder: Path, home: Path, variables: dict[str, str]
) -> Iterator[Callable[[str], str]]:
    """JupyterLab in a folder, on the loopback interface; gives the address of each of its pages."""
    settings = home / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    runtime = home / "runtime"
    shutil.rmtree(runtime, ignore_errors=True)
    options = ["--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root"]
    with (home / "jupyterlab.log").open("w") as log:
        server = subprocess.Popen(
            [python, "-m", "jupyterlab", *options],
            cwd=folder, env=variables, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield _address(runtime, server)
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:  # it waits for a kernel that was still starting
                server.kill()
                server.wait()


def _address(runtime: Path, server: subprocess.Popen[bytes]) -> Callable[[str], str]:
    for _ in range(PATIENCE_MS // 200):
        assert server.poll() is None, "JupyterLab ended"
        for file in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError):
                info = json.loads(file.read_text())
                return lambda page: f"http://127.0.0.1:{info['port']}/{page}?token={info['token']}"
        time.sleep(0.2)
    raise AssertionError("JupyterLab did not start")


@contextlib.contextmanager
def chromium(size: tuple[int, int]) -> Iterator[Page]:
    """An empty page of headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(PATIENCE_MS)
        try:
            yield page
        finally:
            browser.close()
