"""A token taken apart and judged, as text and as JSON; pure."""
