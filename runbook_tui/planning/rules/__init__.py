"""The planning rules: one small file a rule, or a few that share their words."""
