/** Makes GUIDs (version 4) from a source of numbers in [0, 1), so that a seeded source gives the same ids again. */
export function createGuidSource(random: () => number): () => string {
  const digit = () => Math.floor(random() * 16);
  return () =>
    'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) =>
      (place === 'x' ? digit() : (digit() & 3) | 8).toString(16),
    );
}
