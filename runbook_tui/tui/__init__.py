"""The Textual app. It holds no logic that the command line would have to repeat."""
