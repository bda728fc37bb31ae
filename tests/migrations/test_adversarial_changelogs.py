"""Changelogs and sections that hide what runs are never called safe."""

from __future__ import annotations

import pytest

from tests.migrations.judged import Pend
from tests.migrations.test_adversarial_sql import is_safe

CHANGELOG = """<databaseChangeLog>
  <changeSet id="1" author="a" {}>
    {}
  </changeSet>
</databaseChangeLog>
"""
CREATE = '<createTable tableName="fresh"><column name="id" type="int"/></createTable>'


@pytest.mark.parametrize(
    ("attributes", "changes"),
    [
        ("", '<sql dbms="${db}">DROP TABLE orders</sql>'),
        ('dbms="${db}"', '<dropTable tableName="orders"/>'),
        (
            "",
            '<preConditions><sqlCheck expectedResult="0">DELETE FROM orders</sqlCheck></preConditions>'
            + CREATE,
        ),
        (
            "",
            '<preConditions><or><not><customPrecondition className="x.Y"/></not></or></preConditions>'
            + CREATE,
        ),
    ],
)
def test_a_changeset_that_hides_what_it_does_is_never_called_safe(
    pend: Pend, attributes: str, changes: str
) -> None:
    files = {"db/changelog.xml": CHANGELOG.format(attributes, changes)}
    assert not is_safe(pend({}, files, tool="liquibase").pending[0])


@pytest.mark.parametrize(
    ("attributes", "changes"),
    [
        ("", CREATE),
        ('dbms="oracle"', '<dropTable tableName="orders"/>'),
        (
            "",
            '<preConditions><sqlCheck expectedResult="0">SELECT count(*) FROM orders</sqlCheck></preConditions>'
            + CREATE,
        ),
    ],
)
def test_a_changeset_that_takes_nothing_away_is_called_safe(
    pend: Pend, attributes: str, changes: str
) -> None:
    files = {"db/changelog.xml": CHANGELOG.format(attributes, changes)}
    assert is_safe(pend({}, files, tool="liquibase").pending[0])


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE orders;\n-- migrate:up\nSELECT 1;",
        "-- migrate:up transaction:false\rDROP TABLE orders;",
    ],
)
def test_a_statement_outside_the_section_is_seen(pend: Pend, text: str) -> None:
    assert not is_safe(pend({}, {"db/1_next.sql": text}, tool="dbmate").pending[0])
