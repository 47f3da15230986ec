"""Doing: `forms` (writing and publishing), `responses` (filling and handing in), `resuming` (codes), each a file."""
