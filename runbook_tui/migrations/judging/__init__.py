"""From changes to phases, locks, findings and recipes: the safety table and what applies it."""
