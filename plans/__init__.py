"""Plans: who goes where, whole or in part, by which clause; and what follows from that alone."""
