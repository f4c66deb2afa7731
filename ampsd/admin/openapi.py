"""The resource tree as an OpenAPI 3.1 document, made of the same declarations that answer the requests."""

import re
from collections.abc import Sequence

import msgspec

from ampsd import version
from ampsd.admin.calls import Resource
from ampsd.admin.models import Problem

_VARIABLE = re.compile(r"\{(\w+)\}")
_PARTS = {
    "type": "Message type of the queue.",
    "name": "Name of the queue.",
    "number": "Number of the firing.",
    "path": "Path of the action, as its amps-action-on-admin says it.",
    "bookmark": "Bookmark of the message; the last | may be left out.",
}
Schema = dict[str, object]


def document(resources: Sequence[Resource]) -> Schema:
    """The document."""
    found = [one for each in resources for one in (each.answer, each.body) if one is not None]
    models: list[type[msgspec.Struct]] = list(dict.fromkeys([Problem, *found]))
    schemas, components = msgspec.json.schema_components(models, ref_template="#/components/schemas/{name}")
    references: dict[type[msgspec.Struct], Schema] = dict(zip(models, schemas, strict=True))
    paths: dict[str, Schema] = {}
    for resource in resources:
        paths.setdefault(resource.path, {})[resource.method.lower()] = _operation(resource, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ampsd admin interface",
            "version": version.AMPSD_VERSION,
            "description": "Queues, messages and what happened to them. Errors are JSON with `error` and `remedy`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(resource: Resource, references: dict[type[msgspec.Struct], Schema]) -> Schema:
    parameters: list[Schema] = [
        {"name": name, "in": "path", "required": True, "description": _PARTS[name], "schema": {"type": "string"}}
        for name in _VARIABLE.findall(resource.path)
    ]
    parameters += [
        {"name": one.name, "in": "query", "description": one.doc, "schema": {"type": one.kind}}
        for one in resource.query or ()
    ]
    answer: Schema = (
        {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        if resource.answer is None
        else _json(references[resource.answer])
    )
    operation: Schema = {
        "operationId": _name_of(resource),
        "summary": resource.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "Done; of a verb, with what became of each message.", "content": answer},
            "default": {"description": "Why not.", "content": _json(references[Problem])},
        },
    }
    if resource.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(references[resource.body])}
    return operation


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _name_of(resource: Resource) -> str:
    words = [word for word in re.split(r"[/{}]+", resource.path) if word and word not in ("ampsd", "v1")]
    return "_".join([resource.method.lower(), *words])
