"""What the one HTTP door stands on: sockets under a deadline, TLS trust, and failures put into words."""
