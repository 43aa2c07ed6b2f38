import type { hubChanges } from './hub-changes.ts';

/** Shape: the text of `az deployment sub what-if --no-pretty-print` → its content; undefined for anything else, such as an error. */
export function parseWhatIf(text: string): Parameters<typeof hubChanges>[0] | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && 'changes' in content && Array.isArray(content.changes)
      ? { changes: content.changes }
      : undefined;
  } catch {
    return undefined;
  }
}
