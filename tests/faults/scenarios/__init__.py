"""One module for each scenario, with one `SCENARIO`."""
