"""Where a request comes from: our own page, another program, or somebody else's page.

A browser sends our cookie and remembered passwords along with what other sites make it send. It
also says who made it: in Origin for every unsafe method and every WebSocket, in Sec-Fetch-Site
where the connection is one it trusts. Programs that are no browser say neither, and need neither.

Sources: RFC 6454 §7 (Origin), RFC 6455 §10.2 (WebSockets), W3C Fetch Metadata Request Headers.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from gadgetd.errors import KaputtError

OUR_OWN = {"same-origin", "none"}  # none: the user typed the address
DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginRefusedError(KaputtError):
    """Another site's page made the browser send this."""

    code = "origin_refused"

    def __init__(self, origin: str, host: str) -> None:
        super().__init__(
            f"A page of {origin[:100]!r} may not do this at {host[:100]!r}.",
            "If that page is yours, or a proxy changes the Host, add it to http.origins.",
        )


def check_origin(
    origin: str | None, fetch_site: str | None, host: str, allowed: Collection[str]
) -> None:
    """Let requests of our own page, of allowed ones and of no page at all through.

    Args:
        origin: the Origin header.
        fetch_site: the Sec-Fetch-Site header.
        host: the Host header, with its port where it is not the scheme's own.
        allowed: origins that may do what our page may, such as https://kvm.example.org.

    Raises:
        OriginRefusedError: it was another page.
    """
    if origin is not None:
        if origin not in allowed and not is_same(origin, host):
            raise OriginRefusedError(origin, host)
    elif fetch_site is not None and fetch_site not in OUR_OWN:
        raise OriginRefusedError(fetch_site, host)


def is_same(origin: str, host: str) -> bool:
    """Whether a page of `origin` was served by `host`.

    The scheme is the origin's: behind a proxy that ends TLS we would not know our own.
    """
    try:
        page = urlsplit(origin)
        ours = urlsplit(f"//{host}")
        default_port = DEFAULT_PORTS.get(page.scheme)
        return (
            default_port is not None
            and bool(page.hostname)
            and page.hostname == ours.hostname
            and (page.port or default_port) == (ours.port or default_port)
        )
    except ValueError:  # a port that is no number, an address that is none
        return False
