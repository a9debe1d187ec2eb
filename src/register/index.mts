// The same implementation for `import`: one copy of the state, whatever mix of import and require an application uses. By
// `require`, because Node.js takes some ms longer to import a CommonJS module, whose exports it looks for.

import { createRequire } from 'node:module'

createRequire(import.meta.url)('./index.js')
