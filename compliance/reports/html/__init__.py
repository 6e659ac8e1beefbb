"""One self-contained page: verdict, matrix, architecture, waivers; it asks nothing of anyone.

A content security policy in the page forbids every request and every script but its own, whose
hash it names. Text is escaped here or set as text by the script, never as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from pathlib import Path

from compliance.evidence import Evidence
from compliance.reports.html import sections
from compliance.reports.html.data import page_data
from compliance.summary import headline

_FOLDER = Path(__file__).parent


def render(evidence: Evidence) -> str:
    """The HTML document."""
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    script = (_FOLDER / "report.js").read_text(encoding="utf-8")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src {_source(style)}; script-src {_source(script)}"
    )
    data = json.dumps(page_data(evidence), ensure_ascii=False, separators=(",", ":"))
    title = f"{evidence.subject.project}/{evidence.subject.stack}: {headline(evidence)}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{sections.body(evidence)}
<script type="application/json" id="data">{_inert(data)}</script>
<script>{script}</script>
</body>
</html>
"""


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _inert(text: str) -> str:
    """JSON that cannot end its element: `<`, `>` and `&` written as escapes."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
