"""Who a student is, and which row of a learning system's file is whose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Who a student is, in the gradebook's words. ``lms_id`` is the learning system's number."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
