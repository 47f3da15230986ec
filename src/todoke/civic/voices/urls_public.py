"""Everybody's addresses: surveys below /surveys/, voices below /voices/."""

from django.urls import path, re_path

from todoke.civic.voices.views import public, writing

survey_patterns = [
    path("", public.survey_list, name="list"),
    # As actions.inviting makes them; what has another shape is no link of ours, and reaches no view.
    re_path(r"^invited/(?P<token>[0-9a-f]{40})/$", public.ask_invited, name="invited"),
    path("<slug:key>/", public.ask, name="ask"),
    path("<slug:key>/thanks/", public.thanks, name="thanks"),
    path("<slug:key>/results/", public.results, name="results"),
]

voice_patterns = [
    path("", writing.opening, name="list"),
    path("begin/<slug:key>/", writing.begin, name="begin"),
    path("status/", writing.status, name="status"),
    path("resume/", writing.resume, name="resume"),
    path("answers/<uuid:key>/", writing.theme, name="theme"),
    path("<uuid:key>/", writing.own, name="own"),
    path("<uuid:key>/pages/<slug:page>/", writing.page, name="page"),
    path("<uuid:key>/review/", writing.review, name="review"),
    path("<uuid:key>/pause/", writing.pause, name="pause"),
    path("<uuid:key>/receipt/", writing.receipt, name="receipt"),
    path("<uuid:key>/consent/", writing.take_back_consent, name="consent"),
    path("<uuid:key>/documents/<uuid:document>/", writing.document, name="document"),
]
