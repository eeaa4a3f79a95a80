"""Every error of proso, one tree.

    ProsoError
    ├── Misuse                      our own bug: an argument no caller may pass
    ├── Refused                     what was sent is bad; sending it again does not help
    │   ├── BadNumber               text that is no E.164 number of the region
    │   ├── BadReport               a report, or a row of a batch, that cannot be believed
    │   ├── BadFile                 a file that cannot be read or has other columns
    │   ├── BadPack                 bytes that are no well-formed pack
    │   │   ├── PackTooNew          a pack of a format this version does not know
    │   │   ├── PackOfOtherRegion   a sound pack, but of another region
    │   │   └── BadDelta            no delta, or one made from another pack
    │   ├── BadRules                owner's rules that cannot be understood
    │   ├── BadContacts             a vCard file that cannot be read
    │   ├── BadListing              a row that cannot be listed in a pack
    │   ├── BadPlace                text or degrees that are no place on the earth
    │   ├── BadRecipe               a portal recipe that may not be run
    │   ├── NoSuchNetwork           a network that is not in range, or may not be joined
    │   ├── NotOnline               a join that ended without proven internet
    │   ├── UpdateRefused           an update that may not be trusted; the installed pack stays
    │   │   ├── RolledBack          older than what this phone has seen
    │   │   ├── MixedUp             parts that were never published together
    │   │   ├── NotSigned           not signed by enough of the keys that count
    │   │   ├── Altered             other bytes than the ones that were signed for
    │   │   └── Endless             more bytes than were announced
    │   ├── UnknownHub              a hub whose root this phone was never told to trust
    │   ├── BadKey                  a key that cannot be read or does not count here
    │   ├── ThresholdNotMet         a change of keys that too few holders have signed
    │   ├── NoSuchCall              a call that is not in the phone's log
    │   ├── StoreTooNew             a database written by a later version
    │   ├── NotAHub                 a directory that holds no hub
    │   ├── BadFact                 a row of market data that cannot be true
    │   ├── NothingKnown            a question about a day before any data
    │   ├── BadPlan                 settings of a market plan that cannot be carried out
    │   └── MissingExtra            a command of the hub on a phone's install
    └── Unavailable                 nothing wrong with the request; try again later
        ├── StoreFull               no room left on the disk
        ├── StoreBusy               somebody else holds the database
        ├── HubUnreachable          the hub did not answer
        ├── NoLine                  no line on which calls could come in
        ├── NoRadio                 no Wi-Fi that can be asked
        ├── Frozen                  what the hub signed has run out, and nothing newer came
        ├── TooSlow                 a mirror that stalls
        └── Interrupted             the person pressed Ctrl-C

An error says in one sentence what was found, what was expected and what to do.  ``exit_code`` is
what the command line ends with (each class has its own), ``http_status`` what the hub answers.
"""

from typing import ClassVar


class ProsoError(Exception):
    """The root: carries what was found, what was expected and what to do next.

    Attributes:
        found: What arrived, in words, without personal data.
        expected: What would have been right.
        remedy: What the reader can do now.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, *, found: str, expected: str, remedy: str) -> None:
        super().__init__(found, expected, remedy)
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.found}; expected {self.expected}; {self.remedy}."

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword arguments do not survive a process border without this.
        return (_rebuild, (type(self), self.found, self.expected, self.remedy))


def _rebuild(kind: type[ProsoError], found: str, expected: str, remedy: str) -> ProsoError:
    return kind(found=found, expected=expected, remedy=remedy)


class Misuse(ProsoError):
    """A caller inside proso broke a contract: always a bug of ours."""

    exit_code = 70  # EX_SOFTWARE of sysexits.h


class Refused(ProsoError):
    """What was sent is bad; sending it again does not help."""

    exit_code = 10
    http_status = 400


class BadNumber(Refused):
    """Text that is no E.164 number in the region it was read in."""

    exit_code = 11


class BadReport(Refused):
    """A report that cannot be believed: unknown assertion, impossible subject or time."""

    exit_code = 12


class BadFile(Refused):
    """A file that cannot be read, or whose columns are not the ones named."""

    exit_code = 13


class BadPack(Refused):
    """Bytes that are no well-formed pack: truncated, altered or of another kind."""

    exit_code = 14


class PackTooNew(BadPack):
    """A pack of a format this version does not know."""

    exit_code = 15


class PackOfOtherRegion(BadPack):
    """A sound pack, but of another region than the one asked for."""

    exit_code = 16


class BadDelta(BadPack):
    """Bytes that are no delta, or one made from another pack than the one at hand."""

    exit_code = 23


class BadRules(Refused):
    """Owner's rules that cannot be understood."""

    exit_code = 17


class BadContacts(Refused):
    """A contacts file in which no card could be read."""

    exit_code = 18


class BadListing(Refused):
    """A row that cannot be listed in a pack."""

    exit_code = 19


class BadPlace(Refused):
    """Text or degrees that are no place on the earth, or a place no pack lists."""

    exit_code = 30


class BadRecipe(Refused):
    """A portal recipe that may not be run: unknown step, too long, or reaching elsewhere."""

    exit_code = 31


class NoSuchNetwork(Refused):
    """A network that is not in range, or that the person or the rules did not let us join."""

    exit_code = 32


class NotOnline(Refused):
    """A join that ended without proven internet; what was before is back."""

    exit_code = 33


class UpdateRefused(Refused):
    """An update that may not be trusted; the installed pack stays in use."""

    exit_code = 34


class RolledBack(UpdateRefused):
    """Metadata or a pack older than what this phone has already seen (rollback)."""

    exit_code = 35


class MixedUp(UpdateRefused):
    """Metadata whose parts were never published together (mix-and-match)."""

    exit_code = 36


class NotSigned(UpdateRefused):
    """Metadata without valid signatures by enough of the keys that count now."""

    exit_code = 37


class Altered(UpdateRefused):
    """Other bytes than the ones that were signed for."""

    exit_code = 38


class Endless(UpdateRefused):
    """More bytes than were announced, or than any honest file has."""

    exit_code = 39


class UnknownHub(Refused):
    """A hub whose root of trust this phone was never given, or was given another of."""

    exit_code = 24


class BadKey(Refused):
    """A key that cannot be read, or that has no say in what it was used for."""

    exit_code = 25


class ThresholdNotMet(Refused):
    """A change of keys that too few of the holders have signed."""

    exit_code = 26


class NoSuchCall(Refused):
    """A call that is not in the phone's log."""

    exit_code = 27


class StoreTooNew(Refused):
    """A database written by a later version of proso."""

    exit_code = 20


class NotAHub(Refused):
    """A directory in which no hub was initialised."""

    exit_code = 21


class MissingExtra(Refused):
    """A command that needs an optional part which is not installed."""

    exit_code = 22


class BadFact(Refused):
    """A row of market data that cannot be true: unknown code, impossible share, mixed units."""

    exit_code = 50


class NothingKnown(Refused):
    """A question that the data published up to the day cannot answer."""

    exit_code = 51


class BadPlan(Refused):
    """Settings of a market plan that are missing, contradictory or out of range."""

    exit_code = 52


class Unavailable(ProsoError):
    """Nothing is wrong with the request; the same request may work later."""

    exit_code = 40
    http_status = 503


class StoreFull(Unavailable):
    """No room left where the store writes."""

    exit_code = 41
    http_status = 507


class StoreBusy(Unavailable):
    """Another process holds the database longer than we wait."""

    exit_code = 42


class HubUnreachable(Unavailable):
    """The hub did not answer, or not in a way we understand."""

    exit_code = 43


class NoLine(Unavailable):
    """No modem daemon, no bus or no port: nothing on which calls could come in."""

    exit_code = 44


class NoRadio(Unavailable):
    """No Wi-Fi device, no NetworkManager, or Wi-Fi is switched off."""

    exit_code = 46


class Frozen(Unavailable):
    """What the hub signed has run out and nothing newer came: a freeze, or a hub asleep."""

    exit_code = 47


class TooSlow(Unavailable):
    """A mirror that stalls, or sends slower than is any use."""

    exit_code = 48


class Interrupted(Unavailable):
    """The person stopped the command; what was finished is kept."""

    exit_code = 130  # 128 + SIGINT, what shells expect
