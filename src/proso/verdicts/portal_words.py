"""Words of sign-in pages, in the languages of the countries whose lists we carry."""

import re
from typing import Final


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


CONSENT: Final = _any(
    r"\b(?:agree|accept|consent|terms|conditions|polic(?:y|ies)|rules|aup|tou|tos|eula|privacy)",
    r"\b(?:read|akzeptier|zustimm|einverstanden|agb|nutzungsbedingungen|datenschutz)",
    r"\b(?:accepte|cgu|acepto|t[ée]rminos|condiciones|aceito|termos|concordo|kabul|ko[şs]ul)",
    "соглас|услови|правил",
    "同意|接受|條款|条款|동의|약관",
)
"""Something is agreed to."""

MARKETING: Final = _any(
    "newsletter|marketing|promo|offers|advert|partner|subscribe|third part",
    "publicit|angebote|werbung|ofertas|kampanya|рассыл",
)
"""Advertising: never ticked for anybody."""

PAID: Final = _any(
    r"[€$£¥₩₺₽₹]\s?\d",
    r"\d+[.,]\d\d\s?(?:€|eur|usd|gbp|chf|kr)",
    r"\b\d+\s?(?:eur|usd|gbp|₺|руб|円|元)\b",
    r"\b(?:pay|buy|purchase|price|premium|credit card|card number)\b",
    "kaufen|acheter|comprar|satın al|оплат|купить|付款|결제",
)
"""Money."""

FREE: Final = _any(
    r"\bfree\b|gratis|kostenlos|gratuit|ücretsiz|бесплатн|免費|무료|\b0[.,]00\b",
)
"""No money."""

GO: Final = _any(
    r"agree|accept|connect|continue|proceed|online|internet|log\s?in|sign\s?in|start|enter|surf",
    r"\bgo\b|\bok\b|yes|get wi-?fi|access|browse|click here|trial",
    "weiter|verbinden|akzeptieren|einverstanden|lossurfen",
    "connecter|continuer|accepter|acc[ée]der|conectar|aceptar|continuar|entrar|aceitar",
    "bağlan|devam|kabul|подключ|продолж|войти|соглас",
    "同意|連線|連接|连接|登入|확인|접속|동의",
)
"""What opens the gate."""

STOP: Final = _any(
    r"decline|disagree|cancel|reject|log\s?(?:out|off)|\bno\b|deny|help|privacy|faq|contact|forgot",
    "imprint|impressum|abbrechen|ablehnen|refuser|annuler|rechazar|cancelar|vazge|отказ|отмен",
    "facebook|google|twitter|instagram|register|sign up|create",
)
"""What does not, or asks for an account elsewhere."""

PHONE: Final = _any(
    r"phone|mobile|msisdn|\bsms\b|handy|t[ée]l[ée]phone|celular|telefon|телефон|手機|手机|휴대",
)
"""A telephone number is wanted."""

PERSON: Final = _any(
    r"mail|name|user|login|voucher|coupon|code|room|zimmer|birth|zip|card|passport|account",
    r"\bid\b|\bpin\b",
)
"""Something about a person is wanted."""

LANGUAGES: Final = (
    "english",
    "en",
    "deutsch",
    "français",
    "español",
    "português",
    "türkçe",
    "中文",
)
"""Links to a portal's languages, the widest understood first."""
