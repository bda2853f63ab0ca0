"""The law as data, and the engine that turns it into verdicts."""
