"""What picture is asked for: the part of the settings that the video code reads.

A Protocol, so that nothing here depends on where settings come from. Their meaning is described
with the settings themselves (section `video`).
"""

from __future__ import annotations

from typing import Protocol


class VideoOrder(Protocol):
    """The `video` section. Sizes in pixels; None leaves the choice to the device."""

    @property
    def device(self) -> str | None: ...  # noqa: D102
    @property
    def input(self) -> int | str | None: ...  # noqa: D102
    @property
    def standard(self) -> str | None: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102
    @property
    def pixel_format(self) -> str | None: ...  # noqa: D102
    @property
    def field(self) -> str: ...  # noqa: D102
    @property
    def quality(self) -> int: ...  # noqa: D102
    @property
    def pixel_aspect(self) -> str | None: ...  # noqa: D102
