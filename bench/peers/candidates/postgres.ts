import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../local/free-port.ts';
import { type Child, startChild, until } from '../child.ts';

export interface Postgres extends Child {
  readonly url: string;
}

/** Debian's Postgres as it comes (fsync and synchronous_commit on), on loopback, its data in the folder. */
export async function startPostgres(folder: string, database: string): Promise<Postgres> {
  const bin = `/usr/lib/postgresql/${readdirSync('/usr/lib/postgresql').toSorted().at(-1)}/bin`;
  const data = join(folder, 'postgres');
  mkdirSync(data);
  // Postgres refuses to run as root.
  const user = process.getuid?.() === 0 ? postgresUser() : undefined;
  if (user !== undefined) {
    chmodSync(folder, 0o755);
    chownSync(data, user.uid, user.gid);
  }
  const run = { ...user, cwd: '/tmp', stdio: 'ignore' as const };
  const initdb = ['-D', data, '--auth=trust', '--username=bench', '--encoding=UTF8', '--no-sync'];
  execFileSync(join(bin, 'initdb'), initdb, run);
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${data}`];
  const child = startChild(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    log: join(folder, 'postgres.log'),
    ...(user === undefined ? {} : { user }),
  });
  const address = ['-h', '127.0.0.1', '-p', String(port), '-U', 'bench'];
  await until('Postgres', async () => {
    execFileSync(join(bin, 'psql'), [...address, '-d', 'postgres', '-c', `CREATE DATABASE ${database}`], run);
    return true;
  });
  return { ...child, url: `postgres://bench@127.0.0.1:${port}/${database}` };
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
