#!/usr/bin/env python3
"""STAPLE by ITK (staple_reference.cxx, Debian's libinsighttoolkit5-dev), for Concord's tests to be compared with.

usage: staple_reference.py [--data FOLDER] > staple_reference.json

Phantoms are ellipsoids with specks that staple_reference.test.ts makes alike; with --data, the two masks of two-raters
are combined too.
"""
import argparse
import gzip
import json
import os
import shutil
import struct
import subprocess
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
# Each reader draws every label's ellipsoid (centre, radii in voxels) moved and scaled in a way of their own.
PHANTOMS = [
    {"name": "three readers, one label", "shape": [40, 30, 20], "readers": 3, "ellipsoids": [[[20, 15, 10], [10, 8, 6]]], "speck": 997},
    {"name": "five readers, three labels", "shape": [40, 36, 24], "readers": 5,
     "ellipsoids": [[[12, 12, 9], [8, 7, 5]], [[27, 20, 13], [9, 8, 7]], [[22, 10, 17], [5, 4, 4]]], "speck": 211},
    {"name": "two readers, thin overlap", "shape": [24, 24, 12], "readers": 2, "ellipsoids": [[[11, 12, 6], [4, 6, 4]]], "speck": 401},
]


def phantom(shape, reader, ellipsoids, speck):
    """Labels 1, 2, … indexed [i, j, k]; a later ellipsoid lies over an earlier one."""
    i, j, k = (axis.astype(numpy.int64) for axis in numpy.indices(shape))
    mask = numpy.zeros(shape, numpy.uint8)
    for label, (centre, radii) in enumerate(ellipsoids, 1):
        x, y, z = i - centre[0] - reader % 2, j - centre[1] + reader % 3 - 1, k - centre[2]
        size = 100 + 6 * reader - 8 * (reader % 2)
        inside = (100 * x / (size * radii[0])) ** 2 + (100 * y / (size * radii[1])) ** 2 + (100 * z / (size * radii[2])) ** 2 <= 1
        mask[inside] = label
    hashed = (i * 73856093 + j * 19349663 + k * 83492791 + (reader + 1) * 49979687) % 1000003 % speck
    mask[hashed == 0] = (mask[hashed == 0] + 1) % (len(ellipsoids) + 1)
    return mask


def read_labels(path):
    raw = gzip.open(path).read()
    kinds = {2: "u1", 4: "<i2", 8: "<i4", 512: "<u2", 1024: "<i8"}
    shape = struct.unpack_from("<8h", raw, 40)[1:4]
    kind = kinds[struct.unpack_from("<h", raw, 70)[0]]
    offset = int(struct.unpack_from("<f", raw, 108)[0])
    return numpy.frombuffer(raw, kind, int(numpy.prod(shape)), offset).reshape(shape, order="F").astype(numpy.uint8)


def guard(folder, headers):
    """ITK's header as later versions have it: 5.2.1 counts voxels with a tied vote beyond the end of a matrix row."""
    name = "itkMultiLabelSTAPLEImageFilter.hxx"
    text = open(os.path.join(headers, name)).read()
    line = "++(this->m_ConfusionMatrixArray[k][in.Get()][out.Get()]);"
    assert text.count(line) == 1
    text = text.replace(line, f"if (static_cast<size_t>(out.Get()) < this->m_TotalLabelCount) {line}")
    open(os.path.join(folder, name), "w").write(text)
    shutil.copy(os.path.join(headers, name.replace(".hxx", ".h")), folder)


def build(folder):
    program = os.path.join(folder, "staple")
    include = [f"-I/usr/include/{name}" for name in os.listdir("/usr/include") if name.startswith("ITK-")]
    version = include[0].split("-")[-1]
    libraries = [f"-l{name}-{version}" for name in ("ITKCommon", "itkvnl_algo", "itkvnl", "itkvcl", "itksys")]
    guard(folder, include[0][2:])
    source = os.path.join(HERE, "staple_reference.cxx")
    subprocess.run(["g++", "-O2", "-std=c++17", "-w", f"-I{folder}", *include, source, "-o", program, *libraries], check=True)
    return program


def run(program, folder, masks, label):
    files = []
    for n, mask in enumerate(masks):
        files.append(os.path.join(folder, f"mask{n}"))
        mask.ravel(order="F").tofile(files[-1])
    words = [program, *(str(n) for n in masks[0].shape), str(label), *files]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def results(program, folder, masks):
    labels = sorted(set(int(n) for mask in masks for n in numpy.unique(mask)) - {0})
    binary = [{"label": label, **run(program, folder, masks, label)} for label in labels]
    return {"binary": binary, "joint": run(program, folder, masks, 0)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        phantoms = []
        for entry in PHANTOMS:
            masks = [phantom(entry["shape"], r, entry["ellipsoids"], entry["speck"]) for r in range(entry["readers"])]
            phantoms.append({**entry, "expected": results(program, folder, masks)})
        files = []
        if options.data:
            names = ["two-raters/unet.nii.gz", "two-raters/resunet.nii.gz"]
            masks = [read_labels(os.path.join(options.data, name)) for name in names]
            files.append({"masks": names, "expected": results(program, folder, masks)})
    print(json.dumps({"phantoms": phantoms, "files": files}, indent=1))


if __name__ == "__main__":
    main()
