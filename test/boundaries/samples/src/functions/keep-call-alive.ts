export const wall = Date.now(); // expect: plugin
export const setting = process.env.BOT_APP_ID; // expect: lint/style/noRestrictedGlobals
export const due = new Date(wall);
