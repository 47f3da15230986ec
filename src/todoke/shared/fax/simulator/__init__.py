"""The other end, played on this machine: a HylaFAX server, telephone lines, and the tray that the sheets fall into."""
