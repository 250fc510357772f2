"""Keeps an import that nobody needs from taking a second of every start.

jsonschema, which checks notebooks, would import ``rfc3987_syntax`` to check web addresses. That
package builds a grammar each time. Notebook schemas ask for no such check, and jsonschema goes
without where the package is absent. Imported before jsonschema; where that is loaded already,
nothing changes.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # as if not installed
