const NAME = 'function-key';

/** The function key, for as long as this tab lives; never in an address, and nowhere else. */
export const keyStore = {
  read: (): string | undefined => sessionStorage.getItem(NAME) ?? undefined,
  write: (key: string): void => sessionStorage.setItem(NAME, key),
  forget: (): void => sessionStorage.removeItem(NAME),
};
