import { expect, test } from 'vitest';
import { hubChanges } from '../../scripts/hub-changes.ts';
import { parseWhatIf } from '../../scripts/parse-what-if.ts';

const group = '/subscriptions/s/resourceGroups/rg/providers';
const site = { resourceId: `${group}/Microsoft.Web/sites/func-x`, changeType: 'Modify' };

test('other partitions for a hub that is there are found, however deep the change is told', () => {
  const account = { resourceId: `${group}/Microsoft.Storage/storageAccounts/stx`, changeType: 'Modify' };
  const flat = { ...account, delta: [{ path: 'tags.task-hub-partitions', before: '2', after: '8' }] };
  const nested = {
    ...account,
    delta: [{ path: 'tags', children: [{ path: 'task-hub-partitions', before: '2', after: '8' }] }],
  };
  expect(hubChanges({ changes: [site, flat] })).toEqual(['stx: partitions 2 -> 8']);
  expect(hubChanges({ changes: [site, nested] })).toEqual(['stx: partitions 2 -> 8']);
});

test('a new home of the hub is found when the app runs already, and is none at the first deployment', () => {
  const scheduler = { resourceId: `${group}/Microsoft.DurableTask/schedulers/dts-x`, changeType: 'Create' };
  const account = { resourceId: `${group}/Microsoft.Storage/storageAccounts/sthubx`, changeType: 'Create' };
  expect(hubChanges({ changes: [site, scheduler, account] })).toEqual([
    'dts-x: a new, empty task hub for an app that runs',
    'sthubx: a new, empty task hub for an app that runs',
  ]);
  expect(hubChanges({ changes: [{ ...site, changeType: 'Create' }, scheduler, account] })).toEqual([]);
});

test('a home that the app has now, and would have no more, is found', () => {
  const scheduler = { resourceId: `${group}/Microsoft.DurableTask/schedulers/dts-x` };
  const account = { resourceId: `${group}/Microsoft.Storage/storageAccounts/sthubx` };
  const left = (changeType: string) =>
    hubChanges({ changes: [site, { ...scheduler, changeType }, { ...account, changeType }] });
  const lines = ['dts-x: no task hub any more of an app that runs', 'sthubx: no task hub any more of an app that runs'];
  expect(left('Ignore')).toEqual(lines);
  expect(left('Delete')).toEqual(lines);
  expect(left('Modify')).toEqual([]);
  expect(left('NoChange')).toEqual([]);
});

test('a hub of a release that wrote no tag had two partitions', () => {
  const account = { resourceId: `${group}/Microsoft.Storage/storageAccounts/stx`, changeType: 'Modify' };
  const tagged = (after: string) => ({ ...account, delta: [{ path: 'tags.task-hub-partitions', after }] });
  expect(hubChanges({ changes: [site, tagged('2')] })).toEqual([]);
  expect(hubChanges({ changes: [site, tagged('4')] })).toEqual(['stx: partitions 2 -> 4']);
});

test('other changes pass', () => {
  const settings = { ...site, delta: [{ path: 'properties.siteConfig.minTlsVersion', before: '1.2', after: '1.3' }] };
  expect(hubChanges({ changes: [settings] })).toEqual([]);
  expect(hubChanges({})).toEqual([]);
});

test.each(['', '{"error":1}', 'null', '[]', '{"changes":{}}', 'no JSON'])('%j is no answer of what-if', (text) => {
  expect(parseWhatIf(text)).toBeUndefined();
});

test('an answer without changes is one', () => expect(parseWhatIf('{"changes":[]}')).toEqual({ changes: [] }));
