"""Evidence: frozen facts about the target, one file a kind, with where each came from. No I/O, no judgement."""
