/**
 * node:sqlite without the "ExperimentalWarning: SQLite is an experimental feature" that Node 22 and 24 print at its first
 * load: for the reader of a terminal it is noise. Every other warning is still printed.
 */
function loadSqlite() {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

export const { DatabaseSync } = loadSqlite();
