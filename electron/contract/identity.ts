// Ids, times and the words that several features share.
import * as z from 'zod';

/** Random and opaque: an id tells a reader nothing about the case behind it. */
export const IdSchema = z.string().regex(/^[0-9a-z]{16,40}$/, 'is not an id of this study');
export type Id = z.infer<typeof IdSchema>;

/** ISO 8601 in UTC, for example 2026-11-23T08:15:00.000Z. */
export const TimeSchema = z.iso.datetime();

export const RoleSchema = z.enum(['coordinator', 'reader', 'auditor']);
export type Role = z.infer<typeof RoleSchema>;

export const ColourSchema = z.string().regex(/^#[0-9a-f]{6}$/i, 'must look like #56b4e9');
export const NameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(120, 'must be 120 characters or fewer');

/** Okabe–Ito lightened for black: told apart by colour-blind readers. In this order. */
export const STRUCTURE_COLOURS = [
  '#e69f00', '#56b4e9', '#009e73', '#f0e442', '#cc79a7', '#d55e00', '#0072b2', '#b3b3b3',
] as const; // prettier-ignore
/** One colour a reader, the same on every plot. */
export const READER_COLOURS = [
  '#6cb6ff', '#e2b04a', '#57c08a', '#cc79a7', '#ef8a62', '#b2a4ff', '#67d5d0', '#c7c76a',
] as const; // prettier-ignore

/** Auditors stand on no plot. */
export const AUDITOR_COLOUR = '#9aa4b1';
