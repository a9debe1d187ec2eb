/** Writes the JSON schema of a file of alerts into the package: node scripts/schema.mjs */
import { writeFileSync } from 'node:fs'
import schema from '../dist/alerts/file/schema.js'

writeFileSync('dist/alerts/alerts.schema.json', `${JSON.stringify(schema.schema, undefined, 2)}\n`)
