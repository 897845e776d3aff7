"""Exports of the fixtures pass the validators of their formats, and broken ones do not.

`python3 .ci/provenance.py YUJIAN`; needs the packages of .ci/provenance.txt. SPDX is held against the
model of the bindings that are generated from its SHACL; where spdx.org can be reached, against its
JSON schema and SHACL themselves as well.
"""

import copy
import json
import logging
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

import mlcroissant
import rdflib
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx3_validate import core as spdx3
from spdx_python_model.bindings import v3_0_1 as spdx

ROOT = pathlib.Path(__file__).resolve().parent.parent
logging.getLogger("absl").setLevel(logging.ERROR)


def croissant(document):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "croissant.json"
        file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        try:
            mlcroissant.Dataset(str(file))
        except mlcroissant.ValidationError as error:
            return [str(error)]
    needed = ["name", "description", "license", "creator", "distribution", "conformsTo"]
    return [f"no {key}" for key in needed if not document.get(key)]


def cyclonedx(document):
    found = JsonStrictValidator(SchemaVersion.V1_7).validate_str(json.dumps(document), all_errors=True)
    return [str(error) for error in found or []]


def spdx_model(document):
    objects = spdx.SHACLObjectSet()
    try:
        spdx.JSONLDDeserializer().deserialize_data(document, objects)
        missing = objects.link()
        # Least numbers of values are only looked at when it is written again.
        with open(os.devnull, "wb") as sink:
            spdx.JSONLDSerializer().write(objects, sink)
    except Exception as error:  # the bindings raise several kinds
        return [repr(error)]
    found = [f"nothing has the id {name}" for name in sorted(missing or [])]
    # What the profile Dataset asks for beyond the schema: its "Profile conformance".
    relations = list(objects.foreach_type("Relationship"))
    for package in objects.foreach_type("dataset_DatasetPackage"):
        for kind in ["hasDeclaredLicense", "hasConcludedLicense"]:
            of = [r for r in relations if r.from_ is package and r.relationshipType.endswith("/" + kind)]
            if len(of) != 1:
                found.append(f"{package.name} has {len(of)} relationships {kind}")
    return found


# The 22 elements (copyright, patent and trademark are one, processing and storage one each): group,
# key, whether it must be there, and its form. Not the published schema: that names no type it can
# resolve for sub-provenance, requires `tool` without describing it, and hides its own `required`.
CONCEPT = {"code": str}
PLACES = [{"country": str}]
PARTIES = [{"name": str}]
ELEMENTS = [
    ("source", "version", True, str),
    ("source", "title", True, str),
    ("source", "id", True, str),
    ("source", "location", False, str),
    ("source", "issuer", True, PARTIES),
    ("source", "description", True, str),
    ("provenance", "source", False, str),
    ("provenance", "origin", False, PARTIES),
    ("provenance", "origin-geography", True, PLACES),
    ("provenance", "date", True, str),
    ("provenance", "previous-date", False, str),
    ("provenance", "generation-period", False, {"start": str, "end": str}),
    ("provenance", "generation-method", True, [CONCEPT]),
    ("provenance", "format", False, [str]),
    ("use", "classification", False, [{"regulation": CONCEPT, "evaluated": bool}]),
    ("use", "consents", False, [str]),
    ("use", "privacy-enhancing", False, [{"tool": str, "tool-used": str}]),
    ("use", "processing-included", False, PLACES),
    ("use", "processing-excluded", False, PLACES),
    ("use", "storage-allowed", False, PLACES),
    ("use", "storage-forbidden", False, PLACES),
    ("use", "license", False, [str]),
    ("use", "intended-purpose", True, [{"code": str, "description": str}]),
    ("use", "copyright", False, [str]),
    ("use", "patent", False, [str]),
    ("use", "trademark", False, [str]),
]


def unlike(value, form, place):
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        texts = [json.dumps(one, sort_keys=True) for one in value]
        found = [f"{place} says something twice"] if len(set(texts)) < len(texts) else []
        return found + [e for n, one in enumerate(value) for e in unlike(one, form[0], f"{place}[{n}]")]
    if isinstance(form, dict):
        if not isinstance(value, dict):
            return [f"{place} is no object"]
        lacking = [f"{place} has no {key}" for key in form if key not in value]
        return lacking + [e for key in form if key in value for e in unlike(value[key], form[key], f"{place}.{key}")]
    return [] if isinstance(value, form) and value != "" else [f"{place} is no {form.__name__}"]


def dta(document):
    found = [f"{key} does not belong there" for key in document if key not in ("source", "provenance", "use")]
    for group, key, must, form in ELEMENTS:
        of = document.get(group, {})
        if key in of:
            found += unlike(of[key], form, f"{group}.{key}")
            if must and isinstance(form, list) and not of[key]:
                found.append(f"{group}.{key} is empty")
        elif must:
            found.append(f"there is no {group}.{key}")
    known = {(group, key) for group, key, _, _ in ELEMENTS}
    for group in ("source", "provenance", "use"):
        found += [f"{group}.{key} is no element" for key in document.get(group, {}) if (group, key) not in known]
    return found


PROV = {"prov:Agent", "prov:Organization", "prov:Person", "prov:SoftwareAgent", "prov:Entity", "prov:Collection",
        "prov:Activity", "prov:Plan", "prov:Bundle", "prov:Association", "prov:Usage", "prov:Attribution", "prov:Role"}
# Of PROV-O: what each property is of, and what it refers to.
PROPERTIES = {
    "hadMember": ("Collection", "Entity"),
    "wasAttributedTo": ("Entity", "Agent"),
    "wasDerivedFrom": ("Entity", "Entity"),
    "hadPrimarySource": ("Entity", "Entity"),
    "wasGeneratedBy": ("Entity", "Activity"),
    "used": ("Activity", "Entity"),
    "wasAssociatedWith": ("Activity", "Agent"),
    "actedOnBehalfOf": ("Agent", "Agent"),
}


def prov(document):
    """A graph whose references lead somewhere, by the ranges and domains of PROV-O."""
    found = [] if document.get("@context", {}).get("prov") == "http://www.w3.org/ns/prov#" else ["no context"]
    nodes = {}
    for node in document.get("@graph", []):
        if node.get("@id") in nodes or not node.get("@id"):
            found.append(f"{node.get('@id')} is there twice, or has no id")
        nodes[node.get("@id")] = node
    for name, node in nodes.items():
        kinds = node.get("@type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        found += [f"{name} is of the kind {kind}" for kind in kinds if kind.startswith("prov:") and kind not in PROV]
        if not any(kind in PROV for kind in kinds):
            found.append(f"{name} is nothing of PROV")
        for key, value in node.items():
            prefix, _, term = key.partition(":")
            if prefix != "prov" and not key.startswith("@") and prefix not in document["@context"]:
                found.append(f"{key} has a prefix that nobody explains")
            if prefix != "prov" or term not in PROPERTIES:
                continue
            of, to = PROPERTIES[term]
            if f"prov:{of}" not in kinds:
                found.append(f"{name} has {key} and is no {of}")
            for target in value if isinstance(value, list) else [value]:
                other = nodes.get(target.get("@id") if isinstance(target, dict) else None)
                if other is None:
                    found.append(f"{key} of {name} leads nowhere")
                elif f"prov:{to}" not in other.get("@type", []):
                    found.append(f"{key} of {name} leads to no {to}")
    return found


def rdf(document):
    """What a reader of JSON-LD makes of it: as many subjects as nodes."""
    graph = rdflib.Graph()
    graph.parse(data=json.dumps(document), format="json-ld")
    subjects = {str(subject) for subject in graph.subjects() if not isinstance(subject, rdflib.BNode)}
    missing = {node["@id"] for node in document["@graph"]} - subjects
    return [f"RDF has no {name}" for name in sorted(missing)]


# Sections that the templates ask for, in their order.
SECTIONS = {
    "eu-training-content.md": ["1 General information", "1.1 ", "1.2 ", "1.3 ", "2 List of data sources", "2.1 ", "2.2 ", "2.3 ",
                      "2.4 ", "2.5 ", "2.6 ", "3 "],
    "california-ab2013.md": [f"({number})" for number in range(1, 13)],
}


def draft(text, sections):
    """A draft says that it is one, has every section in order, and tables that are whole."""
    found = [] if "DRAFT" in text[:400] else ["it does not say that it is a draft"]
    heads = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("##")]
    at = 0
    for section in sections:
        place = next((n for n, head in enumerate(heads) if n >= at and head.startswith(section)), None)
        if place is None:
            found.append(f"there is no section {section}, or not in its place")
        else:
            at = place
    width = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            width = None
            continue
        cells = line.replace("\\|", "").count("|")
        if width is not None and cells != width:
            found.append(f"line {number} has {cells} bars, not {width}")
        width = cells
    return found


def tc609(text, records):
    """A line a record, each a flat object with the same keys."""
    found, keys = [], None
    lines = text.splitlines()
    if len(lines) != records:
        found.append(f"{len(lines)} lines for {records} records")
    for number, line in enumerate(lines, 1):
        row = json.loads(line)
        if not isinstance(row, dict) or not row:
            found.append(f"line {number} is no record")
            continue
        if keys is not None and set(row) != keys:
            found.append(f"line {number} has other keys")
        keys = set(row)
    return found


def first(document, kind):
    return next(e for e in document["@graph"] if e["type"] == kind)


def collection(document):
    return next(e for e in document["@graph"] if "prov:hadMember" in e)


def file_object(document):
    return next(e for e in document["distribution"] if e["@type"] == "cr:FileObject")


def without(get, key):
    return lambda document: get(document).pop(key)


def with_value(get, key, value):
    return lambda document: get(document).__setitem__(key, value)


DATASET = "dataset_DatasetPackage"
VALIDATORS = {
    "croissant.json": croissant,
    "spdx.json": spdx_model,
    "cyclonedx.json": cyclonedx,
    "dta.json": dta,
    "prov.json": prov,
}
# A validator that takes any of these is no validator.
BROKEN = {
    "croissant.json": [
        without(file_object, "sha256"),
        without(file_object, "encodingFormat"),
        without(file_object, "@id"),
        with_value(lambda d: d["recordSet"][0]["field"][0]["source"], "fileObject", {"@id": "nowhere"}),
        without(lambda d: d, "description"),
    ],
    "spdx.json": [
        without(lambda d: first(d, DATASET), "dataset_datasetType"),
        with_value(lambda d: first(d, DATASET), "dataset_datasetSize", "many"),
        with_value(lambda d: first(d, DATASET), "dataset_confidentialityLevel", "blue"),
        with_value(lambda d: first(d, DATASET), "dataset_invented", "x"),
        with_value(lambda d: first(d, "software_File")["verifiedUsing"][0], "algorithm", "sha1024"),
        with_value(lambda d: first(d, "CreationInfo"), "created", "yesterday"),
        with_value(lambda d: first(d, "Relationship"), "to", ["urn:uuid:nobody"]),
        lambda d: d["@graph"].remove(first(d, "Relationship")),
    ],
    "cyclonedx.json": [
        with_value(lambda d: d, "serialNumber", "urn:uuid:42"),
        with_value(lambda d: d["components"][0], "invented", True),
        with_value(lambda d: d["components"][0], "type", "corpus"),
        with_value(lambda d: d["components"][0], "licenses", [{"license": {"id": "CC-BY-SA-99"}}]),
        with_value(lambda d: d["components"][0]["components"][0]["hashes"][0], "content", "short"),
        without(lambda d: d["metadata"]["component"]["data"][0], "type"),
    ],
    "prov.json": [
        without(lambda d: d["@context"], "prov"),
        with_value(lambda d: collection(d)["prov:hadMember"][0], "@id", "urn:nobody"),
        with_value(collection, "@type", ["prov:Entity"]),
        with_value(collection, "@type", ["prov:Invented"]),
        with_value(collection, "invented:term", "x"),
        lambda d: d["@graph"].append(copy.deepcopy(collection(d))),
    ],
    "dta.json": [
        without(lambda d: d["source"], "issuer"),
        with_value(lambda d: d["provenance"], "origin-geography", []),
        with_value(lambda d: d["provenance"], "generation-method", [{"description": "no code"}]),
        with_value(lambda d: d["use"], "license", ["twice", "twice"]),
        with_value(lambda d: d["use"], "licence", []),
        without(lambda d: d, "use"),
    ],
}


def validate_online(files):
    """What the published schema and shapes of SPDX find wrong, where they can be had."""
    socket.setdefaulttimeout(30)
    try:
        found = spdx3.validate([str(file) for file in files], version="3.0.1")
    except OSError as error:
        print(f"skipped: schema and shapes of SPDX cannot be had ({error})")
        return []
    return [str(error) for error in found.errors]


# Sources of a corpus that is hard to write down.
ODD = """
[[source]]
id = "several"
match = ["several/**"]
fields = ["id", "text", "meta.title", "tags[]"]

[[source]]
id = "table"
match = ["table/**"]
fields = ["id", "text"]

[[source]]
id = "odd \\"\\n\\u202e😀"
match = ["o*/**"]
name = "\\u0001}]{"
url = "javascript:alert(1) x"
licence_id = "as we like it"
"""


def odd_corpus(folder):
    """Several files a source, columns of tables, nested fields, and names that look like syntax."""
    (folder / "several").mkdir(parents=True)
    for part in range(3):
        rows = [
            {"id": f"{part}-{n}", "text": "平常的一句话", "meta": {"title": "题"}, "tags": ["a", "b"]} for n in range(2)
        ]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "several" / f"part-[{part}].jsonl").write_text(lines, encoding="utf-8")
    (folder / "table").mkdir()
    (folder / "table" / "a.csv").write_text("id,text\n1,one\n2,two\n", encoding="utf-8")
    shutil.copy(ROOT / "fixtures/tables/snappy.parquet", folder / "table" / "b.parquet")
    for name in ['quote"\\', "line\nend", "\u202egpj 😀", '"}],[{"', "%2e%2e#?"]:
        (folder / "o" / name).mkdir(parents=True)
        (folder / "o" / name / "a.jsonl").write_text('{"text": "一"}\n', encoding="utf-8")


def records(document, corpus, scratch):
    """Records that Croissant's own reader finds: by record set, how many."""
    shutil.copytree(corpus, scratch)
    file = scratch / "croissant.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    dataset = mlcroissant.Dataset(str(file))
    return {part.name: list(dataset.records(part.uuid)) for part in dataset.metadata.record_sets}


def main():
    program = os.path.abspath(sys.argv[1])
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        environment = dict(os.environ, YUJIAN_CACHE_DIR=str(scratch / "cache"))

        def yujian(*args):
            subprocess.run([program, *map(str, args)], check=True, capture_output=True, env=environment)

        (scratch / "empty.toml").write_text("")
        (scratch / "odd.toml").write_text(ODD, encoding="utf-8")
        odd_corpus(scratch / "odd")
        online = []
        for name, corpus, config in [
            ("filing", "fixtures/filing/corpus", "fixtures/filing/yujian.toml"),
            ("corpus", "fixtures/corpus", "fixtures/corpus/yujian.toml"),
            # Nothing is declared: what is missing must not make a document invalid.
            ("tables", "fixtures/tables", scratch / "empty.toml"),
            ("odd", scratch / "odd", scratch / "odd.toml"),
        ]:
            run = scratch / f"run-{name}"
            config = ROOT / config
            key = scratch / "key"
            yujian("scan", ROOT / corpus, "-o", run, "--config", config, "--digest", "sha256", "--key-file", key)
            for language in ["zh", "en"]:
                folder = scratch / f"{name}-{language}"
                yujian("provenance", run, "--config", config, "--format", "all", "-o", folder, "--lang", language)
                for file, validator in VALIDATORS.items():
                    document = json.loads((folder / file).read_text(encoding="utf-8"))
                    bad += [f"{name}-{language}/{file}: {error}" for error in validator(document)]
                    if name == "filing":
                        for number, damage in enumerate(BROKEN[file]):
                            broken = copy.deepcopy(document)
                            damage(broken)
                            if not validator(broken):
                                bad.append(f"{file}: damage {number} passes")
                bad += [f"{name}-{language}/prov.json: {e}" for e in rdf(json.loads((folder / "prov.json").read_text()))]
                for file, sections in SECTIONS.items():
                    text = (folder / file).read_text(encoding="utf-8")
                    bad += [f"{name}-{language}/{file}: {error}" for error in draft(text, sections)]
                    for number, broken in enumerate(
                        [text.replace("DRAFT", ""), text.replace("## ", "## x", 1), text.replace("| --- |", "|", 1)]
                    ):
                        if broken != text and not draft(broken, sections):
                            bad.append(f"{file}: damage {number} passes")
                lines = (folder / "dta-sources.jsonl").read_text(encoding="utf-8").splitlines()
                bad += [f"{name}-{language}/dta-sources: {e}" for line in lines for e in dta(json.loads(line))]
                online.append(folder / "spdx.json")
        bad += validate_online(online)
        run, config = scratch / "run-sidecar", ROOT / "fixtures/filing/yujian.toml"
        yujian("scan", ROOT / "fixtures/filing/corpus", "-o", run, "--config", config, "--sidecar", "--key-file", key)
        yujian("provenance", run, "--config", config, "--format", "tc609", "-o", scratch / "tc609.jsonl")
        scanned = json.loads((run / "run.json").read_text())["totals"]["records"]["scanned"]
        text = (scratch / "tc609.jsonl").read_text(encoding="utf-8")
        bad += [f"tc609: {error}" for error in tc609(text, scanned)]
        if not tc609(text + "{}\n", scanned):
            bad.append("tc609: damage passes")
        def read(name, corpus):
            document = json.loads((scratch / f"{name}-en" / "croissant.json").read_text(encoding="utf-8"))
            found = records(document, corpus, scratch / f"read-{name}")
            for part, rows in found.items():
                # Texts of Parquet may be empty; what a line holds is never.
                if not rows or ("jsonl" in part and not all(value for row in rows for value in row.values())):
                    bad.append(f"Croissant reads no records, or empty ones: {name}: {part}")
            return {part: len(rows) for part, rows in found.items()}

        filing = ROOT / "fixtures/filing/corpus"
        lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in filing.rglob("*.jsonl"))
        if sum(read("filing", filing).values()) != lines:
            bad.append(f"Croissant does not read {lines} records")
        tables = len((ROOT / "fixtures/tables/documents.jsonl").read_text(encoding="utf-8").splitlines())
        found = read("odd", scratch / "odd")
        expected = {"several (jsonl)": 6, "table (csv)": 2, "table (parquet)": tables}
        if found != expected:
            bad.append(f"Croissant reads {found}, not {expected}")
    for error in bad:
        print(error[:2000])
    if bad:
        sys.exit(1)
    damages = sum(map(len, BROKEN.values()))
    print(f"provenance: all formats are valid, {damages} kinds of damage are noticed, {lines} records read")


main()
