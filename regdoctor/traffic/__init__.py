"""Traffic that somebody else made: recognised, told as sessions, and held against the checks."""
