"""Pure decisions of casework: what a flow says, what a history comes to, when a term ends."""
