"""The fixtures in a real S3-compatible server give the findings that they give as files.

`python3 .ci/s3.py YUJIAN`, a program that was built with the feature `cloud`; needs boto3 and
moto[server]. The server runs on loopback and ends with the script.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

import boto3


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the S3 server did not start")


def exported(program, run, what, environment):
    """Rows without what names the place of a shard."""
    out = subprocess.run(
        [program, "export", run, "--what", what], check=True, capture_output=True, text=True, env=environment
    ).stdout
    rows = []
    for line in out.splitlines():
        row = json.loads(line)
        path = row.pop("path")
        for of_place in ["archive", "source", "modified"]:
            row.pop(of_place, None)
        rows.append((path.rsplit("/corpus/", 1)[-1], json.dumps(row, sort_keys=True)))
    return sorted(rows)


def main():
    program = os.path.abspath(sys.argv[1])
    root = pathlib.Path(__file__).resolve().parent.parent
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        corpus = scratch / "corpus"
        for folder, name in [("corpus", "planted"), ("tables", "tables")]:
            for file in sorted((root / "fixtures" / folder).rglob("*")):
                if file.is_file() and file.suffix != ".toml":
                    target = corpus / name / file.relative_to(root / "fixtures" / folder)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file.read_bytes())
        with zipfile.ZipFile(corpus / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(corpus.rglob("*.jsonl")):
                archive.write(file, file.relative_to(corpus))
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            environment = dict(
                os.environ,
                AWS_ACCESS_KEY_ID="AKID",
                AWS_SECRET_ACCESS_KEY="secret-of-the-test",
                AWS_REGION="us-east-1",
                AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
                AWS_ALLOW_HTTP="true",
                YUJIAN_CACHE_DIR=str(scratch / "cache"),
                YUJIAN_LANG="en",
            )
            client = boto3.client(
                "s3",
                endpoint_url=environment["AWS_ENDPOINT_URL"],
                aws_access_key_id="AKID",
                aws_secret_access_key="secret-of-the-test",
                region_name="us-east-1",
            )
            client.create_bucket(Bucket="texts")
            files = [file for file in sorted(corpus.rglob("*")) if file.is_file()]
            for file in files:
                client.put_object(
                    Bucket="texts", Key=f"corpus/{file.relative_to(corpus)}", Body=file.read_bytes()
                )
            (scratch / "key").write_text("00" * 32)
            found = []
            for name, path in [("local", str(corpus)), ("remote", "s3://texts/corpus")]:
                run = str(scratch / name)
                scan = subprocess.run(
                    [program, "scan", path, "-o", run, "--key-file", str(scratch / "key"), "-q"],
                    capture_output=True,
                    text=True,
                    env=environment,
                )
                print(scan.stdout + scan.stderr, end="")
                if "secret-of-the-test" in scan.stdout + scan.stderr:
                    sys.exit("a secret was printed")
                found.append((scan.returncode, exported(program, run, "findings", environment)))
                found[-1] += (exported(program, run, "shards", environment),)
        finally:
            server.kill()
        (code, findings, shards), (remote_code, remote_findings, remote_shards) = found
        assert findings and code == remote_code, (code, remote_code, len(findings))
        assert findings == remote_findings, "other findings than in the files"
        digests = lambda rows: [(path, json.loads(row).get("digest")) for path, row in rows]
        assert digests(shards) == digests(remote_shards), (digests(shards), digests(remote_shards))
        print(f"{len(files)} objects, {len(findings)} findings, as in the files")


main()
