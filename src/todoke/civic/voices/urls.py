"""The desk's addresses: surveys below /desk/surveys/, voices below /desk/voices/."""

from django.urls import path

from todoke.civic.voices.views import desk, handling

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

voice_patterns = [
    path("", handling.voice_list, name="list"),
    path("themes/<uuid:key>/", handling.theme_page, name="theme"),
    path("themes/<uuid:key>/publish/", handling.publish, name="publish"),
    path("themes/<uuid:key>/withhold/", handling.withhold, name="withhold"),
    path("<uuid:key>/", handling.one, name="voice"),
    path("<uuid:key>/hand-on/", handling.hand_on, name="hand-on"),
    path("<uuid:key>/handler/", handling.choose_handler, name="handler"),
    path("<uuid:key>/join/", handling.join, name="join"),
    path("<uuid:key>/leave/", handling.leave, name="leave"),
    path("<uuid:key>/end/<slug:action>/", handling.end, name="end"),
]
