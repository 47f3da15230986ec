"""What `todoke doctor` asks about paper: are there Japanese letters, and are they our own."""

from todoke.base.doctor import Finding, Verdict
from todoke.base.press.fonts import NoJapaneseFont, type_case


class Letters:
    """Whether the press has its Japanese font."""

    key = "paper.letters"
    title = "印刷の書体"

    def run(self) -> Finding:
        """Open the type case."""
        try:
            case = type_case()
        except NoJapaneseFont as trouble:
            return Finding(Verdict.FAILURE, "日本語の書体がないため、紙とFAXを作れません。", trouble.says)
        if not case.is_ours:
            return Finding(
                Verdict.WARNING,
                f"付属の書体がなく、この機械の「{case.family}」で印刷します。機械によって体裁が変わります。",
                "noto-cjk-sans-jp-regular と noto-cjk-sans-jp-bold を入れ直してください。",
            )
        return Finding(Verdict.OK, f"付属の書体（{case.family}）で印刷します。")


CHECKS = (Letters(),)
