"""Asterisk: numbers as its database, ranges as a dialplan that looks into both.

The database is Asterisk's own SQLite file (astdb.sqlite3, table `astdb`), so the export is SQL to
run while Asterisk is stopped; a running one takes `database put` one by one.  Patterns of a
dialplan are tried from the most specific on, as a pack's ranges are, and before a range is
believed the database is asked, so that a cleared number rings.
"""

from collections.abc import Iterator
from typing import Final

from proso.exports.source import Source, Tally

RANGES: Final = "ranges; they are in the dialplan (--to asterisk-dialplan)"

_DIALPLAN: Final = """\
; proso: pack {region}, serial {serial}, as of {as_of:%Y-%m-%d}
;
; Load with #include in extensions.conf, and the numbers with: proso pack export --to asterisk-db
; Ask it for each call that comes in, with E.164 digits and no plus, for example
;   same => n,Gosub(proso,s,1(${{CALLERID(num)}}))
;   same => n,GotoIf($["${{PROSO_ACTION}}" = "reject"]?rejected)
; It sets PROSO_ACTION (allow, label, silence or reject), PROSO_CATEGORY and PROSO_RATING (1/100).

[proso]
exten => s,1,Set(PROSO_DIGITS=${{FILTER(0-9,${{ARG1}})}})
 same => n,Set(PROSO_LISTED=${{DB(proso/${{PROSO_DIGITS}})}})
 same => n,GotoIf($["${{PROSO_LISTED}}" != ""]?listed)
 same => n,GotoIf($["${{PROSO_DIGITS}}" = ""]?listed)
 same => n,GotoIf(${{DIALPLAN_EXISTS(proso-ranges,${{PROSO_DIGITS}},1)}}?:listed)
 same => n,Gosub(proso-ranges,${{PROSO_DIGITS}},1)
 same => n(listed),Set(PROSO_ACTION=${{CUT(PROSO_LISTED,:,1)}})
 same => n,ExecIf($["${{PROSO_ACTION}}" = ""]?Set(PROSO_ACTION=allow))
 same => n,Set(PROSO_CATEGORY=${{CUT(PROSO_LISTED,:,2)}})
 same => n,Set(PROSO_RATING=${{CUT(PROSO_LISTED,:,3)}})
 same => n,Return()

[proso-ranges]
"""


def write_database(source: Source, tally: Tally) -> Iterator[str]:
    """SQL for astdb.sqlite3: ``/proso/DIGITS`` is ``action:category:rating``."""
    yield from _sql("key LIKE '/proso/%'")
    for entry in source.said_entries(tally):
        if entry.is_number:
            yield _row("REPLACE", f"/proso/{entry.prefix}", entry.said)
        else:
            tally.ranges -= 1
            tally.lost[RANGES] += 1
    yield "COMMIT;\n"


def write_blacklist(source: Source, tally: Tally) -> Iterator[str]:
    """SQL for the family ``blacklist`` that FreePBX and old dialplans ask: present is blocked."""
    # What the owner put there by hand stays, and wins over ours.
    yield from _sql("key LIKE '/blacklist/%' AND value LIKE 'proso %'")
    for entry in source.stopped_numbers(tally):
        yield _row("IGNORE", f"/blacklist/{entry.prefix}", f"proso {entry.said}")
    yield "COMMIT;\n"


def write_dialplan(source: Source, tally: Tally) -> Iterator[str]:
    """The context to ask, and a pattern for each range."""
    header = source.pack.header
    yield _DIALPLAN.format(region=header.region, serial=header.serial, as_of=header.as_of)
    for entry in source.said_entries(tally):
        if entry.is_number:
            tally.numbers -= 1
            tally.lost["numbers; they are in the database (--to asterisk-db)"] += 1
            continue
        # "!" is any rest, none included; X is a digit.
        rest = "X" * (entry.digits - len(entry.prefix)) if entry.digits else "!"
        yield f"exten => _{entry.prefix}{rest},1,Set(PROSO_LISTED={entry.said})\n"
        yield " same => n,Return()\n"


def _sql(former: str) -> Iterator[str]:
    yield "CREATE TABLE IF NOT EXISTS "
    yield "astdb(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key));\n"
    yield f"BEGIN;\nDELETE FROM astdb WHERE {former};\n"


def _row(otherwise: str, key: str, value: str) -> str:
    return f"INSERT OR {otherwise} INTO astdb(key, value) VALUES('{key}', '{value}');\n"
