import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begun early, in this order, so that none is left alone at the end; those that wait stand beside those that compute. */
export const LONGEST: readonly string[] = [
  'test/simulation/first-fifty-seeds.test.ts',
  'test/acceptance/acceptance.test.ts',
  'test/simulation/second-fifty-seeds.test.ts',
  'test/main-job/engine-cut-off.test.ts',
  'test/main-job/hanging-webhook.test.ts',
  'test/functions/reconcile-calls.test.ts',
  'test/functions/purge-ended-calls.test.ts',
  'test/main-job/table-down.test.ts',
  'test/infra/compiled/compiled.test.ts',
  'test/dashboard/dashboard-page.test.ts',
  'test/main-job/suspended-and-resumed.test.ts',
  'test/chaos/chaos.test.ts',
  'test/simulation/planted.test.ts',
  'test/dashboard/built-host.test.ts',
  'test/hardening/hostile-requests.test.ts',
  'test/e2e/npm-start.test.ts',
  'test/hardening/secret-settings.test.ts',
  'test/examples/call-keepalive.test.ts',
  'test/local/restart.test.ts',
  'test/adapters/proxies.test.ts',
];

/** Each in a process of its own: what they load, replace or measure belongs to a whole process. */
export const IN_OWN_PROCESS: readonly string[] = [
  'test/adapters/bot-credential-authority.test.ts',
  'test/bench/benches.test.ts',
  'test/build/build.test.ts',
  'test/functions/openapi.test.ts',
  'test/hardening/event-loop.test.ts',
  'test/infra/infra.test.ts',
  'test/local/functions-host/functions-core.test.ts',
  'test/local/functions-host/http-streaming.test.ts',
  'test/local/functions-host/load-app-root.test.ts',
  'test/wiring/settings.test.ts',
];

/** Those with a process of their own come first: in between, they would end the processes that the others share. */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const begun = [...IN_OWN_PROCESS, ...LONGEST];
    const place = ({ moduleId }: TestSpecification) => {
      const index = begun.findIndex((path) => moduleId.endsWith(`/${path}`));
      return index === -1 ? begun.length : index;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}
