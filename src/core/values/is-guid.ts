/** True for a GUID with dashes, in any case: how ids of tenants, users and apps are written. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
