"""The services of the manifest: model, native reader, answers of people."""
