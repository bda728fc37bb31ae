"""What names of folders, files and images say about the part that they play: tests, tools, other people's programs."""

from __future__ import annotations

import re

_ASIDE = frozenset(
    {
        *("test", "tests", "testing", "__tests__", "spec", "specs", "e2e", "fixtures", "fixture", "testdata"),
        *(
            "test-data",
            "mock",
            "mocks",
            "__mocks__",
            "example",
            "examples",
            "sample",
            "samples",
            "demo",
            "demos",
        ),
        *(
            "doc",
            "docs",
            "documentation",
            "old-docs",
            "tutorial",
            "tutorials",
            "benchmark",
            "benchmarks",
            "bench",
        ),
        *(
            "third_party",
            "third-party",
            "3rdparty",
            "external",
            "vendored",
            "thirdparty",
            "archive",
            "archived",
        ),
        *(
            "deprecated",
            "cookiecutter",
            "template",
            "templates",
            "boilerplate",
            "storybook",
            "integration-tests",
        ),
    }
)
"""Folders whose content is not what is released."""

_TOOLS = frozenset(
    {
        *("tool", "tools", "tooling", "script", "scripts", "hack", "ci", "devcontainer"),
        *("buildkite", "jenkins", "jenkins-ci", "dev", "devtools"),
    }
)
_AROUND = frozenset(
    {
        *("docker", ".docker", "deploy", "deployment", "deployments", "build", "containers", "container"),
        *("infra", "infrastructure", "ops", "packaging", "dockerfiles", "images", "k8s", "kubernetes"),
    }
)
"""Folders that hold how something is built or deployed, not the thing itself."""

_INNER = frozenset(
    {"src", "app", "server", "service", "main", "code", "source", "cmd", "backend", "api", "web"}
)
"""Folders that are named for their part inside of a service."""

_DRIVERS = (
    r"load-?(?:gen(?:erator)?|test(?:er|s|ing)?)|loadgen(?:erator)?|e2e|tests?|mocks?"
    r"|benchmarks?|stubs?|playwright|cypress"
)
_FEEDERS = r"examples?|samples?|seed(?:er|s)?|devtools?|lint(?:er)?|codegen|init|setup|migrat(?:e|or|ions?)"
_DRIVES = re.compile(rf"^(?:.*[-_.])?(?:{_DRIVERS})(?:[-_.].*)?$", re.IGNORECASE)
_FEEDS = re.compile(rf"^(?:.*[-_.])?(?:{_FEEDERS})(?:[-_.].*)?$", re.IGNORECASE)

_ENGINES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "postgis": "postgres",
    "pgvector": "postgres",
    "timescaledb": "postgres",
    "mysql": "mysql",
    "mysql-server": "mysql",
    "mariadb": "mariadb",
    "percona": "mysql",
    "mongo": "mongodb",
    "mongodb": "mongodb",
    "redis": "redis",
    "redis-stack": "redis",
    "valkey": "valkey",
    "cassandra": "cassandra",
    "scylla": "cassandra",
    "mssql": "mssql",
    "server": "mssql",
    "cockroach": "cockroachdb",
    "clickhouse-server": "clickhouse",
    "couchdb": "couchdb",
    "neo4j": "neo4j",
    "dynamodb-local": "dynamodb",
}
"""Name of an image to the engine that it runs; ``mcr.microsoft.com/mssql/server`` ends in ``server``."""

_INFRASTRUCTURE = re.compile(
    r"^(?:kafka|cp-kafka|zookeeper|rabbitmq|nats|activemq|pulsar|memcached|elasticsearch|opensearch|kibana|logstash"
    r"|fluentd|fluent-bit|grafana|prometheus|alertmanager|jaeger|zipkin|tempo|loki|otel.*collector.*|consul|vault"
    r"|etcd|minio|keycloak|registry|pgadmin.*|adminer|mailhog|mailpit|maildev|localstack|flagd|all-in-one|traefik"
    r"|opentelemetry-collector.*|pgbouncer|swagger-ui|sonarqube|nacos.*|eureka.*|splash|azurite|imgproxy)$"
)
"""Images of programs that other people write: brokers, monitoring, proxies of the platform."""


def aside(path: str) -> bool:
    """Whether a file lies in a folder of tests, examples or documents."""
    return any(part.lower() in _ASIDE for part in path.split("/")[:-1])


def of_tools(path: str) -> bool:
    """Whether a file lies in a folder of tools, or in a hidden one."""
    return any(_is_tools(part.lower()) for part in path.split("/")[:-1])


def _is_tools(part: str) -> bool:
    return part in _TOOLS or (part.startswith(".") and part not in _AROUND)


def is_tool(name: str, *, whole: bool = False) -> bool:
    """Whether a name says that this drives, tests or feeds the services.

    Args:
        name: of a folder.
        whole: it is that of a repository, which may well be called somebody's example.
    """
    return _DRIVES.match(name) is not None or (not whole and _FEEDS.match(name) is not None)


def inner(folder: str) -> bool:
    """Whether a folder is named for its part inside of a service, or holds how one is built."""
    name = folder.rpartition("/")[2].lower()
    return name in _INNER or name in _AROUND


def around(folder: str) -> str | None:
    """The folder above the topmost one that only says how things are built; None where there is none."""
    parts = folder.split("/")
    for index, part in enumerate(parts):
        if part.lower() in _AROUND:
            return "/".join(parts[:index]) or "."
    return None


def engine_of_image(name: str, whole: str = "") -> str:
    """The database engine that an image runs, by the last part of its name; empty for any other."""
    if name == "server" and "mssql" not in whole:
        return ""
    last = name.rpartition("-")[2] if name.startswith(("example-", "debezium-", "bitnami-")) else name
    return _ENGINES.get(name, "") or _ENGINES.get(last, "")


def is_infrastructure(name: str) -> bool:
    """Whether an image is a program that other people write."""
    return _INFRASTRUCTURE.match(name) is not None
