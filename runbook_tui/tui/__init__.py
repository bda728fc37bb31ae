"""The terminal app: it draws what the rooms below know and passes on what people decide."""
