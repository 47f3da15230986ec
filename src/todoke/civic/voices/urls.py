"""The addresses of the room: the desk's, below /desk/surveys/, and everybody's, below /surveys/."""

from django.urls import path, re_path

from todoke.civic.voices.views import desk, public

app_name = "voices"

urlpatterns = [
    path("", desk.survey_list, name="list"),
    path("<slug:key>/", desk.survey_page, name="survey"),
    path("<slug:key>/close/", desk.close_survey, name="close"),
    path("<slug:key>/publish/", desk.publish, name="publish"),
    path("<slug:key>/links/", desk.make_links, name="links"),
    path("<slug:key>/mail/", desk.send_invitation, name="mail"),
    path("<slug:key>/results.csv", desk.results_file, name="results-file"),
    path("<slug:key>/codebook.csv", desk.codebook_file, name="codebook-file"),
    path("<slug:key>/texts/", desk.texts, name="texts"),
    path("<slug:key>/answers/", desk.answers, name="answers"),
    path("<slug:key>/answers/<uuid:answer>/", desk.answer_page, name="answer"),
]

public_patterns = [
    path("", public.survey_list, name="list"),
    # As actions.inviting makes them; what has another shape is no link of ours, and reaches no view.
    re_path(r"^invited/(?P<token>[0-9a-f]{40})/$", public.ask_invited, name="invited"),
    path("<slug:key>/", public.ask, name="ask"),
    path("<slug:key>/thanks/", public.thanks, name="thanks"),
    path("<slug:key>/results/", public.results, name="results"),
]
