"""What a sign-in page is made of, without its words and values: enough to write a recipe from.

Nothing of the person is in it, and nothing that names their session: values are left out, and
whatever in an address looks like a number, an address or a token becomes a star.
"""

import re
from typing import Final

from proso.verdicts.pages import Form, Page
from proso.verdicts.portal_talk import Finished

MAX_LABEL: Final = 40
"""Characters of a button's or link's words: "I have read and accept the terms" has 32."""

_TOKEN: Final = re.compile(r"[0-9A-Fa-f]{6,}|[0-9]+|[A-Za-z0-9_+=-]{20,}")


def sketch(ended: Finished) -> dict[str, object] | None:
    """The sketch of the page a sign-in ended at; None where there was none."""
    page = ended.page
    if page is None:
        return None
    return {
        "sketch": 1,
        "host": page.url.host,
        "port": page.url.port,
        "secure": page.url.is_secure,
        "path": _masked(page.url.path),
        "query": sorted({name for name, _ in page.url.query})[:40],
        "sign_in": ended.sign_in.value,
        "recipe": ended.recipe,
        "why": ended.why,
        "forms": [_form(form, page) for form in page.forms],
        "links": [_label(link.text) for link in page.links[:10]],
        "redirects": page.redirect is not None,
        "inline_script": bool(page.scripts.strip()),
        "outer_script": page.has_outer_script,
    }


def _form(form: Form, page: Page) -> dict[str, object]:
    target = form.target
    return {
        "method": form.method,
        "elsewhere": target is None or target.host != page.url.host,
        "path": _masked(target.path) if target else None,
        "visible": form.is_visible,
        "fields": [
            {
                "name": one.name[:MAX_LABEL],
                "kind": one.kind,
                "visible": one.is_visible,
                "required": one.is_required,
                "checked": one.is_checked,
                "options": len(one.options),
            }
            for one in form.fields
        ],
        "buttons": [[name[:MAX_LABEL], _label(label)] for name, _, label in form.buttons],
    }


def _masked(path: str) -> str:
    return _TOKEN.sub("*", path)[:200]


def _label(text: str) -> str:
    return _TOKEN.sub("*", text)[:MAX_LABEL]
