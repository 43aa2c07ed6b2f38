import { expect, test } from 'vitest';
import { outputSecrets } from './output-secrets.ts';
import { allPairs, meetings, pairwise } from './pairwise.ts';

test('every two values of different choices meet, in fewer combinations than there are', () => {
  const choices = { size: [1, 2, 3, 4], colour: ['red', 'green', 'blue'], lid: [true, false], foot: [true, false] };
  const found = pairwise(choices);
  for (const pair of allPairs(choices)) expect(found.flatMap((choice) => meetings([pair], choice))).not.toEqual([]);
  expect(found.length).toBeGreaterThanOrEqual(12);
  expect(found.length).toBeLessThan(20);
});

test('an output that names a secure parameter or a key is found, in a nested template too', () => {
  const leaking = {
    parameters: { password: { type: 'secureString' }, name: { type: 'string' } },
    outputs: { hint: { value: "[parameters('password')]" }, name: { value: "[parameters('name')]" } },
  };
  const keys = { outputs: { key: { value: "[listKeys('x', '2025-06-01').keys[0].value]" } } };
  expect(outputSecrets(leaking)).toEqual(['output hint tells a secret']);
  expect(outputSecrets({ resources: { nested: { properties: { template: keys } } } })).toEqual([
    'output key tells a secret',
  ]);
});
