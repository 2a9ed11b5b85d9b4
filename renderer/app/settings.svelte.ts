// What a person likes on this machine: hand, overlay, keys. Kept in localStorage; nothing of a study.
import * as z from 'zod';

const KEY = 'concord.settings';

export const SettingsSchema = z.object({
  /** Which hand holds the pen: left mirrors the rails. */
  hand: z.enum(['right', 'left']).default('right'),
  /** Opacity of the mask overlay, 0…1. */
  overlay: z.number().min(0).max(1).default(0.35),
  outline: z.boolean().default(true),
  /** A pen pressed harder draws broader. */
  penPressure: z.boolean().default(true),
  /** Keys given to a command instead of its own; an empty list takes them away. */
  keys: z.record(z.string(), z.array(z.string())).default({}),
  leftRail: z.boolean().default(true),
  /** null: open where there is room for it. */
  rightRail: z.boolean().nullable().default(null),
});
export type SettingsValues = z.infer<typeof SettingsSchema>;

function load(): SettingsValues {
  try {
    const parsed = SettingsSchema.safeParse(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
    if (parsed.success) return parsed.data;
  } catch {
    // Unreadable settings are no reason not to start.
  }
  return SettingsSchema.parse({});
}

class Settings {
  values = $state.raw<SettingsValues>(load());

  change(changes: Partial<SettingsValues>): void {
    this.values = { ...this.values, ...changes };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.values));
    } catch {
      // Storage can be switched off; the settings then last as long as the page.
    }
  }
}

export const settings = new Settings();
