/** A part of its own in the bundle, which then holds this class and what it needs, not the whole package. */
export { TableClient } from '@azure/data-tables';
