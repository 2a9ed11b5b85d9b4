#!/usr/bin/env python3
"""SciPy beside Concord: Dice and kappa on the whole grid, surface figures on the union box by KD-tree.

usage: scipy_metrics.py REFERENCE TEST --shape NX NY NZ --spacing SX SY SZ [--label N] [--percentile P] [--tolerance MM]
                        [--repeat N]
REFERENCE and TEST: .npy, or raw uint8, one label a voxel, i fastest. Prints one JSON object with medians in ms and figures.
"""
import argparse
import json
import statistics
import time

import numpy
import scipy
from scipy.ndimage import binary_erosion, generate_binary_structure
from scipy.spatial import cKDTree


def load(path, shape):
    """Label array indexed [k, j, i]."""
    if path.endswith(".npy"):
        return numpy.load(path)
    return numpy.fromfile(path, dtype=numpy.uint8).reshape(shape[::-1])


def overlap(a, b):
    """Dice and Cohen's kappa over the whole grid."""
    x, y, both, n = int(a.sum()), int(b.sum()), int((a & b).sum()), a.size
    observed = (n - x - y + 2 * both) / n
    expected = (x * y + (n - x) * (n - y)) / n**2
    return {"dice": 2 * both / (x + y), "kappaImage": (observed - expected) / (1 - expected)}


def surface_points(mask, spacing):
    """Millimetres of the foreground voxels with a 6-neighbour that is background or outside the array."""
    surface = mask & ~binary_erosion(mask, generate_binary_structure(3, 1), border_value=0)
    return numpy.argwhere(surface) * numpy.array(spacing[::-1])


def surfaces(a, b, spacing, percentile, tolerance):
    """All surface figures, cropped to the box around both masks."""
    union = a | b
    where = [numpy.flatnonzero(union.any(axis=tuple(o for o in range(3) if o != axis))) for axis in range(3)]
    crop = tuple(slice(w[0], w[-1] + 1) for w in where)
    p, q = surface_points(a[crop], spacing), surface_points(b[crop], spacing)
    forward, backward = cKDTree(q).query(p)[0], cKDTree(p).query(q)[0]
    pooled = numpy.concatenate([forward, backward])
    high = [numpy.percentile(d, percentile) for d in (forward, backward)]
    return {
        "hausdorffMm": pooled.max(),
        "hd95PooledMm": numpy.percentile(pooled, percentile),
        "hd95MaxMm": max(high),
        "hd95MeanMm": sum(high) / 2,
        "assdMm": pooled.mean(),
        "masdMm": (forward.mean() + backward.mean()) / 2,
        "nsd": (pooled <= tolerance + 1e-9).mean(),
    }


def timed(repeat, work):
    """Median milliseconds and the last result."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reference")
    parser.add_argument("test")
    parser.add_argument("--shape", type=int, nargs=3, required=True)
    parser.add_argument("--spacing", type=float, nargs=3, required=True)
    parser.add_argument("--label", type=int, default=1)
    parser.add_argument("--percentile", type=float, default=95)
    parser.add_argument("--tolerance", type=float, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    labels = [load(path, options.shape) for path in (options.reference, options.test)]

    def whole():
        return overlap(*(mask == options.label for mask in labels))

    def near():
        a, b = (mask == options.label for mask in labels)
        return surfaces(a, b, options.spacing, options.percentile, options.tolerance)

    overlap_ms, figures = timed(options.repeat, whole)
    surface_ms, surface = timed(options.repeat, near)
    print(
        json.dumps(
            {
                "ms": {"overlap": overlap_ms, "surface": surface_ms},
                "figures": {**figures, **{key: float(value) for key, value in surface.items()}},
                "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__},
            }
        )
    )


if __name__ == "__main__":
    main()
