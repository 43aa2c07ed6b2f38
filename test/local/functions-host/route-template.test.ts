import { expect, test } from 'vitest';
import { matchRoute, parseRouteTemplate } from '../../../local/functions-host/route-template.ts';

const match = (template: string, path: string) => matchRoute(parseRouteTemplate(template), path.split('/'));

test.each([
  ['api/calls', 'API/Calls', {}],
  ['api/calls', 'api/calls/1', undefined],
  ['api/calls', 'api', undefined],
  ['calls/{callId}', 'calls/A-1', { callId: 'A-1' }],
  ['calls/{callId}', 'calls', undefined],
  ['calls/{callId}/keepAlive', 'calls/7/keepalive', { callId: '7' }],
  ['dashboard/{asset?}', 'dashboard', {}],
  ['dashboard/{asset?}', 'dashboard/app.js', { asset: 'app.js' }],
  ['dashboard/{asset?}', 'dashboard/a/b', undefined],
  ['{a?}/{b?}', 'x', { a: 'x' }],
  ['files/{*rest}', 'files/a/b.txt', { rest: 'a/b.txt' }],
  ['files/{**rest}', 'files', {}],
  ['{id:guid}', '8D1b7d0e-0000-4000-8000-00000000000f', { id: '8D1b7d0e-0000-4000-8000-00000000000f' }],
  ['{id:guid}', '8d1b7d0e', undefined],
  ['{n:int}', '-12', { n: '-12' }],
  ['{n:int}', '1.5', undefined],
  ['{n:int:min(3)?}', '2', undefined],
  ['{n:int:min(3)?}', '3', { n: '3' }],
  ['{n:range(1,9)}', '10', undefined],
  ['{n:max(9)}', '9', { n: '9' }],
  ['{n:double}', '.5', { n: '.5' }],
  ['{b:bool}', 'True', { b: 'True' }],
  ['{name:alpha}', 'abc', { name: 'abc' }],
  ['{name:alpha}', 'ab1', undefined],
  ['{name:length(3)}', 'ab', undefined],
  ['{name:length(2,3)}', 'abc', { name: 'abc' }],
  ['{name:minlength(2):maxlength(3)}', 'abcd', undefined],
  ['{tag:regex(^v\\d{{1,2}}$)}', 'V12', { tag: 'V12' }],
  ['{tag:regex(^v\\d{{1,2}}$)}', 'v123', undefined],
  ['{tag:regex(^a:b$)}', 'a:b', { tag: 'a:b' }],
])('%s for %s gives %j', (template, path, expected) => {
  expect(match(template, path)).toEqual(expected);
});

test.each([
  ['{p=1}', 'does not know the segment'],
  ['v{version}', 'does not know the segment'],
  ['{a}-{b}', 'does not know the segment'],
  ['{when:datetime}', 'does not know the route constraint "datetime"'],
  ['{n:min(x)}', 'does not know the route constraint'],
  ['{*rest}/more', 'must be the last segment'],
  ['{a?}/b', 'nothing but optional segments'],
])('%s is refused', (template, message) => {
  expect(() => parseRouteTemplate(template)).toThrow(message);
});
