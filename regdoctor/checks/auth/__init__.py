"""Token authentication: the signer, its key, and who is let in."""
