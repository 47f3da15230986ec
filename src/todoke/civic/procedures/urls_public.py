"""The residents' addresses: the catalogue, filling, and what has become of a filing."""

from django.urls import path

from todoke.civic.procedures.views import catalogue, filling, guide, papers, status

app_name = "procedures-public"

urlpatterns = [
    path("guide/", guide.events, name="guide"),
    path("guide/<slug:key>/", guide.event, name="guide-event"),
    path("guide/answers/<uuid:key>/", guide.advice, name="advice"),
    path("guide/answers/<uuid:key>/questions/<slug:page>/", guide.questions, name="guide-page"),
    path("guide/answers/<uuid:key>/keep/", guide.keep, name="guide-keep"),
    path("guide/answers/<uuid:key>/start/<int:errand>/", guide.start, name="guide-start"),
    path("less-paper/", papers.less_paper, name="less-paper"),
    path("procedures/", catalogue.catalogue, name="catalogue"),
    path("procedures/<slug:key>/", catalogue.procedure, name="procedure"),
    path("procedures/<slug:key>/begin/", filling.begin, name="begin"),
    path("filings/", status.mine, name="mine"),
    path("filings/status/", status.status, name="status"),
    path("filings/resume/", filling.resume, name="resume"),
    path("filings/<uuid:key>/", status.filing, name="filing"),
    path("filings/<uuid:key>/pages/<slug:page>/", filling.page, name="page"),
    path("filings/<uuid:key>/review/", filling.review, name="review"),
    path("filings/<uuid:key>/pause/", filling.pause, name="pause"),
    path("filings/<uuid:key>/receipt/", filling.receipt, name="receipt"),
    path("filings/<uuid:key>/write/", status.write, name="write"),
    path("filings/<uuid:key>/withdraw/", status.withdraw, name="withdraw"),
    path("filings/<uuid:key>/documents/<uuid:document>/", status.document, name="document"),
]
