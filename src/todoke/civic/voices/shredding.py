"""How surveys and themes die: every answer, invitation and reply; what was published stays."""

from collections.abc import Iterable

from todoke.base.clock import in_japan, now
from todoke.civic.voices.actions.surveys import CUSTODY
from todoke.civic.voices.models import Invitation, NamedAnswer, Survey, Theme, UnlinkableAnswer
from todoke.civic.voices.rules.voices import THEME
from todoke.ground.retention.registry import Shredded


class SurveyShredder:
    """Of custodies of type `voices.survey`; their key is that of the survey."""

    key = "voices.surveys"
    target_type = CUSTODY

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of a survey: itself."""
        del target_type
        found = Survey.objects.filter(key=key).values_list("pk", flat=True)
        return [(CUSTODY, key), *((Survey._meta.label_lower, str(pk)) for pk in found)]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Delete the answers, then the invitations to which the named ones point; a second time nothing is left."""
        del target_type
        survey = Survey.objects.filter(key=key, purged_on__isnull=True).first()
        if survey is None:
            return []
        gone = []
        for model in (UnlinkableAnswer, NamedAnswer, Invitation):
            rows = model._default_manager.filter(survey=survey)
            ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
            rows.delete()
            if ids:
                gone.append(Shredded(model._meta.label, ids))
        survey.purged_on = in_japan(now()).date()
        survey.save(update_fields=["purged_on"])
        return gone


class ThemeShredder:
    """Of themes: the reply goes, and the paper that decided it (decisions); what was published stays.

    Voices need none: what is sealed dies with the key of their answers, and their cases go with the same custody.
    """

    key = "voices.themes"
    target_type = THEME

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of a theme: its row."""
        del target_type
        found = Theme.objects.filter(key=key).values_list("pk", flat=True)
        return [(Theme._meta.label_lower, str(pk)) for pk in found]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Empty the row; a second time it is empty already."""
        del target_type
        rows = Theme.objects.filter(key=key, reply__isnull=False)
        ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
        Theme.objects.filter(key=key).update(reply=None, decision=None)
        return [Shredded(Theme._meta.label, ids, ("reply", "decision"))] if ids else []
