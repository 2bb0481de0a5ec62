"""What can go wrong while a lab is set up: one class, a stable code, a sentence, what to do now."""


class LabError(Exception):
    """Something in the lab failed on purpose, in words.

    Args:
        code: stable and machine-readable, such as `lab.kernel.network`.
        sentence: what happened, with the values that matter.
        todo: what a person can do now; may be empty.
        log: the end of the guest's own logs; may be empty.
    """

    def __init__(self, code: str, sentence: str, todo: str = "", log: str = "") -> None:
        words = f"{sentence} {todo}".strip()
        super().__init__(f"{words}\n{log}" if log else words)
        self.code = code
        self.sentence = sentence
        self.todo = todo
        self.log = log
