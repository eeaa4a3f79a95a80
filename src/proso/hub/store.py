"""Where a hub keeps what it was told: one directory.

    hub.sqlite      live reports, the register of segments, releases
    log/            segments of the columnar log, by source
    packs/          what is published
    refused/        rows that imports did not take

A report is acknowledged only after SQLite has it on the disk (WAL, synchronous=FULL).  A segment
is written, synced and renamed before it is registered, so a file that is not in the register is
rubbish of an interrupted import and is removed by the next one.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.dialects.sqlite import insert

from proso.errors import NotAHub, ProsoError, StoreBusy, StoreFull, StoreTooNew, Unavailable
from proso.hub import schema
from proso.reports.report import Report

DATABASE: Final = "hub.sqlite"
BUSY_SECONDS: Final = 10
"""How long a writer waits for another: a segment is registered in milliseconds."""

_SHARED_MEMORY_BYTES: Final = 32 * 1024  # the first part of the -shm file


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One registered part of the columnar log.

    Attributes:
        file: name below ``log/``.
        source: which feed, such as "ftc".
        region: of every row in it.
        rows: how many.
        first_at: earliest report, UTC seconds.
        last_at: latest report, UTC seconds.
        input_name: name of the file imported, without its directory.
        input_sha256: digest of that file.
        imported_at: when, UTC seconds.
    """

    file: str
    source: str
    region: str
    rows: int
    first_at: int
    last_at: int
    input_name: str
    input_sha256: str
    imported_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One published pack.

    Attributes:
        region: ISO 3166-1 alpha-2.
        serial: 1 and up.
        as_of: moment up to which reports were weighed, UTC seconds.
        digest: SHA-256 of the pack in hexadecimal.
        entries: numbers and ranges in it.
        rule_version: the rule that listed them.
        file: name below ``packs/``.
    """

    region: str
    serial: int
    as_of: int
    digest: str
    entries: int
    rule_version: str
    file: str


class Store:
    """A hub's reports, segments and releases."""

    def __init__(self, directory: Path, engine: sa.Engine) -> None:
        self.directory = directory
        self._engine = engine

    @classmethod
    def create(cls, directory: Path) -> Self:
        """A new store, or the one that is already there, brought up to date."""
        with translated(directory):
            directory.mkdir(parents=True, exist_ok=True)
            for name in ("log", "packs", "refused"):
                (directory / name).mkdir(exist_ok=True)
            made = cls._opened(directory)
            for folder in (directory, directory.parent):
                _sync(folder)
        return made

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The store of a directory.

        Raises:
            NotAHub: there is none.
            StoreTooNew: a later version of proso wrote it.
        """
        if not (directory / DATABASE).is_file():
            raise NotAHub(
                found=f"no {DATABASE} in {directory.name or directory}",
                expected="the directory of a hub",
                remedy=f"run: proso hub init --hub {directory}",
            )
        return cls._opened(directory)

    @classmethod
    def _opened(cls, directory: Path) -> Self:
        # A URL written out would end at the first "?" of the directory's name.
        url = sa.URL.create("sqlite", database=str(directory / DATABASE))
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(engine, "begin", _begin)
        with translated(directory):
            _migrate(engine)
        return cls(directory, engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the database back."""
        self._engine.dispose()

    def append(self, reports: Sequence[Report], *, received_at: datetime) -> int:
        """Adds reports to the log; on return they are on the disk.

        Returns:
            How many were new; a report whose id is known adds nothing.

        Raises:
            StoreFull: no room; none of these reports was taken.
            StoreBusy: another writer holds the database.
        """
        if not reports:
            return 0
        moment = int(received_at.timestamp())
        rows = [_row(report, moment) for report in reports]
        statement = insert(schema.report).on_conflict_do_nothing(index_elements=["report_id"])
        with translated(self.directory), self._engine.begin() as connection:
            return connection.execute(statement, rows).rowcount

    def live_reports(self, region: str | None = None) -> list[sa.RowMapping]:
        """The reports of the log in the order they came, as rows of the table."""
        query = sa.select(schema.report).order_by(schema.report.c.id)
        if region is not None:
            query = query.where(schema.report.c.region == region)
        return self._all(query)

    def reports_about(self, value: int) -> list[sa.RowMapping]:
        """The live reports about one number."""
        return self._all(sa.select(schema.report).where(schema.report.c.subject == value))

    def register(self, segment: Segment) -> None:
        """Makes a written segment part of the log."""
        values = {name: getattr(segment, name) for name in segment.__slots__}
        with translated(self.directory), self._engine.begin() as connection:
            connection.execute(schema.segment.insert(), values)

    def segments(self, *, region: str | None = None, source: str | None = None) -> list[Segment]:
        """The registered segments, oldest first."""
        query = sa.select(schema.segment).order_by(schema.segment.c.id)
        if region is not None:
            query = query.where(schema.segment.c.region == region)
        if source is not None:
            query = query.where(schema.segment.c.source == source)
        return [Segment(**{k: v for k, v in row.items() if k != "id"}) for row in self._all(query)]

    def files(self, segments: Iterable[Segment]) -> list[str]:
        """Where the rows of segments are.

        Raises:
            Unavailable: a registered file is not there any more.
        """
        paths = [self.directory / "log" / segment.file for segment in segments]
        for path in paths:
            if not path.is_file():
                raise Unavailable(
                    found=f"a log without its registered part {path.parent.name}/{path.name}",
                    expected="every part that was ever imported",
                    remedy="put the file back from a backup",
                )
        return [str(path) for path in paths]

    def releases(self, region: str) -> list[Release]:
        """What was published for a region, oldest first."""
        query = (
            sa.select(schema.release)
            .where(schema.release.c.region == region)
            .order_by(schema.release.c.serial)
        )
        return [Release(**{k: v for k, v in row.items() if k != "id"}) for row in self._all(query)]

    def record(self, release: Release) -> None:
        """Notes that a pack was published; the same release twice is noted once."""
        values = {name: getattr(release, name) for name in release.__slots__}
        statement = insert(schema.release).on_conflict_do_nothing()
        with translated(self.directory), self._engine.begin() as connection:
            connection.execute(statement, values)

    def counts(self) -> dict[str, int]:
        """How many live reports, imported rows, segments and releases there are."""
        with translated(self.directory), self._engine.connect() as connection:
            imported = connection.scalar(sa.select(sa.func.sum(schema.segment.c.rows)))
            return {
                "reports": _count(connection, schema.report),
                "imported": int(imported or 0),
                "segments": _count(connection, schema.segment),
                "releases": _count(connection, schema.release),
            }

    def remove_unregistered(self) -> int:
        """Deletes files of interrupted imports; returns how many.  Only the one import may ask."""
        known = {segment.file for segment in self.segments()}
        removed = 0
        for path in (self.directory / "log").glob("*/*"):
            if f"{path.parent.name}/{path.name}" not in known:
                with translated(self.directory):
                    path.unlink()
                removed += 1
        return removed

    def _all(self, query: sa.Select[tuple[object, ...]]) -> list[sa.RowMapping]:
        with translated(self.directory), self._engine.connect() as connection:
            return list(connection.execute(query).mappings())


def write_durably(path: Path, data: bytes) -> None:
    """Puts bytes at a path, whole or not at all: temporary file, sync, rename, sync.

    Raises:
        StoreFull: no room; what was at the path before is still there.
    """
    with translated(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".tmp")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            settle(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def settle(temporary: Path, path: Path) -> None:
    """Renames a synced temporary file into place and syncs the directory."""
    temporary.replace(path)
    for folder in (path.parent, path.parent.parent):  # the folder itself may be new
        _sync(folder)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def translated(directory: Path) -> Iterator[None]:
    """Turns what the database and the disk complain of into our errors.

    Raises:
        StoreFull: no room.
        StoreBusy: another process holds the database.
        Unavailable: anything else that keeps the store from being used.
    """
    try:
        yield
    except ProsoError:
        raise
    except sa.exc.DatabaseError as error:
        raise _store_error(error.orig, directory) from error
    except (OSError, sqlite3.DatabaseError) as error:
        raise _store_error(error, directory) from error


def _store_error(cause: BaseException | None, directory: Path) -> ProsoError:
    full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF == sqlite3.SQLITE_IOERR:
        # What does not fit beside the database (its shared memory) SQLite calls an I/O error.
        full = shutil.disk_usage(directory).free < _SHARED_MEMORY_BYTES
    if full or (code is not None and code & 0xFF == sqlite3.SQLITE_FULL):
        return StoreFull(
            found=f"no room left on the disk of {directory.name or directory}",
            expected="space to write",
            remedy="free some and run the same command again; nothing acknowledged was lost",
        )
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            found="a database that another process is writing",
            expected=f"to get hold of it within {BUSY_SECONDS} s",
            remedy="try again when the other command has ended",
        )
    return Unavailable(
        found=f"a store that cannot be used ({cause})",
        expected="a directory and database that can be read and written",
        remedy="check its permissions and the disk",
    )


def _begin(connection: sa.Connection) -> None:
    # Whoever reads before it writes must hold the database from the start: SQLite refuses at once
    # to let a reader write what another has changed since.
    immediate = connection.get_execution_options().get("reads_then_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3 begins no transaction before CREATE TABLE; a migration must be whole or not at all,
    # so `_begin` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an acknowledged report survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _migrate(engine: sa.Engine) -> None:
    config = Config()
    place = str(Path(__file__).parent / "migrations").replace("%", "%%")  # as configparser reads it
    config.set_main_option("script_location", place)
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.connect() as connection:
        if _schema_of(connection, known) == max(known):
            return
    # Another process may be making the tables at this moment: look again, and hold the database.
    with engine.execution_options(reads_then_writes=True).begin() as connection:
        if _schema_of(connection, known) != max(known):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _schema_of(connection: sa.Connection, known: set[str]) -> str | None:
    current = None
    if sa.inspect(connection).has_table("alembic_version"):
        current = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if current is not None and current not in known:
        raise StoreTooNew(
            found=f"a database of schema {current}",
            expected=f"schema {max(known)} or older",
            remedy="update proso; nothing was changed",
        )
    return current


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def _row(report: Report, received_at: int) -> dict[str, object]:
    return {
        "report_id": report.report_id,
        "subject": report.subject.value,
        "assertion": report.assertion.value,
        "category": report.category.value,
        "at": int(report.at.astimezone(UTC).timestamp()),
        "reporter": report.reporter,
        "region": report.region,
        "origin": report.origin,
        "received_at": received_at,
    }
