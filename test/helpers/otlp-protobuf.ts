import { join } from 'node:path'
import { packageRoot } from './child'
import type { TraceExport } from './otlp'

interface MessageType {
  decode(bytes: Uint8Array): object
  toObject(message: object, options: { longs: NumberConstructor }): TraceExport
}

/** An export request of OTLP as protobuf. Decoded by what `npm run sdks` fetched, whose line still brings a decoder. */
export function fromProtobuf(bytes: Uint8Array): TraceExport {
  const generated = 'build/sdks/1.30/node_modules/@opentelemetry/otlp-transformer/build/src/generated/root.js'
  const request: MessageType = require(join(packageRoot, generated)).opentelemetry.proto.collector.trace.v1
    .ExportTraceServiceRequest
  return request.toObject(request.decode(bytes), { longs: Number })
}
