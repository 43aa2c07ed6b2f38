/** The names by which running instances know their orchestrator, activities and event. Fixed: never rename one. */
export const ORCHESTRATOR_NAME = 'keepCallAlive';
export const KEEP_ALIVE_ACTIVITY = 'keepAlive';
export const CLEAN_UP_ACTIVITY = 'cleanUp';
export const DELIVER_CALL_ENDED_ACTIVITY = 'deliverCallEnded';
export const CALL_ENDED_EVENT = 'callEnded';
