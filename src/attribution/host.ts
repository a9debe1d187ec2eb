/**
 * Whether the host announces each turn of the thread to `async_hooks`. Bun announces none, Deno none of promises: what a
 * piece of work ran itself would be a wrong number there. By name, since no probe can tell of each kind of callback.
 */
export const announcesTurns = !('bun' in process.versions || 'deno' in process.versions)
