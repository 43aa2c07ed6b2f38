/** Makes a function that asks for `act`: in the next microtask, and once however often it was asked for until then. */
export function onceAMicrotask(act: () => void): () => void {
  let isQueued = false;
  return () => {
    if (isQueued) return;
    isQueued = true;
    queueMicrotask(() => {
      isQueued = false;
      act();
    });
  };
}
