/** A part of its own in the bundle. */
export { compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
