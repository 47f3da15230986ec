"""The control station, played on this machine: units that sound wave by wave, and faults to order.

It speaks the protocol of docs/channels/loudspeakers.md, keeps everything in files, and needs no database.
"""
