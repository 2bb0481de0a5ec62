"""The page: the files of web/, and nothing else of the disk.

They are few and small, so they are read once, at the start: a small board that is busy with its
picture then serves them without touching its disk. Only these are open to who has not signed in,
each at its own address, so nothing that lands beside them later is served by accident.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gadgetd.errors import KaputtError

INDEX = "index.html"
BESIDE_US = Path(__file__).resolve().parent.parent / "web"
# The system's own table may be missing, and a module of an unknown type is not run by any browser.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class PageMissingError(KaputtError):
    """The page's files are not where they should be."""

    code = "page_missing"

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"The page's files are not in {directory}.",
            "Name their directory with --web, or install KaputtKVM anew.",
        )


@dataclass(frozen=True)
class PageFile:
    """One file of the page, as it goes out."""

    content: bytes
    media_type: str
    tag: str

    @classmethod
    def read(cls, file: Path) -> PageFile:
        """Read it; its tag is a digest, so an update that changes nothing costs nothing."""
        content = file.read_bytes()
        media_type = TYPES.get(file.suffix, "application/octet-stream")
        return cls(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


class Page:
    """The files a browser loads.

    Raises:
        PageMissingError: `directory` has no index.html.
    """

    def __init__(self, directory: Path = BESIDE_US) -> None:
        if not (directory / INDEX).is_file():
            raise PageMissingError(directory)
        self._files = {
            f"/{name}": PageFile.read(directory / name) for name in files_below(directory)
        }
        self._files["/"] = self._files[f"/{INDEX}"]

    def has(self, path: str) -> bool:
        """Whether a file of the page is at this address."""
        return path in self._files

    def routes(self) -> Iterator[Route]:
        """One for each file."""
        for path in self._files:
            yield Route(path, self._answer, methods=["GET"], include_in_schema=False)

    async def _answer(self, request: Request) -> Response:
        file = self._files[request.scope["path"]]
        # Kept, but asked about each time: an update shows at once, and costs an ETag otherwise.
        headers = {"Cache-Control": "no-cache", "ETag": file.tag}
        if file.tag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.media_type, headers=headers)


def files_below(directory: Path) -> Iterator[str]:
    """The regular, not hidden files in and below a directory, by their path in it."""
    for parent, directories, files in os.walk(directory):
        directories[:] = [name for name in directories if not name.startswith(".")]
        for name in files:
            file = Path(parent, name)
            if not name.startswith(".") and not file.is_symlink():
                yield file.relative_to(directory).as_posix()
