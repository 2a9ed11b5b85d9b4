// Every operation on a mask by its name: what block it needs, and the labels it proposes for it.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { unite, type Box } from '../label-volume.ts';
import { area, type Area } from './area.ts';
import { widen, type Axis, type Block, type Report } from './block.ts';
import { combine, translate, type Combine, type Translate } from './combine.ts';
import { fillHoles, type FillHoles } from './fill-holes.ts';
import { interpolate, type Interpolate } from './interpolate.ts';
import { islands, type Islands } from './islands.ts';
import { margin, marginReachMm, type Margin } from './margin.ts';
import { scissors, underScissors, type Scissors } from './scissors.ts';
import { reachOf, smooth, type Smooth } from './smooth.ts';
import { threshold, type Threshold } from './threshold.ts';

export type Operation =
  FillHoles | Islands | Margin | Smooth | Combine | Translate | Threshold | Interpolate | Scissors | Area;

/** The labels that the operation would leave in the block; what is permitted of it is decided by `settle`. */
export function propose(operation: Operation, block: Block, report: Report): Uint8Array<ArrayBuffer> {
  switch (operation.kind) {
    case 'fill-holes':
      return fillHoles(block, operation, report);
    case 'islands':
      return islands(block, operation);
    case 'margin':
      return margin(block, operation, report);
    case 'smooth':
      return smooth(block, operation, report);
    case 'combine':
      return combine(block, operation, report);
    case 'translate':
      return translate(block, operation);
    case 'threshold':
      return threshold(block, operation);
    case 'interpolate':
      return interpolate(block, operation, report);
    case 'scissors':
      return scissors(block, operation);
    case 'area':
      return area(block, operation);
  }
}

/** Structures whose voxels the operation may take away as well as give. */
export function actedOn(operation: Operation): number[] {
  if (operation.kind === 'smooth') return operation.labels;
  if (operation.kind === 'combine') return [operation.label, operation.other];
  return [operation.label];
}

export function needsValues(operation: Operation): boolean {
  return operation.kind === 'threshold';
}

/** A grid as far as blocks go. */
export interface Frame {
  shape: Readonly<Triple>;
  spacing: Readonly<Triple>;
}

/**
 * The box of voxels that an operation has to see, or null when there is nothing to work on. `boxOf` gives the box of a
 * label.
 */
export function blockFor(
  operation: Operation,
  frame: Frame,
  boxOf: (label: number) => Box | null,
): Box | null {
  const { shape, spacing } = frame;
  const reachMm = (mm: number) => spacing.map((s) => Math.ceil(mm / s) + 1) as Triple;
  if (operation.kind === 'threshold') {
    if (operation.how === 'keep') return boxOf(operation.label);
    return { low: [0, 0, 0], high: shape.map((n) => n - 1) as Triple };
  }
  if (operation.kind === 'area') return operation.box;
  if (operation.kind === 'scissors' && operation.how === 'fill-inside')
    return underScissors(operation, frame);
  if (operation.kind === 'smooth') {
    const boxes = operation.labels.map(boxOf).filter((box) => box !== null);
    if (boxes.length === 0) return null;
    return widen(boxes.reduce(unite), reachOf(spacing, operation).map((n) => n + 1) as Triple, shape);
  }
  const own = boxOf(operation.label);
  if (operation.kind === 'combine') {
    const other = boxOf(operation.other);
    const all = own && other ? unite(own, other) : (own ?? other);
    return all && widen(all, reachMm(operation.marginMm), shape);
  }
  if (!own) return null;
  if (operation.kind === 'margin') return widen(own, reachMm(marginReachMm(operation)), shape);
  if (operation.kind === 'translate') {
    return widen(own, operation.by.map(Math.abs) as Triple, shape);
  }
  if (operation.kind === 'interpolate') return own;
  // One voxel of outside around it, wherever the scan has one.
  return widen(own, [1, 1, 1], shape);
}

/** One slice of a box, where an operation is to act on that slice alone; null when the box lies elsewhere. */
export function sliceOfBox(box: Box, axis: Axis, slice: number): Box | null {
  if (slice < box.low[axis] || slice > box.high[axis]) return null;
  const [low, high] = [[...box.low] as Triple, [...box.high] as Triple];
  low[axis] = high[axis] = slice;
  return { low, high };
}
