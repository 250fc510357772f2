"""Runs a student's notebook in a sealed kernel and carries calls into it.

``limits`` says how much it may use, ``sandbox`` what it can see, ``preloaded`` starts
kernels quickly, ``provisioner`` gives them to jupyter_client, ``watch`` enforces the
limits, and ``session`` runs a notebook with nbclient and then answers the graders.
"""

from .limits import LIMITS, Limits
from .sandbox import SandboxUnavailable
from .session import Session

__all__ = ["LIMITS", "Limits", "SandboxUnavailable", "Session"]
