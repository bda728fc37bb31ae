"""Protobuf: a parser for .proto files, names resolved into descriptors, and what differs between two versions."""
