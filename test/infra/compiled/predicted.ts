import { roles } from '../azure-facts.ts';
import type { PredictedResource } from './bicep-session.ts';
import type { Deployment } from './deployments.ts';
import { expressionObject } from './expression-object.ts';

export function ofType({ resources }: Deployment, type: string): readonly PredictedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The app settings that the site gets. */
export function appSettingsOf(deployment: Deployment): Readonly<Record<string, string>> {
  const [settings] = ofType(deployment, 'Microsoft.Web/sites/config');
  return expressionObject(settings?.properties);
}

/** `<who> <role> on <what>`: each role assignment in words, sorted, the deployment's own name left out of the names. */
export function roleAssignmentsOf(deployment: Deployment): readonly string[] {
  return ofType(deployment, 'Microsoft.Authorization/roleAssignments')
    .map(({ id, properties }) => {
      const { principalId, roleDefinitionId } = Object(properties);
      const who = /userAssignedIdentities\/([\w-]+)'/.exec(principalId)?.[1];
      const role = roles[String(roleDefinitionId).split('/').at(-1) ?? ''];
      const what = /^\[extensionResourceId\('[^']*\/providers\/([^']*)'/.exec(id)?.[1];
      return `${nameless(who)} ${role} on ${nameless(what)}`;
    })
    .toSorted();
}

/** `id-example-abcdefghijklm` → `id`, `stabcdefghijklm/default` → `st/default`. */
export function nameless(name = 'nobody or nothing known'): string {
  return name.replaceAll(/(-example)?-?[a-z0-9]{13}(?=\/|$)/g, '');
}

/** Where the choice puts the task hub. */
export function hubOf({ choice }: Deployment): 'scheduler' | 'own' | 'shared' {
  if (choice.backend === 'durableTaskScheduler') return 'scheduler';
  return choice.hubAccount === 'own' ? 'own' : 'shared';
}

/** Whether the choice needs a Key Vault. */
export function hasVault({ choice }: Deployment): boolean {
  return choice.botCredential === 'clientCertificate' || choice.botCredential === 'clientSecret';
}
