"""How a document number is written."""

from django.db.models import TextChoices

FIRST_FISCAL_YEAR = 2019  # 令和元年度


class Style(TextChoices):
    """The two ways in which cities write a number."""

    ERA = "era", "8凪危第12号の2"
    HYPHEN = "hyphen", "凪危-2026-12-2"


def number_text(style: Style | str, mark: str, fiscal_year: int, number: int, branch: int = 0) -> str:
    """The number as it stands on the paper; a branch (枝番) only where there is one.

    Raises ValueError for a fiscal year before 2019 (no earlier number is given by this programme) and for numbers that
    do not begin at one.
    """
    if fiscal_year < FIRST_FISCAL_YEAR or number < 1 or branch < 0:
        raise ValueError(f"no such document number: {fiscal_year} {number} {branch}")
    if style == Style.HYPHEN:
        return f"{mark}-{fiscal_year}-{number}" + (f"-{branch}" if branch else "")
    year = fiscal_year - 2018
    return f"{'元' if year == 1 else year}{mark}第{number}号" + (f"の{branch}" if branch else "")
