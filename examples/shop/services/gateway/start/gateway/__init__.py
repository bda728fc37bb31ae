"""The one door of the shop."""

from shopkit import Service

service = Service("gateway")
