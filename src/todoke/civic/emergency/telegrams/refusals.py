"""What is not a telegram, and why, in a sentence for the person who looks at the quarantine."""


class NotATelegram(Exception):
    """These bytes cannot be taken as a telegram; `str()` says why in Japanese. Keep them and show the sentence."""


class TooLarge(NotATelegram):
    """Larger than anything we read, packed or unpacked; the rest was not looked at."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(f"大きすぎます（上限は{bytes_max // 1_000_000}MB）。中身は読んでいません。")
        self.bytes_max = bytes_max


class NotWellFormed(NotATelegram):
    """Not XML, cut off in the middle, or damaged. A file that is still being written looks like this, too."""


class NotValid(NotATelegram):
    """XML, but not built as 気象庁防災情報XML says; `where` is the path of the element concerned."""

    def __init__(self, sentence: str, where: str = "") -> None:
        super().__init__(sentence)
        self.where = where
