"""The commands: one file each; they turn words into calls and hold no logic."""
