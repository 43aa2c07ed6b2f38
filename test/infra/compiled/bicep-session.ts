import { spawn } from 'node:child_process';
import { z } from 'zod';
import { bicepEnvironment } from './find-bicep.ts';

const compiled = z.object({
  success: z.boolean(),
  diagnostics: z.array(z.object({ source: z.string(), level: z.string(), code: z.string(), message: z.string() })),
});
const snapshot = z.object({
  predictedResources: z.array(z.object({ id: z.string(), type: z.string(), name: z.string() }).loose()),
});

/** What a template would make: conditions, loops and defaults evaluated; what only Azure knows stays an expression. */
export type PredictedResource = z.infer<typeof snapshot>['predictedResources'][number];

export interface BicepSession {
  /** Errors and warnings of the compiler and its linter, and the ARM template of a .bicep file. */
  build(path: string): Promise<{ readonly findings: readonly string[]; readonly template: unknown }>;
  /** The same of a .bicepparam file, which has no template of its own. */
  buildParameters(path: string): Promise<readonly string[]>;
  /** What `bicep snapshot` writes into its file. Throws what is wrong with the parameters. */
  snapshot(path: string): Promise<readonly PredictedResource[]>;
  end(): void;
}

const SUBSCRIPTION = {
  tenantId: '66666666-7777-8888-9999-000000000000',
  subscriptionId: '99999999-0000-1111-2222-333333333333',
  location: 'westeurope',
  deploymentName: 'call-keepalive',
};

/**
 * Bicep as one process for many files, which `bicep jsonrpc` is: a file takes a second less than with a process each.
 * Source: https://github.com/Azure/bicep/blob/main/src/Bicep.RpcClient, LSP's framing.
 */
export function startBicep(program: string, variables: Readonly<Record<string, string>>): BicepSession {
  const env = { ...bicepEnvironment(), ...variables };
  const bicep = spawn(program, ['jsonrpc', '--stdio'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let received = Buffer.alloc(0);
  bicep.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let frame = takeFrame(received); frame !== undefined; frame = takeFrame(received)) {
      received = received.subarray(frame.end);
      const { id, result, error } = frame.message;
      if (error === undefined) waiting.get(id)?.resolve(result);
      else waiting.get(id)?.reject(new Error(error.message));
    }
  });
  bicep.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Bicep has ended'));
  });
  let lastId = 0;
  const ask = (method: string, params: unknown): Promise<unknown> => {
    const id = ++lastId;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    const text = JSON.stringify({ jsonrpc: '2.0', id, method: `bicep/${method}`, params });
    bicep.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return answer.promise;
  };
  return {
    async build(path) {
      const answer = compiled.extend({ contents: z.string().nullish() }).parse(await ask('compile', { path }));
      return { findings: findingsOf(answer), template: JSON.parse(answer.contents ?? '{}') };
    },
    buildParameters: async (path) =>
      findingsOf(compiled.parse(await ask('compileParams', { path, parameterOverrides: {} }))),
    async snapshot(path) {
      const answer = z
        .object({ snapshot: z.string() })
        .parse(await ask('getSnapshot', { path, metadata: SUBSCRIPTION }));
      return snapshot.parse(JSON.parse(answer.snapshot)).predictedResources;
    },
    end: () => void bicep.kill(),
  };
}

function findingsOf({ success, diagnostics }: z.infer<typeof compiled>): readonly string[] {
  const found = diagnostics.map(({ source, level, code, message }) => `${source}: ${level} ${code}: ${message}`);
  return success || found.length > 0 ? found : ['Bicep failed without saying why'];
}

interface Frame {
  readonly end: number;
  readonly message: { readonly id: number; readonly result?: unknown; readonly error?: { readonly message: string } };
}

function takeFrame(received: Buffer): Frame | undefined {
  const headerEnd = received.indexOf('\r\n\r\n');
  if (headerEnd < 0) return undefined;
  const length = Number(/Content-Length: (\d+)/i.exec(received.toString('latin1', 0, headerEnd))?.[1]);
  const start = headerEnd + 4;
  const end = start + length;
  return received.length < end ? undefined : { end, message: JSON.parse(received.toString('utf8', start, end)) };
}
