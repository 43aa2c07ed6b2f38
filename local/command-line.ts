/** What the arguments of a program say. */
export type CommandLine<Options> =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

/**
 * Shape: a reader of the arguments, which gives the options or says that help is wanted → the options | help | what is
 * wrong, which is what the reader throws.  Errors: none.
 */
export function readCommandLine<Options>(read: () => Options | 'help'): CommandLine<Options> {
  try {
    const options = read();
    return options === 'help' ? { kind: 'help' } : { kind: 'options', options };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { kind: 'wrong', problem: problem.replace(/\.?$/, '.') };
  }
}

/** Errors: Error that says what the flag takes. */
export function parseHubKind(text: string): 'sqlite' | 'memory' {
  if (text !== 'sqlite' && text !== 'memory') throw new Error(`--storage is sqlite or memory, not "${text}".`);
  return text;
}
