"""What readiness says of its probes, and that the log says it once."""

from structlog.testing import capture_logs

from gateway.api.readiness import Readiness


class Probes:
    """Two things that serve, and a warning, as a test sets them."""

    def __init__(self):
        self.serving = {"database": True, "signing-key": True}
        self.due = False
        self.readiness = Readiness(
            probes={name: lambda name=name: self.serving[name] for name in self.serving},
            warnings={"signing-key-expires": lambda: self.due},
        )


def test_a_warning_degrades_and_a_failure_stops():
    probes = Probes()
    assert probes.readiness.look().status == "ok"
    probes.due = True
    state = probes.readiness.look()
    assert (state.status, state.failing, state.warnings) == (
        "degraded",
        (),
        ("signing-key-expires",),
    )
    probes.serving["database"] = False
    state = probes.readiness.look()
    assert (state.status, state.failing, state.warnings) == (
        "unavailable",
        ("database",),
        ("signing-key-expires",),
    )


def test_the_log_says_a_change_once_and_the_end_of_it():
    probes = Probes()
    with capture_logs() as said:
        probes.readiness.look()
        probes.due = True
        probes.readiness.look()
        probes.readiness.look()
        probes.due = False
        probes.readiness.look()
        probes.readiness.look()
    assert [(entry["log_level"], entry["status"]) for entry in said] == [
        ("warning", "degraded"),
        ("info", "ok"),
    ]
