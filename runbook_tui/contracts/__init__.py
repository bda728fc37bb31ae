"""API and event contracts: what changed between two versions, and who has to be deployed first because of it."""
