"""The social networks: `x`, `mastodon`, `facebook`, and `apprise` for whatever else there is."""
