"""What pipelines read of the fixtures passes the validators of its formats, and broken files do not.

`python3 .ci/pipeline.py YUJIAN`; needs the packages of .ci/pipeline.txt. JUnit XML is read by junitparser,
and held against the schemas of Jenkins and of Ant where these can be had; SARIF against its official
schema, which comes with a package of npm. What cannot be had is told and skipped.
"""

import copy
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import xml.etree.ElementTree as xml

import jsonschema
import junitparser
import xmlschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
RAW = "https://raw.githubusercontent.com/"
XSD = {
    "Jenkins": RAW + "jenkinsci/xunit-plugin/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd",
    "Ant": RAW + "windyroad/JUnit-Schema/master/JUnit.xsd",
}
SARIF = "@microsoft/jest-sarif@1.0.0-beta.0"
# What GitHub takes of one file.
RUNS, RESULTS, RULES, LOCATIONS, TAGS, BYTES = 20, 25_000, 25_000, 1_000, 20, 10_000_000


def sarif_schema(scratch):
    """A validator; none if the schema cannot be had."""
    if shutil.which("npm") is None:
        print("skipped: the schema of SARIF needs npm")
        return None
    done = subprocess.run(["npm", "pack", "--silent", SARIF], cwd=scratch, capture_output=True, text=True)
    if done.returncode:
        print("skipped: the schema of SARIF cannot be had")
        return None
    with tarfile.open(scratch / done.stdout.split()[-1]) as package:
        schema = json.load(package.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json"))
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, format_checker=jsonschema.FormatChecker())


def junit_schemas():
    found = {}
    for name, address in XSD.items():
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                found[name] = xmlschema.XMLSchema(answer.read().decode("utf-8"))
        except OSError as error:
            print(f"skipped: the schema of {name} cannot be had ({error})")
    return found


def junit(text, schemas):
    try:
        tree = xml.fromstring(text.encode())
    except xml.ParseError as error:
        return [f"no XML: {error}"]
    found = [f"{name}: {error.reason}" for name, schema in schemas.items() for error in schema.iter_errors(tree)]
    for suite in junitparser.JUnitXml.fromstring(text.encode()):
        kinds = [type(result) for case in suite for result in case.result]
        counted = [len(list(suite))] + [kinds.count(kind) for kind in (junitparser.Failure, junitparser.Error, junitparser.Skipped)]
        told = [suite.tests, suite.failures, suite.errors, suite.skipped]
        if counted != told:
            found.append(f"{suite.name} says {told} and holds {counted}")
    return found


def sarif(document, validator):
    found = []
    if validator is not None:
        found += [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(document)]
    if len(document.get("runs", [])) > RUNS:
        found.append("too many runs")
    for run in document.get("runs", []):
        results, rules = run.get("results", []), run["tool"]["driver"].get("rules", [])
        if len(results) > RESULTS or len(rules) > RULES:
            found.append("too many results or rules")
        found += ["a rule has too many tags" for rule in rules if len(rule["properties"]["tags"]) > TAGS]
        for result in results:
            if not 1 <= len(result.get("locations", [])) <= LOCATIONS:
                found.append("a result has no place, or too many")
            if result.get("ruleIndex", 0) >= len(rules) or rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                found.append(f"{result.get('ruleId')} is not the rule of its index")
            if not result.get("partialFingerprints"):
                found.append("a result has no fingerprint")
            if (result.get("kind") == "fail") == (result.get("level") == "none"):
                found.append("kind and level contradict each other")
    if len(gzip.compress(json.dumps(document).encode())) > BYTES:
        found.append("too many bytes")
    return found


def run_of(document):
    return document["runs"][0]


BROKEN_SARIF = [
    lambda d: d.pop("version"),
    lambda d: run_of(d).pop("tool"),
    lambda d: run_of(d)["results"][0].pop("message"),
    lambda d: run_of(d)["results"][0].__setitem__("level", "grave"),
    lambda d: run_of(d)["results"][0].__setitem__("invented", 1),
    lambda d: run_of(d).__setitem__("columnKind", "bytes"),
]
# Noticed without the schema too.
BROKEN_ALWAYS = [
    lambda d: run_of(d)["results"][0].__setitem__("locations", []),
    lambda d: run_of(d)["results"][0].__setitem__("ruleIndex", 10_000),
    lambda d: run_of(d)["results"][0].pop("partialFingerprints"),
]
BROKEN_JUNIT = [
    lambda t: t.replace("</testsuites>", ""),
    lambda t: t.replace('failures="', 'failures="1', 1),
    lambda t: t.replace("<skipped ", "<error ", 1),
    lambda t: t.replace("</system-out>", "\x01</system-out>", 1),
]


def main():
    program = os.path.abspath(sys.argv[1])
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        environment = dict(os.environ, YUJIAN_CACHE_DIR=str(scratch / "cache"))
        validator, schemas = sarif_schema(scratch), junit_schemas()
        (scratch / "empty.toml").write_text("")

        def yujian(*args, codes=(0,)):
            done = subprocess.run([program, *map(str, args)], capture_output=True, env=environment)
            if done.returncode not in codes:
                bad.append(f"{args} ends with {done.returncode}: {done.stderr.decode()[:300]}")
            return done.stdout.decode("utf-8")

        files = 0
        for name, corpus, config in [
            ("corpus", "fixtures/corpus", "fixtures/corpus/yujian.toml"),
            ("filing", "fixtures/filing/corpus", "fixtures/filing/yujian.toml"),
            ("broken", "fixtures/broken", scratch / "empty.toml"),
        ]:
            run, config = scratch / f"run-{name}", ROOT / config
            yujian("scan", ROOT / corpus, "-q", "-o", run, "--config", config, "--key-file", scratch / "key", codes=(0, 2))
            for more in [[], ["--clauses"]]:
                for language in ["zh", "en"]:
                    def told(form):
                        return yujian("gate", run, "--config", config, "--format", form, "--lang", language, *more, codes=(0, 1, 2))

                    place = f"{name} {more} {language}"
                    text = told("junit")
                    bad += [f"{place} junit: {error}" for error in junit(text, schemas)]
                    log = json.loads(told("sarif"))
                    bad += [f"{place} sarif: {error}" for error in sarif(log, validator)]
                    files += 2
                    if name != "corpus":
                        continue
                    for number, damage in enumerate(BROKEN_JUNIT):
                        if not junit(damage(text), schemas):
                            bad.append(f"junit: damage {number} passes")
                    for number, damage in enumerate(BROKEN_ALWAYS + (BROKEN_SARIF if validator else [])):
                        broken = copy.deepcopy(log)
                        damage(broken)
                        try:
                            noticed = sarif(broken, validator)
                        except KeyError:
                            noticed = True
                        if not noticed:
                            bad.append(f"sarif: damage {number} passes")
    for error in bad:
        print(error[:2000])
    if bad:
        sys.exit(1)
    print(f"pipeline: {files} files of JUnit and SARIF are valid, damage is noticed")


main()
