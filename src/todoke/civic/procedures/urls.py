"""The addresses of procedures: the staff's cases and the counter, below /desk/."""

from django.urls import path

from todoke.civic.procedures.views import case, counter, guide_counter, inbox, numbers, papers, texts

app_name = "procedures"

urlpatterns = [
    path("cases/", inbox.inbox_page, name="inbox"),
    path("cases/many/", inbox.many, name="many"),
    path("cases/hand-over/", inbox.hand_over_page, name="hand-over"),
    path("cases/numbers/", numbers.statistics, name="statistics"),
    path("cases/papers/", papers.register, name="papers"),
    path("cases/export/", numbers.export_page, name="export"),
    path("cases/<uuid:key>/", case.one, name="case"),
    path("cases/<uuid:key>/compare/", case.compare, name="compare"),
    path("cases/<uuid:key>/files/<int:revision>/<str:question>/<int:place>/", case.attachment, name="attachment"),
    path("cases/<uuid:key>/originals/<int:pk>/", case.original_of_case, name="case-original"),
    path("cases/<uuid:key>/assign/", case.assign_page, name="assign"),
    path("cases/<uuid:key>/transfer/", case.transfer_page, name="transfer"),
    path("cases/<uuid:key>/letter/", case.letter, name="letter"),
    path("cases/<uuid:key>/payment/", case.payment, name="payment"),
    path("cases/<uuid:key>/do/<slug:action>/", case.do, name="do"),
    path("counter-guide/", guide_counter.events, name="guide"),
    path("counter-guide/resume/", guide_counter.resume, name="guide-resume"),
    path("counter-guide/<slug:key>/", guide_counter.event, name="guide-event"),
    path("counter-guide/answers/<uuid:key>/", guide_counter.advice, name="guide-advice"),
    path("counter-guide/answers/<uuid:key>/questions/<slug:page>/", guide_counter.questions, name="guide-page"),
    path("counter-guide/answers/<uuid:key>/start/<int:errand>/", guide_counter.start, name="guide-start"),
    path("procedure-texts/", texts.translations, name="texts"),
    path("procedure-texts/<slug:language>/", texts.texts_file, name="texts-file"),
    path("counter-filings/", counter.choose, name="counter"),
    path("counter-filings/<slug:procedure>/", counter.start, name="counter-start"),
    path("counter-filings/filing/<uuid:key>/", counter.go_on, name="counter-go-on"),
    path("counter-filings/filing/<uuid:key>/review/", counter.review, name="counter-review"),
    path("counter-filings/filing/<uuid:key>/receipt/", counter.receipt, name="counter-receipt"),
    path("counter-filings/filing/<uuid:key>/original/<int:pk>/", counter.original, name="counter-original"),
    path("counter-filings/filing/<uuid:key>/pages/<str:page>/", counter.page, name="counter-page"),
]
