const NAME = 'function-key';

/** The function key, for as long as this tab lives; it stays in no address, and is nowhere else. */
export const keyStore = {
  /** Takes it out of the address bar: `#key=…`, which no server ever sees, is how a link brings it. */
  takeFromAddress(): void {
    const key = new URLSearchParams(location.hash.slice(1)).get('key');
    if (key === null) return;
    history.replaceState(null, '', `${location.pathname}${location.search}`);
    if (key !== '') sessionStorage.setItem(NAME, key);
  },
  read: (): string | undefined => sessionStorage.getItem(NAME) ?? undefined,
  write: (key: string): void => sessionStorage.setItem(NAME, key),
  forget: (): void => sessionStorage.removeItem(NAME),
};
