import { expect, test } from 'vitest';
import { toEntity } from '../../src/adapters/call-entity.ts';
import { newRecord } from '../contract/call-store-contract.ts';

test('marks a number beyond Int32 as Double, for the service refuses it bare', () => {
  const { resultCode, resultSubcode } = toEntity(newRecord({ resultInfo: { code: 2 ** 31 - 1, subcode: 2 ** 31 } }));
  expect(resultCode).toBe(2_147_483_647);
  expect(resultSubcode).toEqual({ type: 'Double', value: '2147483648' });
});
