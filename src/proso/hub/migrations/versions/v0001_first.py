"""The first tables: live reports, segments of the columnar log, releases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("report_id", sa.String(64), nullable=False, unique=True),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("assertion", sa.String(16), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reporter", sa.String(64), nullable=False),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "segment",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("file", sa.String(255), nullable=False, unique=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("input_name", sa.String(255), nullable=False),
        sa.Column("input_sha256", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "release",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("serial", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("rule_version", sa.String(32), nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.UniqueConstraint("region", "serial"),
        sa.UniqueConstraint("region", "as_of"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # The log is append-only by construction, not by good manners.
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER report_no_{verb.lower()} BEFORE {verb} ON report "
                "BEGIN SELECT RAISE(ABORT, 'the log of reports is append-only'); END"
            )
