"""A capture session: mitmproxy started, its certificate authority and recording, and what clients need to use it."""
