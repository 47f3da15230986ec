"""What can go wrong with the embedded server, told to the person at the console."""


class ServerTrouble(RuntimeError):
    """The embedded server cannot be had. The text says what happened and what to do, in Japanese.

    `log` holds the last lines that the server itself wrote, where there are any.
    """

    def __init__(self, says: str, *, log: str = "") -> None:
        hint = _known_cause(log)
        super().__init__("\n".join(part for part in (says, hint, _quoted(log)) if part))
        self.log = log


def _known_cause(log: str) -> str:
    for symptom, advice in KNOWN_CAUSES:
        if symptom in log:
            return advice
    return ""


def _quoted(log: str) -> str:
    return f"PostgreSQL の記録（最後の部分）:\n{log}" if log else ""


# The server's own words, untranslated since it runs with the C locale.
KNOWN_CAUSES = (
    ("No space left on device", "ディスクに空きがありません。空きを作ってから、もう一度起動してください。"),
    ("Disk quota exceeded", "ディスクの割り当てを使い切りました。空きを作ってから、もう一度起動してください。"),
    ("could not lock file", "ソケットを別のサーバーが使っています。先にそのサーバーを止めてください。"),
    ("Address already in use", "ソケットを別のサーバーが使っています。先にそのサーバーを止めてください。"),
    ("could not create shared memory segment", "共有メモリが足りません。/dev/shm の大きさを増やしてください。"),
    (
        "could not resize shared memory segment",
        "共有メモリが足りません。コンテナでは /dev/shm を 256 MB 以上にしてください（例: --shm-size=256m）。",
    ),
    (
        "incompatible with server",
        "データを作った PostgreSQL の版が違います。pg_dump で移すか、元の版に戻してください。",
    ),
    ("Permission denied", "フォルダーに入れないか、書けません。持ち主と権限を確かめてください。"),
)
