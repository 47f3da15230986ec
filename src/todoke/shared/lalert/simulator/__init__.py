"""An L-Alert node, played on this machine: what it takes, what it does wrong, and what arrived."""
