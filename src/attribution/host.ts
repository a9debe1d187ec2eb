/**
 * Whether the host announces each turn of the thread to `async_hooks`. Bun announces none, Deno none of promises: the
 * own CPU time of a piece of work would be wrong there. Detected by name, since no probe covers every kind of callback.
 */
export const announcesTurns = !('bun' in process.versions || 'deno' in process.versions)
