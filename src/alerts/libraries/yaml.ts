/** YAML and JSON with the line of each value. This file becomes a bundle with the library, by scripts/libraries.mjs. */
export { type Document, isMap, isNode, isSeq, parseDocument } from 'yaml'
