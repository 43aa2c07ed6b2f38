import { z } from 'zod';
import {
  decidedByTemplate,
  hostSettings,
  localHostSettings,
  refusedInFlexSiteConfig,
  refusedOnFlex,
} from './azure-facts.ts';
import { fileOf, type InfraProject, type InfraRule, rootOf } from './infra-project.ts';
import { objectKeys } from './template-facts.ts';

/** Rules that keep the settings of code, template, sample and documentation the same. */
export const settingsRules = {
  'the template sets exactly the settings that the code reads': (project) => {
    const owned = appOwned(project);
    const set = objectKeys(rootOf(project, 'infra/main.bicep'), 'appSettings') ?? [];
    return [
      ...missing(owned, set).map((name) => `infra/main.bicep does not set ${name}`),
      ...missing(set, owned).map((name) => `infra/main.bicep sets ${name}, which the code does not read`),
    ];
  },

  'a setting is chosen by the variable of its name where one deploys, unless the template decides it': (project) => {
    const text = fileOf(project, 'infra/main.bicepparam');
    const read = [...text.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name = '']) => name);
    return missing(appOwned(project), [...read, ...decidedByTemplate]).map(
      (name) => `infra/main.bicepparam does not read ${name}`,
    );
  },

  "the host's settings are those on the list, and none that Flex Consumption refuses": (project) => {
    const set = objectKeys(rootOf(project, 'infra/modules/function-app.bicep'), 'hostSettings') ?? [];
    const all = [...set, ...(objectKeys(rootOf(project, 'infra/main.bicep'), 'appSettings') ?? [])];
    return [
      ...missing(hostSettings, set).map((name) => `function-app.bicep does not set ${name}`),
      ...missing(set, hostSettings).map((name) => `function-app.bicep sets ${name}: is it the host's?`),
      ...all
        .filter((name) => refusedOnFlex.some((pattern) => pattern.test(name)))
        .map((name) => `Flex refuses ${name}`),
      ...refusedInFlexSiteConfig
        .filter((name) => fileOf(project, 'infra/modules/function-app.bicep').includes(`${name}:`))
        .map((name) => `Flex refuses ${name}`),
    ];
  },

  'the local sample holds exactly the settings that the code reads': (project) => {
    const sample = z.object({ Values: z.record(z.string(), z.string()) });
    const { Values } = sample.parse(JSON.parse(fileOf(project, 'local.settings.sample.json')));
    const expected = [...appOwned(project), ...localHostSettings];
    return [
      ...missing(expected, Object.keys(Values)).map((name) => `local.settings.sample.json lacks ${name}`),
      ...missing(Object.keys(Values), expected).map(
        (name) => `local.settings.sample.json has ${name}, which nobody reads`,
      ),
    ];
  },

  'documented settings are exactly those that the code reads': (project) => {
    const rows = fileOf(project, 'README.md').matchAll(/^\| *`(\w+)` *\|/gm);
    const documented = [...rows].map(([, name = '']) => name).filter((name) => /^[A-Z]+(_[A-Z]+)+$/.test(name));
    return [
      ...missing(appOwned(project), documented).map((name) => `README.md lacks ${name}`),
      ...missing(
        documented,
        project.settings.map(({ name }) => name),
      ).map((name) => `README.md has ${name}, which nobody reads`),
    ];
  },
} as const satisfies Readonly<Record<string, InfraRule>>;

function appOwned({ settings }: InfraProject): readonly string[] {
  return settings.filter(({ owner }) => owner === 'app').map(({ name }) => name);
}

function missing(wanted: readonly string[], present: readonly string[]): readonly string[] {
  return wanted.filter((name) => !present.includes(name));
}
