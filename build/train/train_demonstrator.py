"""Trains the demonstrator: a small network of PanSegNet's shape, on Concord's own phantoms, on the processor.

    node build/train/export_phantoms.ts out/train/phantoms
    python3 build/train/train_demonstrator.py out/train/phantoms out/train/checkpoint --steps 1500

Needs Debian's python3-torch and python3-numpy. Writes a checkpoint folder as PanSegNet (nnU-Net v1) writes one, so that
the demonstrator goes through the very importer that readers' own models go through. Not for patients: it has seen
nothing but phantoms.
"""

import argparse
import json
import pickle
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

NAMES = ["background", "pancreas", "liver", "spleen", "kidneys", "aorta"]
BASE = 8
STAGES = 4
WIDTH = 64
HEADS = 8
LAYERS = 2
SEED = 20261123
BATCH = 2
PATCH = (40, 48, 48)


class ConvBlock(nn.Module):
    """Convolution, instance norm, leaky ReLU, named as nnU-Net v1 names them."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv = nn.Conv3d(inputs, outputs, 3, stride=stride, padding=1, bias=True)
        self.instnorm = nn.InstanceNorm3d(outputs, eps=1e-5, affine=True)

    def forward(self, x):
        return F.leaky_relu(self.instnorm(self.conv(x)), 0.01)


class Stacked(nn.Module):
    def __init__(self, *blocks):
        super().__init__()
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x):
        return self.blocks(x)


class LinearAttention(nn.Module):
    """Queries softmaxed over features, keys over tokens (arXiv 1812.01243)."""

    def __init__(self, width):
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        batch, tokens, width = x.shape
        size = width // HEADS
        q, k, v = (
            linear(x).view(batch, tokens, HEADS, size).transpose(1, 2) for linear in self.linears[:3]
        )
        q = F.softmax(q, dim=-1) / size**0.5
        k = F.softmax(k, dim=-2)
        out = q @ (k.transpose(-2, -1) @ v)
        return self.linears[3](out.transpose(1, 2).reshape(batch, tokens, width))


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.self_attn = LinearAttention(width)
        self.layer_norm1 = nn.LayerNorm(width, eps=1e-6)
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)
        self.layer_norm2 = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x):
        x = self.layer_norm1(x + self.self_attn(x))
        return self.layer_norm2(x + self.linear2(F.gelu(self.linear1(x))))


class Encoding(nn.Module):
    """Fixed sines and cosines, one row a voxel of the bottleneck."""

    def __init__(self, tokens, width):
        super().__init__()
        position = torch.arange(tokens).unsqueeze(1).float()
        rate = torch.exp(torch.arange(0, width, 2).float() * (-np.log(10000.0) / width))
        pe = torch.zeros(1, tokens, width)
        pe[0, :, 0::2] = torch.sin(position * rate)
        pe[0, :, 1::2] = torch.cos(position * rate)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe


class Transformer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.ModuleList(Layer(width) for _ in range(LAYERS))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class SelfAttention3D(nn.Module):
    def __init__(self, channels, tokens, width):
        super().__init__()
        self.linear_proj = nn.Linear(channels, width)
        self.pos_encode = Encoding(tokens, width)
        self.transformer = Transformer(width)
        self.linear_back_proj = nn.Linear(width, channels)

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        tokens = self.transformer(self.pos_encode(self.linear_proj(tokens)))
        return self.linear_back_proj(tokens).transpose(1, 2).reshape(x.shape)


class Demonstrator(nn.Module):
    """Generic_TransUNet in small: the parameter names are the original's, for the importer goes by them."""

    def __init__(self, patch):
        super().__init__()
        features = [BASE * 2**level for level in range(STAGES)]
        context, inputs = [], 1
        for level, outputs in enumerate(features):
            stride = 1 if level == 0 else 2
            first, second = ConvBlock(inputs, outputs, stride), ConvBlock(outputs, outputs)
            last = level == STAGES - 1
            context.append(nn.Sequential(Stacked(first), Stacked(second)) if last else Stacked(first, second))
            inputs = outputs
        self.conv_blocks_context = nn.ModuleList(context)
        tokens = int(np.prod([side // 2 ** (STAGES - 1) for side in patch]))
        self.self_atten = SelfAttention3D(features[-1], tokens, WIDTH)
        ups, localization, heads = [], [], []
        for below, skip in zip(features[:0:-1], features[-2::-1]):
            ups.append(nn.ConvTranspose3d(below, skip, 2, stride=2, bias=False))
            localization.append(
                nn.Sequential(Stacked(ConvBlock(2 * skip, skip)), Stacked(ConvBlock(skip, skip)))
            )
            heads.append(nn.Conv3d(skip, len(NAMES), 1, bias=False))
        self.tu = nn.ModuleList(ups)
        self.conv_blocks_localization = nn.ModuleList(localization)
        self.seg_outputs = nn.ModuleList(heads)

    def forward(self, x):
        skips = []
        for block in self.conv_blocks_context[:-1]:
            x = block(x)
            skips.append(x)
        x = self.self_atten(self.conv_blocks_context[-1](x))
        outputs = []
        for up, block, head in zip(self.tu, self.conv_blocks_localization, self.seg_outputs):
            x = block(torch.cat((up(x), skips.pop()), dim=1))
            outputs.append(head(x))
        return outputs[::-1]


def dice_loss(logits, target):
    """One minus the mean soft Dice of the structures."""
    share = F.softmax(logits, dim=1)[:, 1:]
    truth = F.one_hot(target, len(NAMES)).permute(0, 4, 1, 2, 3)[:, 1:].float()
    both = (share * truth).sum((0, 2, 3, 4))
    return 1 - ((2 * both + 1) / (share.sum((0, 2, 3, 4)) + truth.sum((0, 2, 3, 4)) + 1)).mean()


def loss_of(outputs, target):
    """Cross-entropy and Dice at full resolution, and half as much at each coarser head."""
    total, weight = 0.0, 1.0
    for logits in outputs:
        step = target.shape[1] // logits.shape[2]
        coarse = target[:, step // 2 :: step, step // 2 :: step, step // 2 :: step]
        total = total + weight * (F.cross_entropy(logits, coarse) + dice_loss(logits, coarse))
        weight /= 2
    return total


def crop(image, labels, random):
    """A patch, two times in three around a voxel of a structure drawn at random: small ones are seen as often."""
    at = [int(random.integers(side - width + 1)) for side, width in zip(image.shape, PATCH)]
    if random.random() < 2 / 3:
        inside = np.argwhere(labels == random.integers(1, len(NAMES)))
        if len(inside) > 0:
            centre = inside[random.integers(len(inside))] + random.integers(-8, 9, 3)
            at = [
                int(np.clip(c - width // 2, 0, side - width)) for c, width, side in zip(centre, PATCH, image.shape)
            ]
    box = tuple(slice(start, start + width) for start, width in zip(at, PATCH))
    return image[box], labels[box]


def augmented(image, labels, random):
    """Brighter or darker, with more grain."""
    image = image * random.uniform(0.9, 1.1) + random.uniform(-0.1, 0.1)
    image = image + random.normal(0, random.uniform(0, 0.15), image.shape)
    return image.astype(np.float32), labels.astype(np.int64)


def plans_of(facts):
    intensity = facts["intensities"]
    shape = facts["shape"]
    stage = {
        "batch_size": 2,
        "num_pool_per_axis": [STAGES - 1] * 3,
        "patch_size": np.array(PATCH),
        "median_patient_size_in_voxels": np.array(shape),
        "current_spacing": np.array(facts["spacing"]),
        "original_spacing": np.array(facts["spacing"]),
        "do_dummy_2D_data_aug": False,
        "pool_op_kernel_sizes": [[2, 2, 2]] * (STAGES - 1),
        "conv_kernel_sizes": [[3, 3, 3]] * STAGES,
    }
    percentiles = {"percentile_00_5": intensity["lower"], "percentile_99_5": intensity["upper"]}
    properties = {"mean": intensity["mean"], "sd": intensity["sd"], **percentiles}
    return {
        "num_stages": 1,
        "num_modalities": 1,
        "modalities": {0: "CT"},
        "normalization_schemes": OrderedDict([(0, "CT")]),
        "dataset_properties": {"modalities": {0: "CT"}, "intensityproperties": OrderedDict([(0, properties)])},
        "preprocessed_data_folder": "Task900_Phantoms",
        "num_classes": len(NAMES) - 1,
        "all_classes": list(range(1, len(NAMES))),
        "base_num_features": BASE,
        "use_mask_for_norm": OrderedDict([(0, False)]),
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "data_identifier": "nnUNetData_plans_v2.1",
        "plans_per_stage": {0: stage},
        "preprocessor_name": "GenericPreprocessor",
        "conv_per_stage": 2,
    }


def save(model, facts, folder):
    """The folder as the original writes it; organs that come once keep their largest part."""
    trainer = "nnTransUNetTrainerV2_noMirroring"
    target = Path(folder) / "Task900_Phantoms" / f"{trainer}__nnUNetPlansv2.1"
    fold = target / "fold_0"
    fold.mkdir(parents=True, exist_ok=True)
    plans = plans_of(facts)
    (target / "plans.pkl").write_bytes(pickle.dumps(plans))
    (target / "dataset.json").write_text(json.dumps({"labels": {str(n): name for n, name in enumerate(NAMES)}}))
    single = {"for_which_classes": [1, 2, 3, 5], "min_valid_object_sizes": "None"}
    (target / "postprocessing.json").write_text(json.dumps(single))
    sidecar = {"init": (), "name": trainer, "class": trainer, "plans": plans}
    weights = OrderedDict((key, value.detach().clone()) for key, value in model.state_dict().items())
    torch.save({"state_dict": weights, "epoch": 0}, fold / "model_final_checkpoint.model")
    (fold / "model_final_checkpoint.model.pkl").write_bytes(pickle.dumps(sidecar))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("phantoms")
    parser.add_argument("target")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)
    random = np.random.default_rng(SEED)
    source = Path(options.phantoms)
    facts = json.loads((source / "phantoms.json").read_text())
    shape = facts["shape"]
    cases = [
        (
            np.fromfile(source / f"{seed}.f32", np.float32).reshape(shape),
            np.fromfile(source / f"{seed}.u8", np.uint8).reshape(shape),
        )
        for seed in facts["seeds"]
    ]
    model = Demonstrator(PATCH)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(cases)} phantoms", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, options.steps, pct_start=0.1)
    began = time.time()
    for step in range(options.steps):
        batch = [augmented(*crop(*cases[random.integers(len(cases))], random), random) for _ in range(BATCH)]
        images, labels = (torch.from_numpy(np.stack(arrays)) for arrays in zip(*batch))
        loss = loss_of(model(images[:, None]), labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        schedule.step()
        if step % 10 == 9:
            print(f"step {step + 1}: loss {loss.item():.3f}, {time.time() - began:.0f} s", flush=True)
        if step % 50 == 49:
            save(model, facts, options.target)
    save(model, facts, options.target)


if __name__ == "__main__":
    main()
