"""What a person would have to do on a portal's page, and what may be sent without harm.

A wrong guess here costs a question or a failed attempt, never a consent: everything that is
submitted was shown first.
"""

import re
from dataclasses import dataclass
from typing import Final

from proso.values.hotspot import SignIn
from proso.verdicts.pages import Field, Form, Link, Page
from proso.verdicts.portal_words import (
    CONSENT,
    FREE,
    GO,
    LANGUAGES,
    MARKETING,
    PAID,
    PERSON,
    PHONE,
    STOP,
)

_TYPED: Final = frozenset(
    {"text", "email", "tel", "password", "number", "date", "url", "search", "month", "time"}
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that could be done on a page, as it would be put to a person.

    Attributes:
        form: the form to submit; None where a link is followed.
        link: the link to follow; None where a form is submitted.
        button: (name, value) of the button pressed, ("", "") for none.
        ticks: names of the boxes that would be ticked.
        asked: fields a person would have to fill.
        chosen: (name, value) of choices changed to the free option.
        terms: what would be agreed to, in the page's words.
    """

    form: Form | None
    link: Link | None
    button: tuple[str, str] = ("", "")
    ticks: tuple[str, ...] = ()
    asked: tuple[Field, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    terms: str = ""


def classify(page: Page) -> SignIn:
    """What a page wants of its visitor."""
    typed = [one for form in page.forms for one in form.fields if _is_typed(one)]
    words = page.text + " " + " ".join(one.label for one in typed)
    offer = find_offer(page)
    if offer is not None and not offer.asked:
        return SignIn.CONSENT if offer.ticks else SignIn.CLICK_THROUGH
    if PAID.search(words) and not FREE.search(words):
        return SignIn.PAYMENT
    if typed:
        phone = any(one.kind == "tel" or PHONE.search(f"{one.name} {one.label}") for one in typed)
        return SignIn.SMS if phone else SignIn.ACCOUNT
    if page.is_broken or not (page.scripts or page.has_outer_script):
        return SignIn.BROKEN
    return SignIn.JAVASCRIPT


def find_offer(page: Page) -> Offer | None:
    """The best thing to do on a page: what needs nothing typed first, else the first form."""
    offers = [one for form in page.forms if (one := _of_form(form, page)) is not None]
    easy = [one for one in offers if not one.asked]
    if easy:
        return max(easy, key=_promise)
    link = _best_link(page)
    if link is not None:
        return Offer(None, link, terms=page.text)
    return offers[0] if offers else None


def is_consent(text: str) -> bool:
    """Whether words, or names put together from words, are about agreeing to something."""
    return CONSENT.search(text.replace("_", " ").replace("-", " ")) is not None


def values_of(offer: Offer, typed: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """What submitting an offer's form sends, as a browser would, in the form's order.

    Args:
        offer: of a form.
        typed: what the person typed, by field name.  Nothing else fills a field a person would.
    """
    if offer.form is None:
        return ()
    chosen = dict(offer.chosen)
    sent = []
    for one in offer.form.fields:
        if one.name and _is_sent(one, offer.ticks, chosen):
            value = typed.get(one.name, "") if one.kind in _TYPED else one.value
            kept = one.kind in {"select", "hidden"} and one.name in chosen
            sent.append((one.name, chosen[one.name] if kept else value))
    if offer.button[0]:
        sent.append(offer.button)
    return tuple(sent)


def _is_sent(one: Field, ticks: tuple[str, ...], chosen: dict[str, str]) -> bool:
    if one.kind == "checkbox":
        return one.name in ticks or (one.is_checked and not _is_refused(one))
    if one.kind == "radio":
        return one.value == chosen[one.name] if one.name in chosen else one.is_checked
    return one.kind != "file"


def is_automatic(form: Form, page: Page) -> bool:
    """Whether a page submits a form by itself and it holds nothing a person would decide.

    A form that names an agreement is never automatic, whatever the page's script says.
    """
    if len(page.forms) != 1 or ".submit()" not in page.scripts.replace(" ", ""):
        return False
    names = " ".join(f"{one.name} {one.value}" for one in form.fields)
    return all(one.kind == "hidden" for one in form.fields) and not is_consent(
        f"{names} {form.text} {' '.join(label for _, _, label in form.buttons)}"
    )


def _of_form(form: Form, page: Page) -> Offer | None:
    if form.target is None or not form.is_visible or not (form.buttons or form.fields):
        return None
    ticks, asked = [], []
    for one in form.fields:
        if one.kind == "checkbox" and not _is_refused(one):
            if one.is_required or is_consent(f"{one.name} {one.label}"):
                ticks.append(one.name)
        elif _is_typed(one):
            asked.append(one)
    button = _best_button(form)
    if button is None and not asked:
        return None
    chosen = _free_choices(form)
    if chosen is None:
        return None
    name, value, _ = button or ("", "", "")
    return Offer(form, None, (name, value), tuple(ticks), tuple(asked), chosen, page.text)


def _best_button(form: Form) -> tuple[str, str, str] | None:
    wanted = [one for one in form.buttons if not STOP.search(one[2]) and not PAID.search(one[2])]
    going = [one for one in wanted if GO.search(one[2])]
    if going:
        return going[0]
    if wanted and len(form.buttons) == 1:
        return wanted[0]
    # A form without any button is sent by the return key or by a script.
    return None if form.buttons else ("", "", "")


def _free_choices(form: Form) -> tuple[tuple[str, str], ...] | None:
    """Choices moved to the free option, and to agreement; None where only paid ones are left."""
    paid_box = [one for one in form.fields if one.kind == "checkbox" and PAID.search(one.label)]
    if any(one.is_checked for one in paid_box):
        return None  # unticking it may change what the rest means: a person decides
    chosen: dict[str, str] = {}
    for name, options in _choices(form).items():
        wanted = _wanted(options)
        if wanted is None:
            return None
        if not wanted[2]:
            chosen[name] = wanted[0]
    return tuple(chosen.items())


def _choices(form: Form) -> dict[str, list[tuple[str, str, bool]]]:
    """The options of each choice: (value, words, whether it is chosen)."""
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for one in form.fields:
        if one.kind == "radio":
            groups.setdefault(one.name, []).append((one.value, one.label, one.is_checked))
        elif one.kind == "select":
            options = [(value, words, value == one.value) for value, words in one.options]
            groups.setdefault(one.name, []).extend(options)
    return groups


def _wanted(options: list[tuple[str, str, bool]]) -> tuple[str, str, bool] | None:
    """The option to take: an agreement, else what stands chosen and is free, else a free one."""
    free = [one for one in options if not PAID.search(f"{one[0]} {one[1]}")]
    agreed = [one for one in free if is_consent(one[1]) and not _is_stop(f"{one[0]} {one[1]}")]
    current = [one for one in free if one[2]]
    named = [one for one in free if FREE.search(f"{one[0]} {one[1]}")]
    return next(iter((*agreed, *current, *named, *free)), None)


def _is_stop(text: str) -> bool:
    return STOP.search(text) is not None or "not" in text.lower().split()


def _best_link(page: Page) -> Link | None:
    going = [one for one in page.links if GO.search(one.text) and not STOP.search(one.text)]
    if not going and not page.forms:
        # Some portals ask for the language before anything else.
        going = [one for one in page.links if one.text.strip().lower() in LANGUAGES]
    trial = [one for one in going if "trial" in one.target.text or "username=T-" in one.target.text]
    strong = [
        one for one in going if re.search(r"grant|auth|login|accept|continue", one.target.path)
    ]
    return next(iter(trial or strong or going), None)


def _promise(offer: Offer) -> int:
    """How much an offer looks like the way in."""
    label = offer.button[1] + " " + (offer.form.text if offer.form else "")
    method = offer.form.method if offer.form else ""
    return 4 * bool(GO.search(label)) + 2 * bool(offer.ticks) + (method == "POST")


def _is_refused(one: Field) -> bool:
    """Boxes nobody ticks for us: advertising, and what nobody can see."""
    words = f"{one.name} {one.label}"
    return bool(MARKETING.search(words) and not CONSENT.search(one.name)) or not one.is_visible


def _is_typed(one: Field) -> bool:
    """Whether a field is for a person to type in.  Invisible ones are traps, not questions."""
    if one.kind not in _TYPED or not one.is_visible:
        return False
    return (
        one.is_required
        or one.kind in {"email", "tel", "password"}
        or bool(PERSON.search(f"{one.name} {one.label}") or PHONE.search(f"{one.name} {one.label}"))
    )
