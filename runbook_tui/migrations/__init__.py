"""Schema migrations: discovery per tool, reading without running, phase, hazards, what is pending."""
