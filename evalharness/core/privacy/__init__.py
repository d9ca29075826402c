"""People's text and credentials: what may not reach a disk, found and replaced. Pure.

Nothing here is a guarantee: what has no form of its own (a nickname, a street, a story that only one person
can tell) is not found. docs/cassettes.md says what is.
"""

from evalharness.core.privacy.case_text import redact_case
from evalharness.core.privacy.credentials import Credential, FindCredentials, find_credentials
from evalharness.core.privacy.finding import Kind, Personal, PersonalText
from evalharness.core.privacy.redact import redact_json, redact_text

__all__ = [
    "Credential",
    "FindCredentials",
    "Kind",
    "Personal",
    "PersonalText",
    "find_credentials",
    "redact_case",
    "redact_json",
    "redact_text",
]
