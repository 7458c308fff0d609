"""TLS: certificates, keys and settings, as servers load them and as clients judge them."""
