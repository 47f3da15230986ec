"""警戒レベル as it is frozen into artefacts and public files.

`todoke.base.ui.levels` says the same on screens, through the catalogue. What is frozen must not change with a catalogue
that may be mended later, so these words stand here, in the three languages of the public pages.

Source: 避難情報に関するガイドライン (内閣府, in force since 2021-05-20; levels 5 to 3 are the mayor's, 2 and 1 the
weather service's). Colours: 警戒レベルの配色 (内閣府・気象庁, 2020-05-29), chosen to be told apart by every kind of
colour vision. English words: the Cabinet Office's English leaflet.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LevelWords:
    """The official word of a level and what people do, in one language."""

    word: str
    act: str


@dataclass(frozen=True)
class OfficialLevel:
    """One 警戒レベル: number, colour of the ground and of the text on it, words by language."""

    number: int
    ground: str
    ink: str
    words: Mapping[str, LevelWords]

    def in_language(self, language: str) -> LevelWords:
        """The words in this language, or in Japanese."""
        return self.words.get(language) or self.words["ja"]


LEVELS: Mapping[int, OfficialLevel] = {
    level.number: level
    for level in (
        OfficialLevel(
            5,
            "#0C000C",
            "#FFFFFF",
            {
                "ja": LevelWords("緊急安全確保", "命の危険 直ちに安全確保！"),
                "ja-easy": LevelWords(
                    "緊急安全確保（きんきゅう あんぜん かくほ）",
                    "命（いのち）が あぶないです。すぐに 安全（あんぜん）な ところへ！",
                ),
                "en": LevelWords(
                    "Emergency Safety Measures", "Your life is in danger. Secure your safety immediately!"
                ),
            },
        ),
        OfficialLevel(
            4,
            "#AA00AA",
            "#FFFFFF",
            {
                "ja": LevelWords("避難指示", "危険な場所から全員避難"),
                "ja-easy": LevelWords(
                    "避難指示（ひなん しじ）", "あぶない ところに いる人は、みんな 逃（に）げて ください。"
                ),
                "en": LevelWords("Evacuation Order", "Everyone in a dangerous place must evacuate."),
            },
        ),
        OfficialLevel(
            3,
            "#FF2800",
            "#FFFFFF",
            {
                "ja": LevelWords("高齢者等避難", "危険な場所から高齢者等は避難"),
                "ja-easy": LevelWords(
                    "高齢者等避難（こうれいしゃとう ひなん）",
                    "お年寄（としよ）りや 時間（じかん）が かかる人は、今（いま） 逃（に）げて ください。",
                ),
                "en": LevelWords(
                    "Evacuation of the Elderly, Etc.",
                    "Elderly people and all who need time must leave dangerous places.",
                ),
            },
        ),
        OfficialLevel(
            2,
            "#F2E700",
            "#000000",
            {
                "ja": LevelWords("注意報（気象庁）", "自らの避難行動を確認"),
                "ja-easy": LevelWords(
                    "注意報（ちゅういほう）", "どこへ どうやって 逃（に）げるか、たしかめて ください。"
                ),
                "en": LevelWords("Advisory (Japan Meteorological Agency)", "Check where and how you would evacuate."),
            },
        ),
        OfficialLevel(
            1,
            "#FFFFFF",
            "#000000",
            {
                "ja": LevelWords("早期注意情報（気象庁）", "災害への心構えを高める"),
                "ja-easy": LevelWords(
                    "早期注意情報（そうき ちゅうい じょうほう）",
                    "新（あたら）しい 情報（じょうほう）に 気（き）を つけて ください。",
                ),
                "en": LevelWords(
                    "Early Warning (Japan Meteorological Agency)", "Stay alert to the latest information."
                ),
            },
        ),
    )
}
