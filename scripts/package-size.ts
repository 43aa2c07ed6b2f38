/** Bytes of dist/package.zip when it was last looked at. Growth beyond the tolerance is to be explained, then written here. */
const RECORDED_BYTES = 549_792;
const TOLERANCE = 0.05;

/** Why a package of this size is not to be shipped, or undefined. */
export function packageSizeProblem(bytes: number): string | undefined {
  if (bytes <= RECORDED_BYTES * (1 + TOLERANCE)) return undefined;
  const percent = Math.round((bytes / RECORDED_BYTES - 1) * 1000) / 10;
  return (
    `The package has ${bytes} bytes, ${percent} % more than the recorded ${RECORDED_BYTES}. ` +
    'See what was added (esbuild: --analyze); when it is worth it, record the new size in scripts/package-size.ts.'
  );
}
