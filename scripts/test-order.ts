import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Begun first, in this order: while acceptance waits, two minutes long, what computes; after it, those that wait for the
 * processes they start stand between those that compute. Those that wait at once leave the machine idle.
 */
export const BEGUN_FIRST: readonly string[] = [
  'test/simulation/first-fifty-seeds.test.ts',
  'test/simulation/second-fifty-seeds.test.ts',
  'test/main-job/engine-cut-off.test.ts',
  'test/main-job/hanging-webhook.test.ts',
  'test/functions/reconcile-calls.test.ts',
  'test/functions/purge-ended-calls.test.ts',
  'test/main-job/table-down.test.ts',
  'test/main-job/suspended-and-resumed.test.ts',
  'test/simulation/planted.test.ts',
  'test/hardening/hostile-requests.test.ts',
  'test/infra/compiled/compiled.test.ts',
  'test/main-job/failing-keep-alives.test.ts',
  'test/main-job/call-life.test.ts',
  'test/golden/golden.test.ts',
  'test/chaos/chaos.test.ts',
  'test/adapters/table-call-store.test.ts',
  'test/functions/get-report.test.ts',
  'test/infra/alerts.test.ts',
  'test/telemetry/events.test.ts',
  'test/fuzz/rows.test.ts',
  'test/fuzz/bodies.test.ts',
  'test/fuzz/tokens.test.ts',
  'test/simulation/simulation.test.ts',
  'test/infra/kql/run-kql.test.ts',
  'test/functions/operator-api.test.ts',
  'test/local/simulated-graph/simulated-graph.test.ts',
  'test/reports/reports.test.ts',
  'test/hardening/signing-keys-outage.test.ts',
  'test/dashboard/dashboard-page.test.ts',
  'test/examples/call-keepalive.test.ts',
  'test/dashboard/built-host.test.ts',
  'test/local/demo.test.ts',
  'test/local/restart.test.ts',
  'test/e2e/npm-start.test.ts',
  'test/build/sbom.test.ts',
  'test/adapters/proxies.test.ts',
  'test/cli/package-cli.test.ts',
  'test/hardening/secret-settings.test.ts',
  'test/adapters/bot-credential.test.ts',
  'test/e2e/package.test.ts',
  'test/docs/operations.test.ts',
  'test/local/azurite.test.ts',
  'test/hardening/audit.test.ts',
  'test/e2e/local-host.test.ts',
  'test/cli/process.test.ts',
  'test/cli/act.test.ts',
  'test/docs/bot.test.ts',
  'test/e2e/relay.test.ts',
  'test/dashboard/many-calls.test.ts',
];

/** Each in a process of its own: what they load, replace or measure belongs to a whole process. */
export const IN_OWN_PROCESS: readonly string[] = [
  // Not for its process, but to begin first: it waits, two minutes long.
  'test/acceptance/acceptance.test.ts',
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
    const begun = [...IN_OWN_PROCESS, ...BEGUN_FIRST];
    const place = ({ moduleId }: TestSpecification) => {
      const index = begun.findIndex((path) => moduleId.endsWith(`/${path}`));
      return index === -1 ? begun.length : index;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}
