import type { HubNotice, HubStore } from './hub-store.ts';

/** The part of a hub store that is not durable: who watches it, and who holds what. */
export interface HubWatch extends Pick<HubStore, 'watch' | 'claim' | 'release' | 'releaseAll'> {
  notify(notice: HubNotice): void;
}

export function createHubWatch(): HubWatch {
  const claims = new Map<string | number, string>();
  const watchers = new Set<(notice: HubNotice) => void>();

  function notify(notice: HubNotice): void {
    for (const watcher of [...watchers]) watcher(notice);
  }

  return {
    notify,
    watch(onNotice) {
      watchers.add(onNotice);
      return () => watchers.delete(onNotice);
    },
    claim(key, owner) {
      const holder = claims.get(key);
      if (holder !== undefined && holder !== owner) return false;
      claims.set(key, owner);
      return true;
    },
    release(key, owner) {
      if (claims.get(key) === owner) claims.delete(key);
    },
    releaseAll(owner) {
      for (const [key, holder] of claims) if (holder === owner) claims.delete(key);
      notify({ added: [], removed: [], claimsReleased: true });
    },
  };
}
