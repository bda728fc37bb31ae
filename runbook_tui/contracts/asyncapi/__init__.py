"""AsyncAPI: its channels, operations and messages read and compared."""
