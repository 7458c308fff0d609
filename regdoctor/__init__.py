"""regdoctor examines container registries and says what is wrong, why, and what mends it."""

__version__ = "0.1.0"
