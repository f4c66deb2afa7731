"""How a daemon ends: exit codes, and what keeps it from starting."""

EXIT_OK = 0
EXIT_CONFIG = 64
EXIT_INTERNAL = 70
EXIT_STORAGE = 74
EXIT_ADDRESS = 75
"""Exit codes, so that systemd can tell a refused configuration (do not restart) from a failed disk (restart once)."""


class StartError(Exception):
    """The instance cannot start; the log says why. Carries the exit code."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code

    @property
    def errno(self) -> int:
        """What the operating system said; 0 where it was not asked."""
        return getattr(self.__cause__, "errno", None) or 0
