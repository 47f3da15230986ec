"""How a theme is shown to whoever decides about its answer; and where the pages of voices are."""

from django.urls import reverse
from django.utils.translation import gettext as _

from todoke.civic.voices.models import Theme
from todoke.civic.voices.queries.voices import theme_for
from todoke.civic.voices.rules.voices import THEME, VOICE
from todoke.ground.looks.registry import Concern
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import Case
from todoke.shared.casework.registry import Pages
from todoke.shared.decisions.registry import Shown
from todoke.shared.paperwork.types import Words


def people_concerned(key: str) -> list[str]:
    """Who wrote the voice with this key, as looks name them; nobody where nobody signed in."""
    cases = Case.objects.filter(subject_type=VOICE, subject_key=key, resident_id__isnull=False)
    return [f"resident:{resident}" for resident in cases.values_list("resident_id", flat=True)]


CONCERN = Concern(VOICE, people_concerned)
PAGES = Pages(
    VOICE,
    for_staff=lambda case: reverse("opinions:voice", args=[case]),
    for_resident=lambda voice: reverse("voices-public:own", args=[voice]),
)


class ThemeShown:
    """Themes as subjects of decisions; the reply is the body of the paper itself."""

    key = THEME

    def show(self, viewer: Viewer, key: str) -> Shown | None:
        """Name, number of voices, and the texts that are for everybody; its page for who may open it."""
        theme = Theme.objects.filter(key=key).first()
        if theme is None:
            return None
        agreed = theme.voices.filter(may_publish=True).count()
        pairs = [
            (_("声の数"), str(theme.voices.count())),
            (_("公表してよい声の数"), str(agreed)),
            (_("意見の概要"), Words(theme.summary).say("ja")),
            (_("市の考え方"), Words(theme.view).say("ja")),
        ]
        address = reverse("opinions:theme", args=[theme.key]) if theme_for(viewer, key) else ""
        return Shown(Words(theme.title).say("ja"), address, tuple((term, text) for term, text in pairs if text))
