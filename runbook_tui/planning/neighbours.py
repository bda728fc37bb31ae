"""Services that stay as they are and use one that moves."""

from __future__ import annotations

from runbook_tui.planning.context import Scope
from runbook_tui.release.model import ServiceChange


def moved(scope: Scope, staying: ServiceChange) -> tuple[ServiceChange, ...]:
    """The services of the release that a staying one uses, by name.

    It uses a service whose API it consumes, on which it depends, or that migrates a data store of its own.
    """
    service = staying.service
    wanted = {dependency.service for dependency in service.dependencies}
    stores = {use.name for use in service.datastores}
    found = []
    for change in scope.moving:
        provides = {api.api for api in change.service.provides}
        migrates = {item.datastore for item in change.pending if item.pending}
        if change.name in wanted or provides.intersection(service.consumes) or migrates & stores:
            found.append(change)
    return tuple(found)
