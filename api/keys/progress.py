"""Progress: where in its text a job stands, and how that is told.

A sentence counts characters and never shows one: what is typed may be a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from api.keys.batches import Batch
from api.keys.plan import Plan, Step, Stroke
from api.keys.text import START, Position

SECOND_LAYOUT = "The target is still in its second layout."
WHICH_LAYOUT = "Nobody knows which of its two layouts the target is in."
FIRST_LAYOUT = "Switch the target to its first layout before it goes on."
DOUBTFUL_SHOWN = 10


@dataclass
class Progress:
    """How far a text has got.

    Attributes:
        typed: characters known to be typed.
        position: of the next one; None behind the last.
        begun: the strokes of the next one that are known to be typed, without switches.
        unsure: how many strokes behind those may have been typed.
        in_second: whether the target is in its second layout.
        is_layout_unsure: whether nobody knows; then it has to be the first before it goes on.
        doubtful: where the target may have repeated a character, the first `DOUBTFUL_SHOWN`.
        doubtful_count: how many such places there are in all.
    """

    typed: int = 0
    position: Position | None = START
    begun: tuple[Stroke, ...] = field(default=(), repr=False)
    unsure: int = 0
    in_second: bool = False
    is_layout_unsure: bool = False
    doubtful: list[Position] = field(default_factory=list)
    doubtful_count: int = 0
    _doubted_last: Position | None = None

    def doubt(self, position: Position) -> None:
        """The target may have repeated the character there; an accent and its letter are one."""
        if position == self._doubted_last or position in self.doubtful:
            return
        self._doubted_last = position
        self.doubtful_count += 1
        if len(self.doubtful) < DOUBTFUL_SHOWN:
            self.doubtful.append(position)

    def advance(
        self, batch: Batch, behind: Position | None, typed: int, unsure: int, switch: Stroke | None
    ) -> None:
        """Take note of what became of a batch.

        Args:
            batch: of the plan's steps, from `position` on.
            behind: where the batch after it begins.
            typed: strokes of it known to be typed.
            unsure: strokes behind those that may have been.
            switch: the chord between the target's layouts, if it has two.
        """
        characters, begun = batch.done(typed)
        self.typed += characters
        self.position, self.begun = behind, ()
        if characters < len(batch.steps):
            step = batch.steps[characters]
            self.position = step.position
            self.begun = tuple(stroke for stroke in step.strokes[:begun] if stroke != switch)
        self.unsure = unsure
        self.is_layout_unsure = switch in batch.strokes[typed : typed + unsure]
        self.in_second ^= switch is not None and batch.strokes[:typed].count(switch) % 2 == 1

    def tidy(
        self,
        strokes: list[Stroke],
        finishing: int,
        behind: Position | None,
        typed: int,
        unsure: int,
        switch: Stroke | None,
    ) -> None:
        """Take note of what became of strokes that were typed behind an ending.

        Args:
            strokes: all of them.
            finishing: so many of them, from the first, finish a character that was begun.
            behind: where the one after it begins.
            typed, unsure, switch: as in `advance`.
        """
        if finishing:
            self.begun += tuple(each for each in strokes[: min(typed, finishing)] if each != switch)
            self.unsure = min(unsure, max(0, finishing - typed))
            if typed >= finishing:
                self.typed, self.position, self.begun = self.typed + 1, behind, ()
        self.is_layout_unsure |= switch in strokes[typed : typed + unsure]
        self.in_second ^= switch is not None and strokes[:typed].count(switch) % 2 == 1

    def lose(self, strokes: list[Stroke], switch: Stroke | None) -> None:
        """Nobody knows what has become of these."""
        self.unsure = len(strokes)
        self.is_layout_unsure = switch in strokes

    def rest(self, plan: Plan) -> Iterator[Step]:
        """The steps that are left; of a character that was begun, the strokes that are left.

        The lights may have changed since it was begun. Where another beginning is needed now, it
        is typed from its beginning.
        """
        if self.position is None:
            return iter(())
        steps = plan.steps(self.position, in_second=self.in_second)
        step = next(steps, None)
        if step is None:  # a text without characters
            return steps
        count = len(self.begun)
        if count and step.strokes[:count] == self.begun:
            step = Step(step.position, step.strokes[count:])
        return chain([step], steps)

    def start_anew(self) -> None:
        """What was begun or unsure is looked after by whoever lets it go on."""
        self.in_second = self.in_second and not self.is_layout_unsure
        self.begun, self.unsure, self.is_layout_unsure = (), 0, False


@dataclass(frozen=True)
class Words:
    """What to tell somebody, and what to do now."""

    sentence: str
    remedy: str = ""


def with_doubts(said: Words, progress: Progress) -> Words:
    """The same, and where the target may have repeated something, which no keyboard can undo."""
    if not progress.doubtful:
        return said
    first, others = progress.doubtful[0], progress.doubtful_count - 1
    more = f" and {others} other{'s' if others > 1 else ''}" if others else ""
    doubts = (
        "The target stopped asking for keys while a key was down; it may have repeated "
        f"the character in line {first.line}, column {first.column}{more}."
    )
    return Words(f"{said.sentence} {doubts}".lstrip(), f"{said.remedy} Look there.".lstrip())


def words(progress: Progress, total: int, opening: str, remedy: str = "") -> Words:
    """How an ended or interrupted text stands; `opening` says why, as one sentence or none."""
    told = [opening, f"{progress.typed} of {total} characters are known to be typed."]
    todo = [remedy]
    if progress.unsure == 1:
        told.append("The next one may have arrived as well.")
    elif progress.unsure:
        told.append(f"Up to {progress.unsure} more keystrokes may have arrived.")
    if progress.begun:
        told.append("Of the next one only a part was typed, such as the accent.")
    if progress.unsure or progress.begun:
        todo.append(
            "Look where the text ends at the target; an accent may wait there for its letter, "
            "which Space and Backspace take away."
        )
    if progress.is_layout_unsure:
        told.append(WHICH_LAYOUT)
        todo.append(FIRST_LAYOUT)
    elif progress.in_second:
        told.append(SECOND_LAYOUT)
    return Words(" ".join(filter(None, told)), " ".join(filter(None, todo)))
