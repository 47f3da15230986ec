"""The doors: the facilities' page, the staff's board, the simulator's tray."""
