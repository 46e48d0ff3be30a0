#!/usr/bin/env python3
"""Prints a CycloneDX 1.5 bill of materials: the Swift packages and the runtime that are linked in, and the Debian libraries
that are loaded. The same input gives the same bytes.

usage: sbom.py VERSION EPOCH .build/workspace-state.json PROGRAM...
"""
import json
import os
import re
import subprocess
import sys
import uuid
from datetime import datetime, timezone

PATTERNS = [("Apache License", "Apache-2.0"), ("MIT License|Permission is hereby granted", "MIT")]


def licence(folder):
    for name in sorted(os.listdir(folder)):
        if name.upper().startswith(("LICENSE", "LICENCE")):
            text = open(os.path.join(folder, name), encoding="utf-8", errors="replace").read()
            for pattern, identifier in PATTERNS:
                if re.search(pattern, text):
                    return [{"license": {"id": identifier}}]
    return []


def swift_packages(state):
    folder = os.path.join(os.path.dirname(state), "checkouts")
    for dependency in json.load(open(state))["object"]["dependencies"]:
        reference = dependency["packageRef"]
        version = dependency["state"].get("checkoutState", {}).get("version")
        if version is None:
            continue
        owner_and_name = re.sub(r"^.*?([^/:]+/[^/]+?)(\.git)?$", r"\1", reference["location"])
        yield {
            "type": "library",
            "name": reference["name"],
            "version": version,
            "purl": f"pkg:swift/github.com/{owner_and_name}@{version}",
            "licenses": licence(os.path.join(folder, dependency["subpath"])),
        }


def swift_runtime():
    words = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"Swift version (\S+)", words).group(1)
    return {
        "type": "library",
        "name": "swift-runtime",
        "version": version,
        "description": "standard library, concurrency, Dispatch and Foundation, linked statically",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }


def debian_libraries(programs):
    paths = set()
    for program in programs:
        for line in subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines():
            found = re.search(r"=> (/\S+)", line)
            if found:
                paths.add(found.group(1))
    packages = {}
    for path in sorted(paths):
        for candidate in (path, os.path.realpath(path), path.replace("/lib/", "/usr/lib/", 1)):
            owner = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True).stdout
            if owner:
                packages[owner.split(":")[0]] = None
                break
    for name in sorted(packages):
        version = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}\t${Architecture}\n", name], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
        number, architecture = version.split("\t")
        yield {
            "type": "library",
            "name": name,
            "version": number,
            "scope": "required",
            "purl": f"pkg:deb/debian/{name}@{number}?arch={architecture}",
        }


def main():
    version, epoch, state, *programs = sys.argv[1:]
    components = sorted(swift_packages(state), key=lambda c: c["name"]) + [swift_runtime()]
    components += list(debian_libraries(programs))
    # Programs and tests of ours pull in packages that don't end up in what is shipped; they are listed all the same.
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"forewarn {version} {epoch}")),
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(epoch), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "name": "forewarn",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": components,
    }
    json.dump(bill, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
