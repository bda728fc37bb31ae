"""Forms as values: what a form shows of a step, what is wrong with it, and what it changes."""
