"""The addresses of SMS: receipts below /sms/, results below /desk/sms/, simulated telephones below /simulators/sms/."""

from django.urls import path, re_path

from todoke.shared.sms.views import phones, receipts, sent

app_name = "sms"

# As base.sealing makes them. What has another shape is no word of ours, and reaches no view.
urlpatterns = [re_path(r"^receipts/(?P<token>[A-Za-z2-7]{32})/$", receipts.receipt, name="receipt")]

desk_patterns = [path("", sent.sent, name="sent")]

simulator_patterns = [
    path("", phones.overview, name="phones"),
    path("fault/", phones.fault, name="fault"),
]
