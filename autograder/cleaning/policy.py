"""The content security policy of pages that this package makes."""

from __future__ import annotations

import base64
import hashlib


def content_policy(css: str) -> str:
    """No script, no frame, no form, no font; pictures that lie in the page; this style sheet.

    ``css`` is exactly what stands in the page's one ``<style>``. Style attributes are allowed:
    they colour the checks, and :mod:`autograder.cleaning.styles` says which there can be.
    """
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src-elem 'sha256-{digest}'; "
        "style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
