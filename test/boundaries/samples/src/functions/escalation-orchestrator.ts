export const wall = new Date(); // expect: plugin
export const wait = setTimeout; // expect: lint/style/noRestrictedGlobals
