"""The hub, over HTTP."""

from typing import Any, Final, Self

import httpx

from proso.errors import HubUnreachable

TIMEOUT_SECONDS: Final = 10


class WebClient:
    """A hub at a URL.  Takes a live `httpx.Client`, so that a test can pass one without a wire."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    def to(cls, url: str) -> Self:
        """A client of the hub at a URL such as ``https://hub.example``."""
        return cls(httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, reports: list[dict[str, str]]) -> dict[str, Any]:
        """Hands reports in.

        Returns:
            ``accepted`` (how many) and ``refused`` (a list of ``row``, counting from 1, and
            ``why``), among others.

        Raises:
            HubUnreachable: no answer, or one of another shape.
        """
        response = self._asked("POST", "/reports", json=reports)
        answer: dict[str, Any] = {}
        try:
            answer = response.json()
            refused = {one["row"]: one["why"] for one in answer["refused"]}
            understood = isinstance(answer["accepted"], int) and all(
                isinstance(row, int) and isinstance(why, str) for row, why in refused.items()
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            understood = False
        if not understood:
            raise HubUnreachable(
                found="an answer that is not a hub's",
                expected="what became of each report",
                remedy="check the address; the reports are kept",
            )
        return answer

    def ping(self) -> bool:
        """Whether the hub answers."""
        return self._asked("GET", "/healthz").status_code == httpx.codes.OK

    def _asked(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        try:
            response = self._client.request(method, path, **options)
            response.raise_for_status()
        except (httpx.HTTPError, ValueError) as error:
            raise HubUnreachable(
                found=f"no good answer from the hub ({error})".replace("\n", " "),
                expected=f"{path} to answer",
                remedy="check the address, or try again later; nothing was lost",
            ) from error
        return response
