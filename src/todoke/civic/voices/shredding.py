"""How a survey dies: every answer and every invitation; what was published, with its small numbers hidden, stays."""

from collections.abc import Iterable

from todoke.base.clock import in_japan, now
from todoke.civic.voices.actions.surveys import CUSTODY
from todoke.civic.voices.models import Invitation, NamedAnswer, Survey, UnlinkableAnswer
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
