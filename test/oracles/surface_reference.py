#!/usr/bin/env python3
"""Figures of mask pairs from SciPy and NumPy, for Concord's tests to be compared with.

usage: surface_reference.py [--data FOLDER] > surface_reference.json

Every surface distance is computed twice, by an exact Euclidean distance transform of the whole grid and by a KD-tree,
and both must agree to 1e-9 mm. Phantoms are boxes and ellipsoids that surface_reference.test.ts builds alike; with
--data, the two label maps of ct-abdomen and one label map against a shifted copy are compared label by label too.
"""
import argparse
import gzip
import json
import math
import os
import platform
import struct

import numpy
import scipy
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure
from scipy.spatial import cKDTree

TOLERANCE_MM = 2.0
MARGIN_MM = 10.0

# Each side is a list of shapes; a box has first and last voxel, an ellipsoid centre and radii in voxels (all [i, j, k]).
PHANTOMS = [
    {
        "name": "two ellipsoids, thick slices",
        "shape": [40, 44, 20],
        "spacing": [0.8, 0.8, 3],
        "reference": [{"ellipsoid": [[19, 21, 9], [11.3, 9.2, 5.4]]}],
        "test": [{"ellipsoid": [[20, 20, 10], [10.1, 10.4, 5.9]]}],
    },
    {
        "name": "touching every side of the grid",
        "shape": [12, 9, 7],
        "spacing": [1.5, 1, 2],
        "reference": [{"box": [[0, 0, 0], [11, 8, 6]]}],
        "test": [{"box": [[0, 0, 0], [11, 8, 5]]}],
    },
    {
        "name": "single voxels at opposite corners",
        "shape": [9, 8, 7],
        "spacing": [0.7, 1.1, 2.3],
        "reference": [{"box": [[0, 0, 0], [0, 0, 0]]}],
        "test": [{"box": [[8, 7, 6], [8, 7, 6]]}],
    },
    {
        "name": "a far speck beside an organ",
        "shape": [60, 50, 30],
        "spacing": [0.9, 0.9, 1.25],
        "reference": [{"ellipsoid": [[20, 20, 12], [8.5, 7.5, 6.5]]}],
        "test": [{"ellipsoid": [[20, 21, 12], [8.5, 7.5, 6.5]]}, {"box": [[57, 47, 28], [57, 47, 28]]}],
    },
    {
        "name": "one inside the other",
        "shape": [50, 50, 40],
        "spacing": [1, 1, 1],
        "reference": [{"ellipsoid": [[25, 25, 20], [6.2, 6.2, 6.2]]}],
        "test": [{"ellipsoid": [[25, 25, 20], [17.6, 16.1, 14.3]]}],
    },
    {
        "name": "one slice",
        "shape": [20, 20, 1],
        "spacing": [1, 1, 5],
        "reference": [{"box": [[4, 4, 0], [11, 11, 0]]}],
        "test": [{"box": [[5, 4, 0], [13, 10, 0]]}],
    },
]


def phantom(shape, parts):
    """Mask indexed [i, j, k]."""
    index = numpy.indices(shape)
    mask = numpy.zeros(shape, bool)
    for part in parts:
        if "box" in part:
            low, high = part["box"]
            mask |= numpy.all([(index[a] >= low[a]) & (index[a] <= high[a]) for a in range(3)], axis=0)
        else:
            centre, radii = part["ellipsoid"]
            mask |= sum(((index[a] - centre[a]) / radii[a]) ** 2 for a in range(3)) <= 1
    return mask


def read_labels(path):
    """Label array indexed [i, j, k] and spacing of a NIfTI-1 file with unsigned or signed integers."""
    raw = gzip.open(path).read()
    kinds = {2: "u1", 4: "<i2", 8: "<i4", 512: "<u2", 16: "<f4"}
    shape = struct.unpack_from("<8h", raw, 40)[1:4]
    spacing = struct.unpack_from("<8f", raw, 76)[1:4]
    kind = numpy.dtype(kinds[struct.unpack_from("<h", raw, 70)[0]])
    offset = int(struct.unpack_from("<f", raw, 108)[0])
    voxels = numpy.frombuffer(raw, kind, int(numpy.prod(shape)), offset)
    return voxels.reshape(shape, order="F"), [float(s) for s in spacing]


def surface_of(mask):
    return mask & ~binary_erosion(mask, generate_binary_structure(3, 1), border_value=0)


def directed(a, b, spacing):
    """Distances from the surface voxels of a to those of b, computed in two independent ways."""
    p, q = surface_of(a), surface_of(b)
    transform = distance_transform_edt(~q, sampling=spacing)[p]
    points, sites = (numpy.argwhere(x) * numpy.array(spacing) for x in (p, q))
    tree = cKDTree(sites).query(points)[0]
    assert numpy.abs(transform - tree).max() < 1e-9
    return tree


def kappa(a, b):
    x, y, both, n = (int(v) for v in (a.sum(), b.sum(), (a & b).sum(), a.size))
    expected = x * y + (n - x) * (n - y)
    if expected == n * n:
        return None
    return ((n - x - y + 2 * both) * n - expected) / (n * n - expected)


def union_box(a, b, spacing):
    where = numpy.argwhere(a | b)
    grow = [math.ceil(MARGIN_MM / s) for s in spacing]
    return tuple(
        slice(max(0, where[:, k].min() - grow[k]), min(a.shape[k], where[:, k].max() + grow[k] + 1)) for k in range(3)
    )


def figures(a, b, spacing):
    """The object that `concord metrics` prints for one label, less label and notes."""
    x, y, both = (int(v) for v in (a.sum(), b.sum(), (a & b).sum()))
    ml = float(numpy.prod(spacing)) / 1000
    share = lambda over, under: over / under if under else None
    result = {
        "reference": {"voxels": x, "volumeMl": x * ml},
        "test": {"voxels": y, "volumeMl": y * ml},
        "dice": share(2 * both, x + y),
        "jaccard": share(both, x + y - both),
        "precision": share(both, y),
        "recall": share(both, x),
        "volumeDifferenceMl": (y - x) * ml,
        "relativeVolumeDifference": share(y - x, x),
        "kappa": {"image": kappa(a, b), "union10mm": None},
        "surface": dict.fromkeys(
            ["hausdorffMm", "hd95PooledMm", "hd95MaxMm", "hd95MeanMm", "assdMm", "masdMm", "nsd"]
        ),
    }
    if x or y:
        box = union_box(a, b, spacing)
        result["kappa"]["union10mm"] = kappa(a[box], b[box])
    if x and y:
        forward, backward = directed(a, b, spacing), directed(b, a, spacing)
        pooled = numpy.concatenate([forward, backward])
        high = [float(numpy.percentile(d, 95)) for d in (forward, backward)]
        result["surface"] = {
            "hausdorffMm": float(pooled.max()),
            "hd95PooledMm": float(numpy.percentile(pooled, 95)),
            "hd95MaxMm": max(high),
            "hd95MeanMm": sum(high) / 2,
            "assdMm": float(pooled.mean()),
            "masdMm": float(forward.mean() + backward.mean()) / 2,
            "nsd": float((pooled <= TOLERANCE_MM + 1e-9).mean()),
        }
    return result


def shifted(labels, by):
    """A copy moved by whole voxels; what enters is background."""
    moved = numpy.zeros_like(labels)
    source = tuple(slice(0, n - s) for n, s in zip(labels.shape, by))
    target = tuple(slice(s, n) for n, s in zip(labels.shape, by))
    moved[target] = labels[source]
    return moved


def file_pairs(data):
    """(name, reference, test, what to do to the test) of the real label maps."""
    ct, mr = (os.path.join(data, folder) for folder in ("ct-abdomen", "mr-abdomen"))
    fast, spacing = read_labels(os.path.join(ct, "rater-fast.nii.gz"))
    full, _ = read_labels(os.path.join(ct, "rater-full.nii.gz"))
    yield "ct-abdomen/rater-fast.nii.gz", "ct-abdomen/rater-full.nii.gz", None, fast, full, spacing
    organs, spacing = read_labels(os.path.join(mr, "labels.nii.gz"))
    yield "mr-abdomen/labels.nii.gz", "mr-abdomen/labels.nii.gz", [3, 2, 1], organs, shifted(organs, [3, 2, 1]), spacing


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    options = parser.parse_args()
    phantoms = []
    for entry in PHANTOMS:
        a, b = (phantom(entry["shape"], entry[side]) for side in ("reference", "test"))
        phantoms.append({**entry, "expected": figures(a, b, entry["spacing"])})
    files = []
    for reference, test, shift, a, b, spacing in file_pairs(options.data) if options.data else []:
        labels = sorted(set(numpy.unique(a)) | set(numpy.unique(b)) - {0})
        expected = [{"label": int(n), **figures(a == n, b == n, spacing)} for n in labels if n != 0]
        files.append({"reference": reference, "test": test, "shiftTest": shift, "expected": expected})
    versions = {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__}
    print(json.dumps({"versions": versions, "phantoms": phantoms, "files": files}, indent=1))


if __name__ == "__main__":
    main()
