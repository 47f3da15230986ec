"""What only grammar can see: passive, causative, chains of nouns. Silent where the grammar packages are missing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from todoke.base.plain_japanese import morphology
from todoke.base.plain_japanese.finding import Finding, Rule
from todoke.base.plain_japanese.morphology import Word
from todoke.base.plain_japanese.text import Text

# Four nouns in a row: 災害対策本部会議. Numbers, names of places and people do not count.
CHAIN_MIN = 4
# Everyday words that have the form of a causative: 知らせる, 合わせる, 終わらせる …
_NO_CAUSATIVE = frozenset(
    {"知る", "合う", "見る", "終わる", "おわる", "済む", "任す", "似る", "乗る", "着る", "会う", "あう"}
)
_PASSIVE = frozenset({"れる", "られる"})
_CAUSATIVE = frozenset({"せる", "させる"})


def grammar_findings(text: Text) -> Iterator[Finding]:
    """Passive, causative and noun chains."""
    words = morphology.words(text.spaced.letters)
    yield from _verb_forms(text, words)
    yield from _chains(text, words)


def _verb_forms(text: Text, words: Sequence[Word]) -> Iterator[Finding]:
    for verb, form in pairwise(words):
        if verb.end != form.begin or form.kind != "助動詞":
            continue
        where = text.spaced.where(verb.begin, form.end)
        if form.base in _PASSIVE and verb.kind in {"動詞", "助動詞"}:
            if form.base == "られる" and verb.kind == "動詞":
                suggestion = _("「だれが 何を する」の形か、「〜ことができます」と書いてください。")
            else:
                suggestion = _("「だれが 何を する」の形で書いてください。")
            yield Finding(Rule.PASSIVE, where, _("「れる・られる」は、だれがするのかわかりにくい形です。"), suggestion)
        elif form.base in _CAUSATIVE and verb.kind == "動詞" and verb.base not in _NO_CAUSATIVE:
            suggestion = _("だれがするのかを書いて、「〜てください」などにしてください。")
            yield Finding(
                Rule.CAUSATIVE, where, _("「せる・させる」は、だれがするのかわかりにくい形です。"), suggestion
            )


def _chains(text: Text, words: Sequence[Word]) -> Iterator[Finding]:
    chain: list[Word] = []
    for word in [*words, None]:
        if word is not None and _is_link(word) and (not chain or chain[-1].end == word.begin):
            chain.append(word)
            continue
        if sum(1 for link in chain if link.kind == "名詞") >= CHAIN_MIN:
            where = text.spaced.where(chain[0].begin, chain[-1].end)
            says = _("名詞が四つ以上続いています。")
            yield Finding(Rule.NOUN_CHAIN, where, says, _("「の」や動詞を使って、「水を飲む」のように書いてください。"))
        chain = [word] if word is not None and _is_link(word) else []


def _is_link(word: Word) -> bool:
    if word.kind in {"接尾辞", "接頭辞"}:
        return True
    return word.kind == "名詞" and word.subkind not in {"数詞", "固有名詞"} and word.third != "助数詞可能"
