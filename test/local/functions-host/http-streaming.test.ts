import { app } from '@azure/functions';
import { expect, test } from 'vitest';
import { loadFunctionApp } from '../../../local/functions-host/functions-core.ts';

// In a file, and so in a process, of its own: @azure/functions keeps its setup for the life of the process.
test('an app that turns HTTP streaming on is refused, and the setup is closed after the first load', async () => {
  const load = loadFunctionApp(() => {
    app.setup({ enableHttpStream: true });
    app.http('a', { handler: () => ({}) });
  });
  await expect(load).rejects.toThrow('The app turned HTTP streaming on');
  expect(() => app.setup({ enableHttpStream: false })).toThrow("can't be changed after app startup");
});
