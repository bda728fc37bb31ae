"""Folders that hold a program which can be started, by the files that frameworks and languages ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runbook_tui.discovery.checkout import Checkout, folder_of, joined, line_of, parsed

_LARAVEL = "artisan"
_SPRING = re.compile(r"spring-boot|org\.springframework\.boot|io\.quarkus|io\.micronaut")
_NODE_SERVERS = re.compile(
    r'^[ \t]*"(?:express|fastify|koa|hapi|@hapi/hapi|@nestjs/core|next|nuxt|restify|polka|@grpc/grpc-js|grpc|'
    r'apollo-server[\w-]*|@apollo/server|hono|@sveltejs/kit|@remix-run/node|moleculer)"\s*:',
    re.MULTILINE,
)
_PYTHON_SERVERS = re.compile(
    r"(?im)^[ \t\"']*(?:fastapi|flask|django|starlette|aiohttp|tornado|sanic|gunicorn|uvicorn|hypercorn|grpcio|celery|"
    r"litestar|falcon|bottle|quart|connexion)\b"
)
_PYTHON_STARTS = ("app.py", "main.py", "wsgi.py", "asgi.py", "server.py", "__main__.py", "run.py")
_RUST_SERVERS = re.compile(r"^[ \t]*(?:actix-web|axum|rocket|warp|tonic|hyper|poem|tide)\b", re.MULTILINE)
_ELIXIR_STARTS = re.compile(r"\bmod:\s*\{")


@dataclass(frozen=True, slots=True)
class Program:
    """A folder whose program can be started."""

    folder: str
    what: str
    path: str
    line: int = 0
    serves: bool = True
    """Whether a framework says that it goes on running; else it may be a tool."""


Finder = Callable[[Checkout], Iterator[Program]]


def programs(checkout: Checkout) -> Iterator[Program]:
    """All of them, by kind; a folder may be there twice."""
    for finder in (_django, _rack, _elixir, _java, _node, _go, _rust, _dotnet, _python, _php, _hosted):
        yield from finder(checkout)


def _matches(
    checkout: Checkout, names: tuple[str, ...], pattern: re.Pattern[str], what: str
) -> Iterator[Program]:
    for path, text in checkout.texts(checkout.named(*names)):
        match = pattern.search(text)
        if match:
            yield Program(
                folder_of(path),
                what,
                path,
                line_of(text, match.start() + len(match[0]) - len(match[0].lstrip())),
            )


def _django(checkout: Checkout) -> Iterator[Program]:
    yield from _matches(
        checkout, ("manage.py",), re.compile(r"DJANGO_SETTINGS_MODULE|django"), "a Django project"
    )


def _rack(checkout: Checkout) -> Iterator[Program]:
    for path in checkout.named("config.ru"):
        if joined(folder_of(path), "Gemfile") in checkout:
            yield Program(folder_of(path), "a Rack application", path)


def _elixir(checkout: Checkout) -> Iterator[Program]:
    for path, text in checkout.texts(checkout.named("mix.exs")):
        match = _ELIXIR_STARTS.search(text)
        serves = ":phoenix" in text or "releases:" in text
        if match:
            yield Program(
                folder_of(path), "an Elixir application", path, line_of(text, match.start()), serves
            )


def _java(checkout: Checkout) -> Iterator[Program]:
    mains = [
        path for path in checkout.named("*Application.java", "*Application.kt") if "/src/main/" in f"/{path}"
    ]
    for path, text in checkout.texts(checkout.named("pom.xml", "build.gradle", "build.gradle.kts")):
        folder = folder_of(path)
        match = _SPRING.search(text)
        started = any(main.startswith("" if folder == "." else f"{folder}/") for main in mains)
        own = started and not any(_nearer(checkout, main, folder) for main in mains)
        if match and own and "<packaging>pom</packaging>" not in text:
            what = "a Spring Boot application" if "spring" in match[0] else "a Java application"
            yield Program(folder, what, path, line_of(text, match.start()))


def _nearer(checkout: Checkout, main: str, folder: str) -> bool:
    """Whether another build file stands between a main class and a folder."""
    inside = main if folder == "." else main.removeprefix(f"{folder}/")
    if inside == main and folder != ".":
        return False
    above = folder_of(main)
    while above not in (folder, "."):
        if any(joined(above, name) in checkout for name in ("pom.xml", "build.gradle", "build.gradle.kts")):
            return True
        above = folder_of(above)
    return False


def _node(checkout: Checkout) -> Iterator[Program]:
    for path, text in checkout.texts(checkout.named("package.json")):
        document = parsed(path, text) if '"start"' in text else None
        start = document.at(["scripts", "start"]) if document else None
        if document is not None and start is not None:
            server = _NODE_SERVERS.search(text)
            app = "native" in text and '"react-native"' in text
            yield Program(
                folder_of(path),
                "a package with a start command",
                path,
                start.line,
                server is not None and not app,
            )


def _go(checkout: Checkout) -> Iterator[Program]:
    for path, text in checkout.texts(checkout.named("main.go")):
        if re.search(r"^package main\b", text, re.MULTILINE):
            serves = (
                re.search(r"ListenAndServe|net\.Listen\(|grpc\.NewServer|gin\.|echo\.New|fiber\.New", text)
                is not None
            )
            folder = folder_of(path)
            parts = folder.split("/")
            if "cmd" in parts:
                folder = "/".join(parts[: parts.index("cmd")]) or "."
            yield Program(folder, "a Go program", path, 0, serves)


def _rust(checkout: Checkout) -> Iterator[Program]:
    for path, text in checkout.texts(checkout.named("Cargo.toml")):
        if joined(folder_of(path), "src/main.rs") in checkout:
            yield Program(folder_of(path), "a Rust program", path, 0, _RUST_SERVERS.search(text) is not None)


def _dotnet(checkout: Checkout) -> Iterator[Program]:
    sdk = re.compile(r"Sdk=\"Microsoft\.NET\.Sdk\.(?:Web|Worker)\"")
    yield from _matches(checkout, ("*.csproj", "*.fsproj"), sdk, "a .NET web or worker project")


def _python(checkout: Checkout) -> Iterator[Program]:
    names = ("pyproject.toml", "requirements.txt", "requirements.in", "Pipfile")
    for path, text in checkout.texts(checkout.named(*names)):
        match = _PYTHON_SERVERS.search(text)
        folder = folder_of(path)
        start = next((name for name in _PYTHON_STARTS if joined(folder, name) in checkout), "")
        if match and start:
            yield Program(folder, "a Python application", joined(folder, start))


def _php(checkout: Checkout) -> Iterator[Program]:
    for path in checkout.named("composer.json"):
        folder = folder_of(path)
        for start in (_LARAVEL, "public/index.php"):
            if joined(folder, start) in checkout:
                yield Program(folder, "a PHP application", joined(folder, start))
                break


def _hosted(checkout: Checkout) -> Iterator[Program]:
    for name in ("Procfile", "fly.toml", "serverless.yml", "serverless.yaml", "wrangler.toml"):
        for path in checkout.named(name):
            yield Program(folder_of(path), name, path)
