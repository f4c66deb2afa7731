"""The schemas as other tools find them: by the catalog, and by what the examples say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

REPOSITORY = Path(__file__).parent.parent.parent
SCHEMAS = REPOSITORY / "schemas"
EXAMPLES = sorted((REPOSITORY / "examples").rglob("*.xml"))
LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_names_its_schema_and_is_valid(path: Path) -> None:
    document = etree.parse(str(path))
    schema = path.parent / str(document.getroot().get(LOCATION))
    assert schema.resolve() == SCHEMAS / "ampsconfig-1.0.xsd"
    etree.XMLSchema(file=str(schema)).assertValid(document)


def test_the_catalog_leads_to_the_schema() -> None:
    # libxml2 reads the variable once, at its start.
    program = 'from lxml import etree; print(etree.XMLSchema(file="urn:ampsd:schema:ampsconfig"))'
    environment = os.environ | {"XML_CATALOG_FILES": str(SCHEMAS / "catalog.xml")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_catalog_names_files_that_are_there() -> None:
    entries = etree.parse(str(SCHEMAS / "catalog.xml")).getroot()
    names = {str(entry.get("uri")) for entry in entries if isinstance(entry.tag, str)}
    assert names == {"ampsconfig.xsd", "ampsconfig-1.0.xsd"}
    assert all((SCHEMAS / name).is_file() for name in names)
