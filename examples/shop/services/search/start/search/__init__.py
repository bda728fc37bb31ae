"""Find products."""

from shopkit import Service

service = Service("search")
