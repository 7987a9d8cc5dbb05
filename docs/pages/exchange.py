"""The schema of the file in which runs travel."""

from __future__ import annotations

import json

from framework_advisor.runs.exported import ProbeRunExport


def export_schema() -> str:
    """JSON Schema of ``probe-run-export/1``, made from the models that read it."""
    schema = ProbeRunExport.model_json_schema(by_alias=True)
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "probe-run-export/1",
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"
