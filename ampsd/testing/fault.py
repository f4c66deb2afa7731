"""What is wrong with a file of tests: where, what, and what to do."""


class FileFault(Exception):  # noqa: N818 - named for what it is
    """The file cannot be used. Lines and columns count from 1; `line` is 0 where the whole file is meant."""

    def __init__(self, line: int, column: int, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column
        self.sentence = sentence
        self.remedy = remedy

    def text(self, file: str) -> str:
        """The fault on one line, as compilers write theirs."""
        place = f"{file}:{self.line}:{self.column}" if self.line else file
        return f"{place}: error: {self.sentence}. {self.remedy}"
