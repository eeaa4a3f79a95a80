"""The tables of a hub.  Migrations make them (`hub/migrations`); a test holds both equal."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata: Final = MetaData()

_Id: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only so

report: Final = Table(
    "report",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("report_id", String(64), nullable=False, unique=True),
    Column("subject", BigInteger, nullable=False),
    Column("assertion", String(16), nullable=False),
    Column("category", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reporter", String(64), nullable=False),
    Column("region", String(2), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
"""The append-only log of what people report; times are UTC seconds since 1970."""

segment: Final = Table(
    "segment",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("file", String(255), nullable=False, unique=True),
    Column("source", String(32), nullable=False),
    Column("region", String(2), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("input_name", String(255), nullable=False),
    Column("input_sha256", String(64), nullable=False),
    Column("imported_at", BigInteger, nullable=False),
)
"""The parts of the columnar log: an immutable Parquet file each.  A file that is not registered
here does not exist."""

release: Final = Table(
    "release",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("region", String(2), nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("rule_version", String(32), nullable=False),
    Column("file", String(255), nullable=False),
    UniqueConstraint("region", "serial"),
    UniqueConstraint("region", "as_of"),
)
"""What was published.  Publishing again for the same moment gives the same serial and bytes."""
