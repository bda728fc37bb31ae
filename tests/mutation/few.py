"""A pytest plugin: few examples of each property, the same ones for every mutant, and no limit of their time."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutation",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mutation")
