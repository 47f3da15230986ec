"""The social networks as simulators: the interfaces as far as we use them, and timelines that people can look at."""
