/** No Graph token could be had. Carries no secret: the library's own text is reduced to its stable code. */
export class CredentialError extends Error {
  readonly code = 'credentialFailed';
  readonly tenantId: string;
  /** For example `AADSTS7000215`, `ENOTFOUND`, `CredentialUnavailableError`. */
  readonly detail: string;

  constructor(tenantId: string, cause: unknown) {
    const detail = stableCode(cause);
    super(
      `No Graph token for tenant ${tenantId} (${detail}). Check BOT_CREDENTIAL and that tenant's consent to the bot.`,
    );
    this.name = 'CredentialError';
    this.tenantId = tenantId;
    this.detail = detail;
  }
}

/** Entra's error number says most (https://learn.microsoft.com/entra/identity-platform/reference-error-codes); else a system code or the error's name. */
function stableCode(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  const entraCode = /\bAADSTS\d{3,10}\b/.exec(cause.message)?.[0];
  if (entraCode !== undefined) return entraCode;
  const systemCode = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (/^[A-Z][A-Z0-9_]{1,40}$/.test(systemCode)) return systemCode;
  return /^[A-Za-z]{1,60}$/.test(cause.name) ? cause.name : 'unknown';
}
