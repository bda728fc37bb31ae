"""Which images, charts and types are data stores or queues, and of which engine.

The names are those of the official images of each project and of its usual packagers (Bitnami, CrunchyData, ...).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbook_tui.catalog.importing.model import Kind


@dataclass(frozen=True, slots=True)
class Guess:
    """What a name says."""

    kind: Kind
    engine: str
    """As a manifest writes it, with a version where there is one; empty when only the kind is known."""
    from_name: bool = False
    """Whether only a name such as ``orders-db`` says so."""


_DATASTORES = {
    "postgres": "postgres postgresql postgis pgvector timescaledb timescaledb-ha postgresql-ha postgres-ha spilo "
    "crunchy-postgres crunchy-postgres-ha postgresql-repmgr cloudnative-pg postgres-instance aurora-postgresql",
    "mysql": "mysql mysql-server percona percona-server mysql-cluster aurora-mysql",
    "mariadb": "mariadb mariadb-galera",
    "mongodb": "mongo mongodb mongodb-sharded percona-server-mongodb mongodb-community-server documentdb mongodb-atlas",
    "redis": "redis redis-cluster redis-stack redis-stack-server redis-ha elasticache",
    "valkey": "valkey valkey-cluster",
    "keydb": "keydb",
    "dragonfly": "dragonfly dragonflydb",
    "memcached": "memcached memcache",
    "elasticsearch": "elasticsearch elasticsearch-oss elastic",
    "opensearch": "opensearch",
    "cassandra": "cassandra dse-server",
    "scylla": "scylla scylladb",
    "couchdb": "couchdb",
    "couchbase": "couchbase",
    "neo4j": "neo4j",
    "influxdb": "influxdb",
    "clickhouse": "clickhouse clickhouse-server",
    "cockroachdb": "cockroach cockroachdb",
    "mssql": "mssql mssql-server sqlserver azure-sql-edge mssql-server-linux",
    "oracle": "oracle-xe oracle-free oracledb",
    "db2": "db2",
    "dynamodb": "dynamodb dynamodb-local",
    "arangodb": "arangodb",
    "rethinkdb": "rethinkdb",
    "solr": "solr",
    "meilisearch": "meilisearch",
    "typesense": "typesense",
    "qdrant": "qdrant",
    "weaviate": "weaviate",
    "milvus": "milvus",
    "surrealdb": "surrealdb",
    "tidb": "tidb",
    "yugabytedb": "yugabyte yugabytedb",
    "spanner": "spanner cloud-spanner",
    "bigquery": "bigquery",
    "snowflake": "snowflake",
    "sqlite": "sqlite",
    "minio": "minio",
    "s3": "s3 s3-bucket",
    "firestore": "firestore",
}
_QUEUES = {
    "rabbitmq": "rabbitmq amqp rabbitmq-cluster",
    "kafka": "kafka cp-kafka cp-server kafka-topic kafka-native kafka-cluster msk wurstmeister-kafka",
    "redpanda": "redpanda",
    "nats": "nats nats-server nats-streaming jetstream",
    "activemq": "activemq activemq-artemis activemq-classic artemis",
    "pulsar": "pulsar pulsar-all",
    "mosquitto": "mosquitto eclipse-mosquitto",
    "emqx": "emqx",
    "nsq": "nsq nsqd",
    "beanstalkd": "beanstalkd",
    "sqs": "sqs sqs-queue",
    "sns": "sns sns-topic",
    "pubsub": "pubsub pubsub-topic",
    "servicebus": "servicebus azure-service-bus",
    "kinesis": "kinesis",
}
_PLAIN_DATASTORE = frozenset(
    {"database", "db", "datastore", "data-store", "sql", "rds", "nosql", "cache", "bucket", "blob-storage"}
    | {"object-storage", "storage", "key-value-store", "search-index", "data-warehouse"}
)
_PLAIN_QUEUE = frozenset(
    {"queue", "topic", "message-queue", "message-broker", "broker", "event-bus", "stream", "messaging"}
)
_ENGINES = {
    name: (kind, engine)
    for kind, table in ((Kind.DATASTORE, _DATASTORES), (Kind.QUEUE, _QUEUES))
    for engine, names in table.items()
    for name in names.split()
}
_TOOLS = re.compile(
    r"(^|[-_])(exporter|admin|ui|express|commander|insight|proxy|init|migrat\w*|setup|backup|client|seed\w*|loader|"
    r"adapter|operator|console|dashboard|manager|monitor|job|cli|test\w*|connect\w*|consumer|producer|worker|api|"
    r"service|server|svc|sync|check\w*)($|[-_\d])"
)
"""Words of programs that look after a data store, or use one, and are none."""
_STORE_NAME = re.compile(r"(?:.+[-.])?(?:db|database|datastore)\d*")
_RUN_TOGETHER = re.compile(r"\w{3,}db")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)?)(?:\.|-|$)")


def of_image(image: str) -> Guess | None:
    """What a container image is: ``bitnami/postgresql:16.2`` is postgres@16; None for anything else."""
    path, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    known = _ENGINES.get(path.lower())
    if known is None and path.lower() == "server" and "/mssql/" in image:
        known = (Kind.DATASTORE, "mssql")
    if known is None:
        return None
    version = _VERSION.match(tag)
    return Guess(known[0], f"{known[1]}@{version[1]}" if version else known[1])


def of_type(word: str) -> Guess | None:
    """What a type that a person wrote means: ``database``, ``postgres-instance``, ``kafka-topic``."""
    folded = re.sub(r"[ _]", "-", word.strip().lower())
    if folded in _ENGINES:
        return Guess(*_ENGINES[folded])
    if folded in _PLAIN_DATASTORE:
        return Guess(Kind.DATASTORE, "")
    if folded in _PLAIN_QUEUE:
        return Guess(Kind.QUEUE, "")
    last = folded.rpartition("-")[2]
    if last in {"database", "db", "bucket", "cache", "datastore"}:
        return Guess(Kind.DATASTORE, _engine_in(folded, Kind.DATASTORE))
    return Guess(Kind.QUEUE, _engine_in(folded, Kind.QUEUE)) if last in {"queue", "topic"} else None


def of_name(name: str) -> Guess | None:
    """What a name suggests where nothing better is known: ``orders-db``, ``redis-cart``, ``mongodb``."""
    folded = name.lower().replace("_", "-")
    if not _STORE_NAME.fullmatch(folded) and _TOOLS.search(folded):
        return None
    for kind in (Kind.DATASTORE, Kind.QUEUE):
        engine = _engine_in(folded, kind)
        if engine:
            return Guess(kind, engine, from_name=True)
    is_store = _STORE_NAME.fullmatch(folded) or _RUN_TOGETHER.fullmatch(folded)
    return Guess(Kind.DATASTORE, "", from_name=True) if is_store else None


def service_of_store(name: str) -> str:
    """The name of the service that a data store is named for: ``user`` of ``user-db``; empty when there is none."""
    match = re.fullmatch(
        r"(.+?)[-_.](db|database|datastore|data|postgres|mysql|mongo|mongodb|redis|store)", name
    )
    if match is not None:
        return match[1]
    match = re.fullmatch(r"(db|database|postgres|mysql|mongo|mongodb|redis|memcached)[-_.](.+)", name)
    return match[2] if match is not None else ""


def _engine_in(folded: str, kind: Kind) -> str:
    """The engine that one of a name's words is; words of one or two letters say nothing."""
    found = (_ENGINES.get(part) for part in folded.split("-") if len(part) > 2)
    return next((engine for its, engine in filter(None, found) if its is kind), "")
