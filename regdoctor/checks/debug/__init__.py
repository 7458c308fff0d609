"""The debug server and the health that it reports."""
