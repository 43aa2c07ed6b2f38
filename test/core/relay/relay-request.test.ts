import { describe, expect, test } from 'vitest';
import { isRelayLoop, toRelayedHeaders, toRelayUrl } from '../../../src/core/relay/relay-request.ts';

describe('the headers that go on to the bot', () => {
  test('are those it verifies, traces and routes by, in any case', () => {
    const wanted = {
      accept: 'application/json',
      authorization: 'Bearer token',
      'client-request-id': 'one',
      'content-type': 'application/json; charset=utf-8',
      'ms-teams-partition': 'amer01',
      'ms-teams-region': 'amer',
      'ms-teams-ring': 'general',
      'scenario-id': 'two',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=b',
      'user-agent': 'Microsoft-Skype/3.0,(Calling/1.0)',
      'x-microsoft-skype-chain-id': 'three',
      'x-microsoft-skype-message-id': 'four',
    };
    const received = Object.entries(wanted).map(([name, value]) => [name.toUpperCase(), value] as const);
    expect(toRelayedHeaders(received)).toEqual({ ...wanted, via: '1.1 graph-call-keepalive' });
  });

  test('are never our keys, cookies, addresses, nor those of one hop', () => {
    const names = [
      ...['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'proxy-authorization', 'expect'],
      ...['host', 'content-length', 'content-encoding', 'accept-encoding', 'cookie', 'forwarded', 'x-forwarded-for'],
      ...['x-functions-key', 'x-functions-clientid', 'x-ms-client-principal', 'x-microsoft-skype', 'ms-teams'],
    ];
    expect(toRelayedHeaders(names.map((name) => [name, 'a']))).toEqual({ via: '1.1 graph-call-keepalive' });
  });

  test('name this hop behind the ones before', () => {
    const { via } = toRelayedHeaders([['Via', '1.1 front']]);
    expect(via).toBe('1.1 front, 1.1 graph-call-keepalive');
    expect(isRelayLoop(via ?? null)).toBe(true);
    expect(isRelayLoop('1.1 front')).toBe(false);
    expect(isRelayLoop(null)).toBe(false);
  });
});

describe('the address of the bot', () => {
  test('takes over the query with which Graph called, but not the key of the function', () => {
    const query = new URLSearchParams('webInstanceId=7&code=secret&Code=secret&a=1&a=2');
    expect(toRelayUrl('https://bot.example/calls', query)).toBe('https://bot.example/calls?webInstanceId=7&a=1&a=2');
  });

  test("keeps the settings' own query, which the request cannot change", () => {
    const url = toRelayUrl('https://bot.example/calls?code=own%2Bkey&tier=1', new URLSearchParams('tier=2&code=x&b=3'));
    expect(url).toBe('https://bot.example/calls?code=own%2Bkey&tier=1&b=3');
    expect(toRelayUrl('https://bot.example/calls?code=a%2Bb', [])).toBe('https://bot.example/calls?code=a%2Bb');
  });
});
