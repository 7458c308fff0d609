"""The registry as a server: whether it starts and answers, and the settings that decide it."""
