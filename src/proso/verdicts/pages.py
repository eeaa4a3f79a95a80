"""A portal's page as what a person could do with it: forms, links, redirects.

The page comes from an unauthenticated network and is hostile until shown otherwise: it is bounded,
never executed, and what is hidden is marked as such.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from proso.errors import BadPlace
from proso.values.weburl import WebUrl

MAX_BODY: Final = 512 * 1024
"""Bytes of a page that are looked at.  The largest portal page at hand is 60 kB."""

MAX_NODES: Final = 20_000
"""Nodes of a page; beyond that it is treated as broken."""

MAX_FORMS: Final = 20
MAX_FIELDS: Final = 100
MAX_TEXT: Final = 4_000
"""Characters of terms that are shown; the rest is behind the page's own link."""

_REFRESH: Final = re.compile(
    r"\s*(\d{0,4})(?:\.\d+)?\s*[;,]?\s*(?:url\s*=\s*)?['\"]?(.*?)['\"]?\s*", re.IGNORECASE
)
_JUMP: Final = re.compile(
    r"(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*[\"']([^\"'\s]{1,2000})[\"']"
    r"|location\.(?:replace|assign)\(\s*[\"']([^\"'\s]{1,2000})[\"']",
)
_HIDING: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"([#.][\w-]{1,60})\s*\{([^}]{0,400})\}")
_SKIPPED: Final = frozenset({"script", "style", "template", "noscript"})


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    Attributes:
        name: as it is sent.
        kind: text, email, tel, password, checkbox, radio, select, hidden, ...
        value: what it holds; for a select the chosen option.
        options: (value, label) of a select.
        is_checked: for boxes and radios.
        is_required: whether the page demands it.
        is_visible: whether a person could see it.
        label: what stands beside it.
    """

    name: str
    kind: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_checked: bool = False
    is_required: bool = False
    is_visible: bool = True
    label: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        target: where it is sent; None where that is no address we follow.
        method: "GET" or "POST".
        fields: its inputs, buttons left out.
        buttons: (name, value, label) of what submits it.
        text: what stands in it.
        is_visible: whether a person could see it.
    """

    target: WebUrl | None
    method: str
    fields: tuple[Field, ...]
    buttons: tuple[tuple[str, str, str], ...]
    text: str
    is_visible: bool = True

    def named(self, name: str) -> Field | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A link a person could follow: its target and its words."""

    target: WebUrl
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page offers.

    Attributes:
        url: where it came from.
        text: what a person would read, at most 4,000 characters.
        forms: its forms.
        links: its visible links.
        redirect: where it leads by itself (meta refresh or a plain script), with seconds to wait.
        scripts: the text of its inline scripts, for hints only; never run.
        has_outer_script: whether it loads scripts from elsewhere.
        is_broken: too many nodes to be a page for people.
    """

    url: WebUrl
    text: str = ""
    forms: tuple[Form, ...] = ()
    links: tuple[Link, ...] = ()
    redirect: tuple[float, WebUrl] | None = None
    scripts: str = field(default="", repr=False)
    has_outer_script: bool = False
    is_broken: bool = False


def read_page(url: WebUrl, body: bytes, content_type: str = "") -> Page:
    """Reads a page; anything at all gives one.

    Args:
        url: where it came from; relative addresses are read against it.
        body: cut to 512 KiB.
        content_type: for the character set.
    """
    tree = LexborHTMLParser(_decoded(body[:MAX_BODY], content_type))
    root = tree.root
    if root is None or any(n > MAX_NODES for n, _ in enumerate(root.traverse())):
        return Page(url, is_broken=root is not None)
    base = _base(tree, url)
    hidden = _hidden_selectors(tree)
    scripts = "\n".join(one.text(deep=True) or "" for one in tree.css("script"))[:MAX_BODY]
    forms = tuple(
        _form(node, tree, base, hidden) for node in tree.css("form")[:MAX_FIELDS][:MAX_FORMS]
    )
    return Page(
        url=url,
        text=_words(tree.body) if tree.body else "",
        forms=forms,
        links=tuple(_links(tree, base, hidden)),
        redirect=_redirect(tree, base, scripts, has_forms=bool(forms)),
        scripts=scripts,
        has_outer_script=any("src" in one.attributes for one in tree.css("script")),
    )


def _decoded(body: bytes, content_type: str) -> str:
    named = re.search(r"charset=[\"']?([\w-]{2,20})", content_type, re.IGNORECASE)
    inside = re.search(rb"charset=[\"']?([\w-]{2,20})", body[:2048], re.IGNORECASE)
    name = named[1] if named else inside[1].decode() if inside else "utf-8"
    try:
        return body.decode(name, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _base(tree: LexborHTMLParser, url: WebUrl) -> WebUrl:
    node = tree.css_first("base[href]")
    try:
        return WebUrl.parse(node.attributes.get("href") or "", url) if node else url
    except BadPlace:
        return url


def _hidden_selectors(tree: LexborHTMLParser) -> frozenset[str]:
    """Classes and ids that the page's own style sheet hides."""
    sheet = "\n".join(one.text(deep=True) or "" for one in tree.css("style"))[:MAX_BODY]
    return frozenset(name for name, body in _RULE.findall(sheet) if _HIDING.search(body))


def _is_visible(node: LexborNode, hidden: frozenset[str]) -> bool:
    one: LexborNode | None = node
    for _ in range(60):
        if one is None or one.tag in {"html", "-undef", None}:
            return True
        attributes = one.attributes
        names = [f".{name}" for name in (attributes.get("class") or "").split()]
        names.append(f"#{attributes.get('id') or ''}")
        if "hidden" in attributes or hidden.intersection(names):
            return False
        if _HIDING.search(attributes.get("style") or ""):
            return False
        one = one.parent
    return False  # nested deeper than anybody writes


def _form(node: LexborNode, tree: LexborHTMLParser, base: WebUrl, hidden: frozenset[str]) -> Form:
    attributes = node.attributes
    try:
        target = WebUrl.parse(attributes.get("action") or "", base)
    except BadPlace:
        target = None
    fields, buttons = [], []
    labels = {
        one.attributes.get("for"): _words(one) for one in tree.css("label[for]")[: MAX_FIELDS * 2]
    }
    for item in node.css("input, select, textarea, button")[:MAX_FIELDS]:
        kind = (item.attributes.get("type") or _usual_kind(item)).lower()
        if kind in {"submit", "image", "button"}:
            if kind != "button" or item.tag == "button" or item.attributes.get("onclick"):
                buttons.append(_button(item))
        elif kind != "reset":
            fields.append(_field(item, kind, labels, hidden))
    return Form(
        target=target,
        method="POST" if (attributes.get("method") or "").lower() == "post" else "GET",
        fields=tuple(fields),
        buttons=tuple(buttons),
        text=_words(node),
        is_visible=_is_visible(node, hidden),
    )


def _usual_kind(item: LexborNode) -> str:
    return {"select": "select", "textarea": "text", "button": "submit"}.get(item.tag or "", "text")


def _button(item: LexborNode) -> tuple[str, str, str]:
    attributes = item.attributes
    value = attributes.get("value") or ""
    label = _words(item) or value or attributes.get("alt") or attributes.get("title") or ""
    return attributes.get("name") or "", value, label


def _field(
    item: LexborNode, kind: str, labels: dict[str | None, str], hidden: frozenset[str]
) -> Field:
    attributes = item.attributes
    options: tuple[tuple[str, str], ...] = ()
    value = attributes.get("value")
    if item.tag == "select":
        nodes = item.css("option")[:MAX_FIELDS]
        options = tuple((_option_value(one), _words(one)) for one in nodes)
        chosen = next((one for one in nodes if "selected" in one.attributes), None)
        value = _option_value(chosen) if chosen else (options[0][0] if options else "")
    elif item.tag == "textarea":
        value = item.text(deep=True)
    elif kind in {"checkbox", "radio"}:
        value = "on" if value is None else value
    own = attributes.get("id")
    after = _after(item) if kind in {"checkbox", "radio"} else ""
    beside = (labels.get(own) if own else None) or after or _around(item)
    label = beside or attributes.get("placeholder")
    return Field(
        name=attributes.get("name") or "",
        kind=kind,
        value=(value or "")[:MAX_TEXT],
        options=options,
        is_checked="checked" in attributes,
        is_required="required" in attributes,
        is_visible=kind != "hidden" and _is_visible(item, hidden),
        label=(label or "")[:MAX_TEXT],
    )


def _option_value(node: LexborNode) -> str:
    value = node.attributes.get("value")
    return _words(node) if value is None else value


def _after(item: LexborNode) -> str:
    """The words that follow a box, up to the next input."""
    parts = []
    one = item.next
    while one is not None and one.tag not in {"input", "select", "button", "br", "p", "div"}:
        parts.append(_plain(one.text_content or "") if one.tag == "-text" else _words(one))
        one = one.next
    return " ".join(" ".join(parts).split())


def _around(item: LexborNode) -> str:
    """The words of the label, table cell or paragraph that an input stands in."""
    one = item.parent
    for _ in range(3):
        if one is None or one.tag in {"form", "body", "html"}:
            return ""
        words = _words(one)
        if words:
            return words
        one = one.parent
    return ""


def _links(tree: LexborHTMLParser, base: WebUrl, hidden: frozenset[str]) -> Iterator[Link]:
    for node in tree.css("a[href]")[:MAX_FIELDS]:
        try:
            target = WebUrl.parse(node.attributes.get("href") or "", base)
        except BadPlace:
            continue
        if _is_visible(node, hidden):
            image = node.css_first("img[alt]")
            alt = image.attributes.get("alt") if image else ""
            yield Link(target, _words(node) or alt or "")


def _redirect(
    tree: LexborHTMLParser, base: WebUrl, scripts: str, *, has_forms: bool
) -> tuple[float, WebUrl] | None:
    for node in tree.css("meta[http-equiv]"):
        if (node.attributes.get("http-equiv") or "").lower() != "refresh":
            continue
        matched = _REFRESH.fullmatch(node.attributes.get("content") or "")
        if matched and matched[2]:
            try:
                return float(matched[1] or 0), WebUrl.parse(matched[2], base)
            except BadPlace:
                continue
    jump = _JUMP.search(scripts) if not has_forms else None
    if jump:
        try:
            return 0.0, WebUrl.parse(jump[1] or jump[2], base)
        except BadPlace:
            return None
    return None


def _plain(text: str) -> str:
    """A text without what moves a cursor, turns words around or cannot be seen."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def _words(node: LexborNode) -> str:
    """The visible words below a node, in one line."""
    parts: list[str] = []
    length = 0
    for one in node.traverse(include_text=True):
        if one.tag != "-text" or (one.parent is not None and one.parent.tag in _SKIPPED):
            continue
        words = " ".join(_plain(one.text_content or "").split())
        if words:
            parts.append(words)
            length += len(words) + 1
        if length > MAX_TEXT:
            break
    return " ".join(parts)[:MAX_TEXT]
