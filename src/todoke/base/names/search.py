"""Keys by which names are sorted and found. Keys only: what is stored and shown is never folded."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import jaconv

from todoke.base.names.characters import without_variants

# Shapes of one character that people type for one another, as they stand in Japanese names; each group's first is the
# one that a keyboard gives. From the pairs of old and new shapes in 常用漢字表（平成22年内閣告示第2号）and 人名用漢字
# 別表第二, and what residents' registers carry beside them (髙﨑𠮷邊邉…). Unicode's own compatibility ideographs
# (神 U+FA19) need no line here: NFKC joins them.
_SAME = """
高髙 崎﨑嵜碕㟢 吉𠮷 辺邊邉 斉齊斎齋齌 沢澤 浜濱濵 広廣 国國圀 島嶋嶌 桜櫻 竜龍 滝瀧 恵惠 真眞 徳德 栄榮 円圓 関關
柳栁 桑桒 曽曾 富冨 峰峯 館舘 橋𣘺槗 梅楳 桧檜 条條 学學 宝寶寳 実實 寿壽 与與 万萬 弥彌 静靜 黒黑 緑綠 藪薮 鶴霍
猪豬 稲稻 穂穗 児兒 参參 双雙 巌巖 芦蘆 亀龜 園薗 蔵藏 豊豐 覚覺 転轉 鉄鐵銕 雑雜 頼賴 駅驛 鴎鷗 麹麴 祢禰 瑶瑤 籠篭
磯礒 船舩 秋穐 塩鹽 淵渕渊 柏栢 杉杦 昇曻 恒恆 温溫 増增 横橫 黄黃 清淸 青靑 聡聰 遥遙 槙槇 蛍螢 巻卷 乗乘 内內 呉吳
姫姬 彦彥 戸戶 教敎 産產 頴穎 顔顏 祷禱 尭堯 台臺 余餘 気氣 来來 歩步 渋澁 浅淺 瀬瀨 満滿 炉爐 県縣 経經 継繼 総總
芸藝 荘莊 薫薰 薬藥 虫蟲 観觀 誉譽 読讀 逓遞 遅遲 郷鄕 医醫 釈釋 鎌鐮 隠隱 霊靈 顕顯 塁壘 壮壯 奥奧 嬢孃 将將 専專
尽盡 峡峽 巣巢 帯帶 弁辨瓣辯 当當 従從 応應 恋戀 戦戰 拝拜 拡擴 挙擧 摂攝 撃擊 数數 断斷 旧舊 昼晝 暁曉 楽樂 様樣
権權 帰歸 仏佛 仮假 伝傳 価價 倹儉 剣劍劒 剤劑 労勞 勲勳 励勵 区區 単單 厳嚴 収收 叙敍 営營 圏圈 圧壓 声聲 売賣 変變
対對 届屆 属屬 岳嶽 悪惡
"""
_SIGNS = re.compile(r"[\W_]+")
_LONG_VOWEL = "ー"


@lru_cache(maxsize=1)
def _shapes() -> dict[int, str]:
    return {ord(other): group[0] for group in _SAME.split() for other in group[1:]}


def search_key(text: str) -> str:
    """A key that is equal for what people mean as the same name; part of a name gives part of its key.

    NFKC; old and new shapes (髙=高, 﨑=崎), variants, hiragana and katakana, small and large kana, sounded and
    unsounded kana, long vowels, capitals, accents, blanks and signs are all one. More is found than was meant, never
    less.
    """
    plain = unicodedata.normalize("NFKC", without_variants(text)).casefold()
    shaped = jaconv.enlarge_smallkana(jaconv.hira2kata(plain)).translate(_shapes())
    bare = "".join(each for each in unicodedata.normalize("NFD", shaped) if not unicodedata.combining(each))
    return _SIGNS.sub("", bare.replace(_LONG_VOWEL, "")).translate(_SOUNDS_ALIKE)


# じ and ぢ, ず and づ are one sound, written as the family likes; without their marks they are still two letters.
_SOUNDS_ALIKE = str.maketrans({"チ": "シ", "ツ": "ス", "ヲ": "オ", "ヰ": "イ", "ヱ": "エ"})

_VOWELS = {
    **dict.fromkeys("アカサタナハマヤラワガザダバパァャヮヵ", "ア"),
    **dict.fromkeys("イキシチニヒミリギジヂビピィヰ", "イ"),
    **dict.fromkeys("ウクスツヌフムユルグズヅブプゥュヴッ", "ウ"),
    **dict.fromkeys("エケセテネヘメレゲゼデベペェヱヶ", "エ"),
    **dict.fromkeys("オコソトノホモヨロヲゴゾドボポォョ", "オ"),
}


@dataclass(frozen=True)
class _Letter:
    plain: str
    mark: str
    size: str


def sort_key(reading: str) -> tuple[str, str, str]:
    """The order of a Japanese index (五十音順) for a reading in katakana (`names.reading`).

    After JIS X 4061 in what names need: first the kana without their marks, a long vowel as the vowel that it prolongs;
    where all are equal, plain before sounded before half-sounded; then the long sign before small before large letters.
    A blank parts family and given name and comes before every letter.
    """
    letters = []
    before = ""
    for each in jaconv.hira2kata(unicodedata.normalize("NFKC", reading)).casefold():
        letter = _letter(each, before)
        letters.append(letter)
        before = letter.plain if each == _LONG_VOWEL else each
    return (
        "".join(letter.plain for letter in letters),
        "".join(letter.mark for letter in letters),
        "".join(letter.size for letter in letters),
    )


def _letter(each: str, before: str) -> _Letter:
    if each == _LONG_VOWEL and before in _VOWELS:
        return _Letter(_VOWELS[before], "0", "0")
    large = jaconv.enlarge_smallkana(each)
    parts = unicodedata.normalize("NFD", large)
    mark = {"\u3099": "1", "\u309a": "2"}.get(parts[1:], "0")
    return _Letter(parts[:1], mark, "2" if large == each else "1")
