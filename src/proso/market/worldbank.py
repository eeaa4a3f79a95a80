"""The World Bank's API, through wbgapi."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from proso.errors import HubUnreachable


def fetcher(
    endpoint: str | None = None,
) -> Callable[[str, int], Iterable[Mapping[str, Any]]]:
    """A function from (series, years) to rows of `economy, time, value`.

    Args:
        endpoint: another address than wbgapi's own.

    Raises:
        HubUnreachable: raised by the function where the API does not answer.
    """
    import wbgapi  # noqa: PLC0415  a phone has none, and only this needs it

    if endpoint:
        wbgapi.endpoint = endpoint

    def fetch(series: str, years: int) -> Iterable[Mapping[str, Any]]:
        try:
            # The library knows dozens of errors, its own and those of requests below it.
            return list(wbgapi.data.fetch(series, mrv=years, skipBlanks=True))
        except Exception as error:
            raise HubUnreachable(
                found=f"the World Bank's API did not give {series} ({type(error).__name__})",
                expected="an answer",
                remedy="try later, or download a CSV and use proso market import csv",
            ) from error

    return fetch
