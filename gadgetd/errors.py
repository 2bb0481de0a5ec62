"""What can go wrong, in words: one base class for everything we raise on purpose.

An error has a stable code for programs, a sentence for people (with the values that matter) and,
where there is one, what to do now. The same three travel over the wire, into the log, into the
API's problem documents (RFC 9457) and onto the page.
"""

from __future__ import annotations

from typing import Any, ClassVar


class KaputtError(Exception):
    """Something went wrong that a person can be told about.

    Attributes:
        code: stable, lower_snake_case; what programs compare with.
        sentence: one sentence, with the values.
        remedy: what to do now; empty where nothing can be done.
    """

    code: ClassVar[str] = "error"

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy

    def document(self) -> dict[str, Any]:
        """The error as it crosses a wire: code, sentence, remedy."""
        return {"code": self.code, "sentence": self.sentence, "remedy": self.remedy}

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".rstrip()


class RemoteError(KaputtError):
    """A `KaputtError` raised in the other process, with the code it had there."""

    def __init__(self, code: str, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence, remedy)
        self.code = code  # type: ignore[misc]  # the one class whose code is a value
