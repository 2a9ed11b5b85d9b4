#!/usr/bin/env python3
"""PyTorch beside Concord: the network of an nnU-Net v1 or PanSegNet checkpoint folder, run as PyTorch runs it.

usage: pytorch_peer.py FOLDER THREADS          (FOLDER holds plans.pkl and fold_0/model_final_checkpoint.model)
       pytorch_peer.py --write FOLDER BASE     (a checkpoint of the demonstrator's shape with BASE features, random weights)

Reads one .npy path a line on standard input and answers each with one JSON line: the milliseconds of that run, and where
the scores lie. Weights are applied by name, without the original's classes, so that nothing else has to be installed.
Only folders of the project's own are given to it, for torch.load trusts what it reads.
"""
import importlib.util
import json
import pickle
import sys
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional as F

HEADS = 8


class Network:
    """Generic_UNet or Generic_TransUNet of nnU-Net v1, full-resolution head alone."""

    def __init__(self, folder):
        with open(folder / "plans.pkl", "rb") as file:
            plans = pickle.load(file)
        self.pools = plans["plans_per_stage"][max(plans["plans_per_stage"])]["pool_op_kernel_sizes"]
        checkpoint = torch.load(folder / "fold_0" / "model_final_checkpoint.model", map_location="cpu")
        self.weights = checkpoint["state_dict"]

    def convolved(self, x, prefix, stride=1):
        """Every convolution, instance norm and leaky ReLU under `prefix`, in the order they are stored."""
        names = [name for name in self.weights if name.startswith(prefix) and name.endswith("conv.weight")]
        for at, name in enumerate(names):
            weight, block = self.weights[name], name[: -len("conv.weight")]
            padding = [side // 2 for side in weight.shape[2:]]
            x = F.conv3d(x, weight, self.weights[block + "conv.bias"], stride if at == 0 else 1, padding)
            norm = (self.weights[block + "instnorm.weight"], self.weights[block + "instnorm.bias"])
            x = F.leaky_relu(F.instance_norm(x, None, None, *norm, eps=1e-5), 0.01)
        return x

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def normed(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-6)

    def attended(self, x, layer):
        batch, tokens, width = x.shape
        q, k, v = (
            self.linear(x, f"{layer}.self_attn.linears.{n}").view(batch, tokens, HEADS, -1).transpose(1, 2)
            for n in range(3)
        )
        q = F.softmax(q, dim=-1) / q.shape[-1] ** 0.5
        out = q @ (F.softmax(k, dim=-2).transpose(-2, -1) @ v)
        out = out.transpose(1, 2).reshape(batch, tokens, width)
        x = self.normed(x + self.linear(out, f"{layer}.self_attn.linears.3"), f"{layer}.layer_norm1")
        inner = self.linear(F.gelu(self.linear(x, f"{layer}.linear1")), f"{layer}.linear2")
        return self.normed(x + inner, f"{layer}.layer_norm2")

    def bottleneck(self, x):
        if "self_atten.linear_proj.weight" not in self.weights:
            return x
        tokens = self.linear(x.flatten(2).transpose(1, 2), "self_atten.linear_proj")
        tokens = tokens + self.weights["self_atten.pos_encode.pe"].reshape(1, *tokens.shape[1:])
        layers = {name.split(".")[3] for name in self.weights if name.startswith("self_atten.transformer.layers.")}
        for n in range(len(layers)):
            tokens = self.attended(tokens, f"self_atten.transformer.layers.{n}")
        return self.linear(tokens, "self_atten.linear_back_proj").transpose(1, 2).reshape(x.shape)

    def __call__(self, x):
        skips = []
        for level in range(len(self.pools) + 1):
            stride = tuple(int(n) for n in self.pools[level - 1]) if level > 0 else 1
            x = self.convolved(x, f"conv_blocks_context.{level}.", stride)
            skips.append(x)
        x = self.bottleneck(skips.pop())
        for up in range(len(self.pools)):
            weight = self.weights[f"tu.{up}.weight"]
            x = F.conv_transpose3d(x, weight, stride=tuple(weight.shape[2:]))
            x = self.convolved(torch.cat((x, skips.pop()), dim=1), f"conv_blocks_localization.{up}.")
        return F.conv3d(x, self.weights[f"seg_outputs.{len(self.pools) - 1}.weight"])


def write(folder, base):
    """A checkpoint of the demonstrator's shape, its weights as they are before training."""
    path = Path(__file__).resolve().parent.parent / "train" / "train_demonstrator.py"
    spec = importlib.util.spec_from_file_location("train_demonstrator", path)
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    train.BASE = base
    torch.manual_seed(train.SEED)
    intensities = {"mean": 0.0, "sd": 1.0, "lower": -1.0, "upper": 1.0}
    facts = {"intensities": intensities, "shape": list(train.PATCH), "spacing": [4.0, 3.6, 3.6]}
    train.save(train.Demonstrator(train.PATCH), facts, folder)
    numpy.save(Path(folder) / "input_patch.npy", torch.randn(1, 1, *train.PATCH).numpy())


def serve(folder, threads):
    torch.set_num_threads(threads)
    network = Network(folder)
    for line in sys.stdin:
        values = torch.from_numpy(numpy.load(line.strip()))
        began = time.perf_counter()
        with torch.no_grad():
            scores = network(values)
        milliseconds = (time.perf_counter() - began) * 1000
        target = line.strip() + ".scores.f32"
        scores.numpy().astype(numpy.float32).tofile(target)
        print(json.dumps({"ms": milliseconds, "scores": target, "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write(sys.argv[2], int(sys.argv[3]))
    else:
        serve(Path(sys.argv[1]), int(sys.argv[2]))
