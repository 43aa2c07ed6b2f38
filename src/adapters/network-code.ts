/** The system's code of a failed request, such as ECONNRESET, `unknown` without one. `fetch` hides it in the cause. */
export function networkCode(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined) ?? 'unknown';
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}
