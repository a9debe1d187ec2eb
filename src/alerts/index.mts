// The same implementation for `import`: one copy of the state, whatever mix of import and require an application uses.

export type * from './index.js'
export { createAlerts, feed } from './index.js'
