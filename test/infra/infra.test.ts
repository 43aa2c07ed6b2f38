import { expect, test, vi } from 'vitest';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import { SETTING_NAMES } from '../../src/settings/catalog.ts';
import { agreementRules } from './agreement-rules.ts';
import { type InfraProject, type InfraRule, readInfraFiles, withSample } from './infra-project.ts';
import { namingRules } from './naming-rules.ts';
import { settingsRules } from './settings-rules.ts';
import { templateRules } from './template-rules.ts';

const rules = { ...templateRules, ...settingsRules, ...agreementRules, ...namingRules };

/** Each broken sample, a folder in samples/, with what its rule must say. */
const samples: readonly (readonly [rule: keyof typeof rules, sample: string, finding: RegExp])[] = [
  ['every Bicep file parses', 'broken-template', /broken\.bicep line 4/],
  ['every Bicep file parses', 'broken-parameters', /main\.bicepparam line 3/],
  ['every parameter is described', 'undescribed', /parameter silent has no @description/],
  ['every parameter is described', 'undescribed', /parameter terse has no @description/],
  ['parameters that may hold a secret are secure', 'open-secret', /parameter webhookSecret is not @secure/],
  ['parameters that may hold a secret are secure', 'open-secret', /parameter appSettings is not @secure/],
  ['no template reads a key', 'list-keys', /leak\.bicep: listKeys/],
  ['no template reads a key', 'list-keys', /leak\.bicep: listAccountSas/],
  ['nothing outside infra/graph is restored from a registry', 'registry', /br\/public:avm/],
  ['nothing outside infra/graph is restored from a registry', 'registry', /extension must be restored/],
  ['API versions are the checked ones', 'old-api-version', /sites@2024-04-01/],
  ['API versions are the checked ones', 'old-api-version', /redis@2024-11-01/],
  ['role ids are those of the roles that are needed', 'wrong-role', /8e3af657-a8ff-443c-a75c-2fe8c4bcb635/],
  ['role ids are those of the roles that are needed', 'wrong-role', /without principalType/],
  ['role ids are those of the roles that are needed', 'soft', /Storage Queue Data Contributor/],
  ['modules and loaded files exist', 'lost-file', /lost\.bicep: nowhere\.bicep does not exist/],
  ['modules and loaded files exist', 'lost-file', /lost\.bicep: \.\.\/kql\/nothing\.kql does not exist/],
  ['main.bicepparam sets what has no default, and nothing unknown', 'parameters', /botAppId is not set/],
  ['main.bicepparam sets what has no default, and nothing unknown', 'parameters', /botApplication is unknown/],
  [
    'a setting is chosen by the variable of its name where one deploys, unless the template decides it',
    'parameters',
    /does not read MAX_CALL_HOURS/,
  ],
  ['storage, site and telemetry are hardened', 'soft', /allowSharedKeyAccess: false is missing/],
  ['the template sets exactly the settings that the code reads', 'settings', /does not set BOT_TENANT_ID/],
  ['the template sets exactly the settings that the code reads', 'settings', /sets BOT_APPLICATION_ID/],
  ["the host's settings are those on the list, and none that Flex Consumption refuses", 'host-settings', /sets TZ/],
  [
    "the host's settings are those on the list, and none that Flex Consumption refuses",
    'host-settings',
    /refuses FUNC/,
  ],
  ["the host's settings are those on the list, and none that Flex Consumption refuses", 'host-settings', /linuxFx/],
  ["the host's settings are those on the list, and none that Flex Consumption refuses", 'host-settings', /ftpsState/],
  [
    "the host's settings are those on the list, and none that Flex Consumption refuses",
    'host-settings',
    /not set Azure/,
  ],
  ['the local sample holds exactly the settings that the code reads', 'local-settings', /lacks BOT_TENANT_ID/],
  ['the local sample holds exactly the settings that the code reads', 'local-settings', /has BOT_APPLICATION_ID/],
  ['documented settings are exactly those that the code reads', 'documented-settings', /lacks BOT_TENANT_ID/],
  ['documented settings are exactly those that the code reads', 'documented-settings', /has BOT_APPLICATION_ID/],
  [
    'scripts that guide, workflow and azure.yaml run are those of package.json',
    'lost-script',
    /npm run ship is no script/,
  ],
  [
    'a pipeline hands over every variable that the parameters read, what holds a key as a secret',
    'lost-script',
    /azure-dev\.yml does not hand over BACKEND/,
  ],
  [
    'a pipeline hands over every variable that the parameters read, what holds a key as a secret',
    'lost-script',
    /azure-dev\.yml does not hand over BOT_NOTIFICATION_URL/,
  ],
  [
    'a pipeline hands over every variable that the parameters read, what holds a key as a secret',
    'azd',
    /azure\.yaml does not hand over ALERT_EMAIL/,
  ],
  ['variables that the guides tell to set are those that the parameters read', 'other-routes', /nobody reads BOT_NAME/],
  ['the Teams app of the bot can be called', 'not-callable', /no bot that supports calling/],
  ['the task hub is that of host.json', 'other-hub', /CallKeepalive is OtherHub in host\.json/],
  ['the task hub is that of host.json', 'settings', /no status API URL/],
  ['URLs lead to routes of the app', 'other-routes', /\/api\/callbacks is no route/],
  ['URLs lead to routes of the app', 'other-routes', /\/api\/calls\/\{callId\}\/ping is no route/],
  ['the table is the one that the code uses', 'other-table', /makes table ActiveCalls, the code uses Calls/],
  ['azd finds site, package and version', 'azd', /service is api, the tag says app/],
  ['azd finds site, package and version', 'azd', /template: graph-call-keepalive@\d+\.\d+\.\d+ is missing/],
  ['azd finds site, package and version', 'azd', /remoteBuild: false is missing/],
  ['queries ask for events that the app writes, and sampling spares them', 'unknown-event', /keepAlive\.late/],
  ['queries ask for events that the app writes, and sampling spares them', 'unknown-event', /field tardiness/],
  ['queries ask for events that the app writes, and sampling spares them', 'sampled-traces', /samples Trace/],
  ["queries are ones that Microsoft's parser takes", 'wrong-query', /keyword\.kql line 2: .*\['by'\]/],
  ["queries are ones that Microsoft's parser takes", 'wrong-query', /column\.kql line 2: .*'severity'/],
  ['the workbook holds the queries of infra/kql/workbook', 'workbook', /item open-calls/],
  ['the workbook holds the queries of infra/kql/workbook', 'workbook', /item ends-by-reason/],
];

const project = await readProject();

test('there is a template to check', () => {
  expect(project.files.size).toBeGreaterThan(25);
  expect(project.routes).toContain('notifications');
});

test.each(Object.entries<InfraRule>(rules))('%s', (_name, rule) => {
  expect(rule(project)).toEqual([]);
});

test.each(samples)('"%s" fails for the sample %s: %s', (rule, sample, finding) => {
  const broken = { ...project, files: withSample(project.files, sample) };
  expect(rules[rule](broken)).toContainEqual(expect.stringMatching(finding));
});

test('every rule has a sample that breaks it', () => {
  expect(new Set(samples.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
});

async function readProject(): Promise<InfraProject> {
  vi.stubEnv('BOT_APP_ID', '11111111-2222-3333-4444-555555555555');
  vi.stubEnv('BOT_TENANT_ID', '66666666-7777-8888-9999-000000000000');
  vi.stubEnv('MANAGED_IDENTITY_CLIENT_ID', 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff');
  vi.stubEnv('AzureWebJobsStorage', 'UseDevelopmentStorage=true');
  const { functions } = await loadFunctionApp(() => import('../../src/main.ts'));
  const routes = [...functions.values()].flatMap(({ trigger }) =>
    typeof trigger.route === 'string' ? [trigger.route] : [],
  );
  return { files: readInfraFiles(), settings: SETTING_NAMES, routes };
}
