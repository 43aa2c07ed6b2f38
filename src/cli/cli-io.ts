/** Where text goes. */
export interface Screen {
  write(text: string): void;
  /** A person looks at it, and it takes colours and cursor movements. */
  readonly isTerminal: boolean;
  /** Its width now; undefined when it has none. */
  columns(): number | undefined;
  /** Its height now. */
  rows(): number | undefined;
}

/** Everything the command line touches outside: the real process, or a test. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly folder: string;
  readonly homeFolder: string;
  readonly out: Screen;
  readonly err: Screen;
  readonly stdin: { readonly isTerminal: boolean; lines(): AsyncIterable<string> };
  readonly fetch: typeof fetch;
  /** Aborts with Ctrl-C. */
  readonly signal: AbortSignal;
  nowMs(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number): Promise<void>;
  /** Shows the question to the person at the terminal, and gives what he typed. */
  ask(question: string): Promise<string>;
}
