/** Reads the value of a flag. Errors: Error saying what the flag takes. */
export function parseWholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new Error(`${flag} takes a whole number from ${least} to ${most}, not "${text}".`);
  }
  return number;
}
