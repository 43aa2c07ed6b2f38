export const receivedAtMs = Date.now();
export const timer = setTimeout(() => {}, 1);
