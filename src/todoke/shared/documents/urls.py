"""The addresses of documents: the public page of verification, and the staff's pages below /desk/documents/."""

from django.urls import path

from todoke.shared.documents import views

app_name = "documents"

urlpatterns = [
    path("documents/verify/", views.ask_code, name="ask-code"),
    path("documents/verify/<slug:code>/", views.verify, name="verify"),
    path("desk/documents/", views.register, name="register"),
    path("desk/documents/numbers/", views.numbers, name="numbers"),
    path("desk/documents/numbers/<int:pk>/void/", views.void_number, name="void-number"),
    path("desk/documents/seals/", views.seals, name="seals"),
    path("desk/documents/seals/uses/", views.seal_uses, name="seal-uses"),
    path("desk/documents/seals/<slug:key>.svg", views.seal_drawing, name="seal-drawing"),
    path("desk/documents/clauses/", views.clauses, name="clauses"),
    path("desk/documents/letters/", views.letters, name="letters"),
    path("desk/documents/letters/<slug:key>/", views.letter, name="letter"),
    path("desk/documents/letters/<slug:key>/<int:page>.png", views.letter_picture, name="letter-picture"),
    path("desk/documents/<uuid:key>/", views.document, name="document"),
    path("desk/documents/<uuid:key>/paper.pdf", views.paper, name="paper"),
    path("desk/documents/<uuid:key>/withdraw/", views.withdraw, name="withdraw"),
]

simulator_patterns = [path("", views.time_stamp, name="stamp")]
