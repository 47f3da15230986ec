"""The word with which an act is refused."""

from django.utils.translation import gettext_lazy, override

from todoke.base.refusals import Refusal


class LoanRefused(Refusal):
    says = "貸せません。"


class AtTheMoment(LoanRefused):
    says = gettext_lazy("きょうまでです")


def test_a_refusal_says_its_sentence_in_the_language_of_the_moment():
    refusal = AtTheMoment()

    with override("en"):
        in_english = str(refusal)

    assert (str(LoanRefused()), str(refusal)) == ("貸せません。", "きょうまでです")
    assert in_english != "きょうまでです"


def test_words_of_the_moment_stand_for_its_own():
    refusal = LoanRefused("この本は、館内だけで読めます。")

    assert (str(refusal), refusal.field, str(LoanRefused())) == ("この本は、館内だけで読めます。", "", "貸せません。")
