"""A real headless Chromium for the tests of the HTML report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def executable() -> str:
    """Chromium's path: the variable CHROMIUM, or the first found on PATH.

    Raises:
        FileNotFoundError: there is none; the tests of the report in a browser must not be passed
            over in silence.
    """
    candidates = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else _NAMES
    found = next(filter(None, map(shutil.which, candidates)), None)
    if found is None:
        raise FileNotFoundError(
            "no Chromium found: run `apt-get install chromium`, or name one in CHROMIUM"
        )
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed at the end. Without a sandbox where the user is root, as in containers."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if root else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()
