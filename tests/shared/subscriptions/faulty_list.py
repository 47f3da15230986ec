"""A list as a city may really have kept it: every fault that a clerk's spreadsheet has ever had."""

import random

HEAD = "メールアドレス,地域,分野,言語"

# Each planted line, the column that is to blame, and words of the reason that the clerk reads.
FAULTS = [
    (",丘町,gomi,", "メールアドレス", "空です"),
    ("hana,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("花@example.jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("a b@example.jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("a@example.jp;b@example.jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("<hana@example.jp>,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("mailto:hana@example.jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("hana@example..jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("@example.jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("000-0000-0000,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("なし,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    (f"{'x' * 260}@example.jp,丘町,gomi,", "メールアドレス", "メールアドレスとして読めません"),
    ("simulator:a@example.jp,丘町,gomi,", "メールアドレス", "simulator:"),
    ("one@example.jp,谷町,gomi,", "地域", "「谷町」という地域はありません"),
    ("one@example.jp,丘町,ゴミ,", "分野", "「ゴミ」という分野はありません"),
    ("one@example.jp,丘町,gomi;ごみ袋,", "分野", "「ごみ袋」という分野はありません"),
    ("one@example.jp,gomi,丘町,", "地域", "「gomi」という地域はありません"),
    ("one@example.jp,丘町,,", "分野", "分野を1つ以上"),
    ("one@example.jp,丘町,;,", "分野", "分野を1つ以上"),
    ("one@example.jp,丘町,gomi,フランス語", "言語", "「フランス語」という言語は使えません"),
    ("one@example.jp,丘町,gomi", "行", "3列あります。見出しは4列です"),
    ("one@example.jp,丘町,gomi,ja,備考", "行", "5列あります"),
    ('one@example.jp,"丘町,gomi,ja', "行", "引用符が閉じていない"),
    ('one@example.jp,丘"町"x,"gomi"x,ja', "行", "引用符が閉じていない"),
]
BROKEN_BYTES = b"two@example.jp,\x81\xff,gomi,\r\n"


def large_list(people: int, rounds: int = 1) -> tuple[bytes, list[int]]:
    """So many invented people in Shift_JIS with every fault planted so many times; the bytes, and the planted lines."""
    chosen = random.Random(1)
    rows = [
        f"reader{n}@example.jp,{chosen.choice(['丘町', '北地区', ''])},{chosen.choice(['gomi', 'event;gomi'])},".encode(
            "cp932"
        )
        for n in range(people)
    ]
    known_already = b"reader0@example.jp,,gomi,"
    planted = [
        *(line.encode("cp932") for line, _column, _words in FAULTS),
        BROKEN_BYTES.strip(),
        known_already,
    ] * rounds
    gap = people // len(planted)
    for number, line in enumerate(planted):
        # Each insertion moves what follows it down by one.
        rows.insert((number + 1) * gap + number, line)
    content = b"\r\n".join([HEAD.encode("cp932"), *rows]) + b"\r\n"
    # Line 1 is the head, and people count from 1.
    return content, [(number + 1) * gap + number + 2 for number in range(len(planted))]
