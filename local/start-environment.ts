/** The ids that stand in the fixtures: invented, so that a fresh clone needs no setting at all. */
export const SAMPLE_BOT_APP_ID = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
export const SAMPLE_TENANT_ID = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

/**
 * The app's settings for a run on this machine. What the environment already says wins.
 *
 * Shape: environment, the simulated Graph on this machine (undefined = another Graph), the table of calls that was
 * started (undefined = none) → the settings to add to the environment.
 */
export function toStartEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  run: {
    readonly graphOrigin: string | undefined;
    readonly connectionString: string | undefined;
    readonly speed: number;
    readonly relay?: string | undefined;
  },
): Readonly<Record<string, string>> {
  const { graphOrigin, connectionString } = run;
  const defaults = {
    BOT_APP_ID: SAMPLE_BOT_APP_ID,
    BOT_TENANT_ID: SAMPLE_TENANT_ID,
    ...(graphOrigin === undefined ? {} : toSimulatedGraphSettings(graphOrigin, run.speed)),
    ...(run.relay === undefined ? {} : { BOT_NOTIFICATION_URL: run.relay }),
    ...(connectionString === undefined ? {} : { AzureWebJobsStorage: connectionString }),
  };
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => (env[name] ?? '') === ''));
}

function toSimulatedGraphSettings(graphOrigin: string, speed: number) {
  return {
    BOT_CREDENTIAL: 'localDevelopment',
    GRAPH_BASE_URL: `${graphOrigin}/v1.0`,
    CALLBACK_OPENID_METADATA_URL: `${graphOrigin}/v1/.well-known/OpenIdConfiguration`,
    KEEPALIVE_TIME_SCALE: String(speed),
  };
}
