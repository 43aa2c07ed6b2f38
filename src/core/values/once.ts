/** Does it the first time and never again, so that what is tried anew is told once. */
export function once<A extends readonly unknown[]>(act: (...given: A) => void): (...given: A) => void {
  let isDone = false;
  return (...given) => {
    if (isDone) return;
    isDone = true;
    act(...given);
  };
}
