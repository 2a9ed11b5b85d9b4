#!/usr/bin/env python3
"""Surface distances of mask pairs from plastimatch (Debian), for Concord's tests to be compared with.

usage: plastimatch_reference.py [--data FOLDER] > plastimatch_reference.json

The same phantoms and label maps as surface_reference.py, one binary mask file a label.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile

import numpy

from surface_reference import PHANTOMS, file_pairs, phantom

LINES = {
    "dice": r"DICE:\s+(\S+)",
    "hausdorffMm": r"Hausdorff distance \(boundary\) = (\S+)",
    "masdMm": r"Avg average Hausdorff distance \(boundary\) = (\S+)",
    "hd95MeanMm": r"Percent \(0.95\) Hausdorff distance \(boundary\) = (\S+)",
}


def write(path, mask, spacing):
    """A MetaImage file of bytes on a grid along the patient's axes."""
    lines = ["ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False"]
    lines += ["Offset = 0 0 0", "TransformMatrix = 1 0 0 0 1 0 0 0 1"]
    lines += ["ElementSpacing = " + " ".join(repr(float(s)) for s in spacing)]
    lines += ["DimSize = " + " ".join(str(n) for n in mask.shape), "ElementType = MET_UCHAR", "ElementDataFile = LOCAL", ""]
    with open(path, "wb") as file:
        file.write("\n".join(lines).encode())
        file.write(mask.astype(numpy.uint8).tobytes(order="F"))


def compare(folder, a, b, spacing):
    paths = [os.path.join(folder, name) for name in ("reference.mha", "test.mha")]
    # plastimatch takes no surface at the grid's border and fails on a single slice: a margin of background around.
    write(paths[0], numpy.pad(a, 2), spacing)
    write(paths[1], numpy.pad(b, 2), spacing)
    text = subprocess.run(["plastimatch", "dice", "--all", *paths], check=True, capture_output=True, text=True).stdout
    return {name: float(re.search(line, text).group(1)) for name, line in LINES.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    options = parser.parse_args()
    version = subprocess.run(["plastimatch", "--version"], capture_output=True, text=True).stdout.split()[-1]
    result = {"versions": {"plastimatch": version}, "phantoms": [], "files": []}
    with tempfile.TemporaryDirectory() as folder:
        for entry in PHANTOMS:
            a, b = (phantom(entry["shape"], entry[side]) for side in ("reference", "test"))
            result["phantoms"].append({"name": entry["name"], **compare(folder, a, b, entry["spacing"])})
        for reference, test, shift, a, b, spacing in file_pairs(options.data) if options.data else []:
            labels = sorted((set(numpy.unique(a)) & set(numpy.unique(b))) - {0})
            found = [{"label": int(n), **compare(folder, a == n, b == n, spacing)} for n in labels]
            result["files"].append({"reference": reference, "test": test, "shiftTest": shift, "expected": found})
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
