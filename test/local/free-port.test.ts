import { expect, test } from 'vitest';
import { freePort } from '../../local/free-port.ts';
import { listenForAMoment } from '../../local/listen-for-a-moment.ts';

test('a free port can be listened on, and is none that an outgoing connection could be given meanwhile', async () => {
  for (let time = 0; time < 30; time++) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(20_000);
    // Source: https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, ip_local_port_range
    expect(port).toBeLessThan(32_768);
    await listenForAMoment(port);
  }
});
