/** That of package.json, which a bundled command line does not have beside it. */
export const VERSION = '1.0.0';
