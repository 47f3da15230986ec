"""Where a call really goes: to the outside service, or to the simulator that plays it."""

SIMULATOR_MARK = "simulator:"


def is_simulated(address: str) -> bool:
    """Whether this address belongs to a simulator for good: written `simulator:…`, it never leaves the house."""
    return address.startswith(SIMULATOR_MARK)


def bare(address: str) -> str:
    """The address without that mark, as the protocol wants it."""
    return address.removeprefix(SIMULATOR_MARK)
